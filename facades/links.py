"""Links to the picture of a render that open without signing in, for a minute."""

from typing import Final

from django.core import signing
from django.urls import reverse
from django.utils.http import urlencode

from processing.links import LINK_SECONDS

RESULT: Final = "result.jpg"
_signer = signing.TimestampSigner(salt="facades.links")


def result_path(job_id: object) -> str:
    """The path of a render's picture with a signature that is good for LINK_SECONDS."""
    signature = _signer.sign(str(job_id)).removeprefix(f"{job_id}:")
    return reverse("render-result", args=[job_id]) + "?" + urlencode({"signature": signature})


def is_signed(job_id: object, signature: str) -> bool:
    try:
        _signer.unsign(f"{job_id}:{signature}", max_age=LINK_SECONDS)
    except signing.BadSignature:
        return False
    return True
