"""Redis pub/sub for sockets that open even while Redis is away."""

import asyncio

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer


class _LoopLayer(RedisPubSubLoopLayer):
    async def _subscribe_to_channel(self, channel: str) -> None:
        """Everything here is sent to groups, so a socket's own channel lives in this process and costs no Redis call.

        Without this a socket could not even open while Redis is away: Channels asks for its channel first.
        """
        self.channels[channel] = asyncio.Queue()


class PushLayer(RedisPubSubChannelLayer):
    def _get_layer(self) -> RedisPubSubLoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            # The stock method builds the stock class and wraps the loop's close: let it, then put ours in its place.
            super()._get_layer()
            self._layers[loop] = _LoopLayer(*self._args, **self._kwargs, channel_layer=self)
        return self._layers[loop]
