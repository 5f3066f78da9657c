"""Files on S3 with one connection for the whole process."""

import threading
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from storages.backends.s3 import S3Storage
from storages.utils import clean_name

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

    def open_stream(self, name: str) -> Any:
        """The bytes as they come, with ``read(size)`` and ``close()``; the usual ``open`` first copies a file whole.

        Raises FileNotFoundError.
        """
        try:
            return self.bucket.Object(self._normalize_name(clean_name(name))).get()["Body"]
        except self.connection.meta.client.exceptions.NoSuchKey as error:
            raise FileNotFoundError(name) from error

    @cached_property
    def browser_origin(self) -> str:
        """Scheme and host of the addresses that browsers send parts of uploads to."""
        client = self.connection.meta.client
        address = urlsplit(client.generate_presigned_url("put_object", {"Bucket": self.bucket_name, "Key": "a"}))
        return f"{address.scheme}://{address.netloc}"

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_shared": None}
