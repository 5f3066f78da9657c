"""A bucket (moto) that every test finds empty, and that can be told to be busy or to hang."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import default_storage
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.photos.conftest import picture

PART = 5 * 1024 * 1024
BUCKET = "aureole-test"


class MoodyS3:
    """moto behind a wrapper that can be told to answer 503 or to hang."""

    def __init__(self) -> None:
        self.mood = "well"
        self.app = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.mood == "busy":
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code></Error>"]
        while self.mood == "hanging":
            time.sleep(0.05)
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def moody() -> Iterator[MoodyS3]:
    s3 = MoodyS3()
    thread = threading.Thread(target=s3.server.serve_forever, daemon=True)
    thread.start()
    yield s3
    s3.mood = "well"
    s3.server.shutdown()
    thread.join(5)
    s3.server.server_close()


@pytest.fixture(scope="module")
def resource(moody: MoodyS3) -> Iterator[Any]:
    made = boto3.resource(
        "s3", endpoint_url=moody.url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    yield made
    made.meta.client.close()


@pytest.fixture(autouse=True)
def bucket(resource: Any, moody: MoodyS3, settings: Any, media: Any) -> Iterator[Any]:
    """Every test has an empty bucket, and photos go there."""
    moody.mood = "well"
    settings.UPLOAD_PART_BYTES = PART
    settings.S3_DEADLINE_SECONDS = 3
    client_config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=1,
        read_timeout=1,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    options = {
        "bucket_name": BUCKET, "endpoint_url": moody.url, "region_name": "us-east-1", "access_key": "a",
        "secret_key": "b", "file_overwrite": False, "client_config": client_config,
    }  # fmt: skip
    s3 = {"BACKEND": "config.storage.SharedS3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": s3}
    made = resource.create_bucket(Bucket=BUCKET)
    yield made
    moody.mood = "well"
    made.objects.all().delete()
    for upload in made.multipart_uploads.all():
        upload.abort()
    made.delete()
    default_storage.connection.meta.client.close()


def put(url: str, content: bytes) -> int:
    """What a browser does with a presigned address."""
    request = urllib.request.Request(url, data=content, method="PUT", headers={"Content-Type": "image/jpeg"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def large_picture() -> bytes:
    """Three parts: S3 wants 5 MiB in all but the last."""
    return picture(1) + bytes(2 * PART)


def keys(bucket: Any) -> list[str]:
    return sorted(found.key for found in bucket.objects.all())
