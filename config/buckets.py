"""Where files lie: what Django is told of an S3 bucket, out of the environment."""

from typing import Any

from botocore.config import Config

from config import env


def bucket(name: str) -> dict[str, Any]:
    """The storage of that bucket, as STORAGES takes it."""
    return {
        "BACKEND": "config.storage.SharedS3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "region_name": env.text("S3_REGION") or None,
            "access_key": env.secret("S3_ACCESS_KEY") or None,
            "secret_key": env.secret("S3_SECRET_KEY") or None,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,
            "file_overwrite": False,
            "max_memory_size": 4 * 1024 * 1024,
            # One attempt's limits; retries alone once took 32 s.
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": env.text("S3_ADDRESSING", "auto")},
                connect_timeout=2,
                read_timeout=env.number("S3_READ_SECONDS", 10, minimum=1),
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        },
    }
