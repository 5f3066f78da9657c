"""Upload links of our own: signed for one exact target and at most 300 seconds; no session needed."""

import uuid
from typing import Final

from django.core import signing

from photos.errors import LinkRefused

LINK_SECONDS: Final = 300
WHOLE: Final = 0
_SALT = "photos.upload"


def sign(upload_id: uuid.UUID, part: int) -> str:
    """A signature for one part, or for the whole upload's address when ``part`` is WHOLE."""
    return signing.TimestampSigner(salt=_SALT).sign_object([str(upload_id), part])


def check(signature: str, upload_id: uuid.UUID, part: int) -> None:
    """LinkRefused unless ``signature`` was made for exactly this target within LINK_SECONDS."""
    try:
        target = signing.TimestampSigner(salt=_SALT).unsign_object(signature, max_age=LINK_SECONDS)
    except signing.BadSignature:
        raise LinkRefused() from None
    if target != [str(upload_id), part]:
        raise LinkRefused()
