"""Files on S3 with one connection for the whole process."""

import threading
from typing import Any

from storages.backends.s3 import S3Storage

_opening = threading.Lock()


class SharedS3Storage(S3Storage):
    """django-storages opens a connection per thread, and under ASGI every request is a new thread.

    Making one takes tens of milliseconds of CPU; boto3's clients may be shared, and the bucket already is.
    """

    _shared: Any = None

    @property
    def connection(self) -> Any:
        with _opening:
            if self._shared is None:
                self._shared = self._create_session().resource(
                    "s3",
                    region_name=self.region_name,
                    use_ssl=self.use_ssl,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                    verify=self.verify,
                )
        return self._shared

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_shared": None}
