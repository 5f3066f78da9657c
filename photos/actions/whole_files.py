"""A file that comes in one request: through the same doors as one that comes in parts."""

from dataclasses import dataclass
from typing import Final

from circles.models import User
from photos.actions.library import find_photo
from photos.actions.uploads import Announcement, abort_upload, announce_upload, complete_upload, receive_bytes
from photos.errors import CorruptImage, Duplicate
from photos.models import Photo
from photos.uploads.contract import Readable

ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/tiff": "tif",
    "image/heic": "heic",
    "image/avif": "avif",
}


@dataclass(frozen=True)
class Kept:
    """``is_new``: these bytes were not in the library before."""

    photo: Photo
    is_new: bool


def keep_file(*, actor: User, announcement: Announcement, stream: Readable) -> Kept:
    """The photo made of ``stream``, which gives exactly the announced bytes; the one there is of the same bytes.

    Raises what announcing, receiving and completing an upload raise, but Duplicate.
    """
    if announcement.size < 1:
        raise CorruptImage()
    upload = announce_upload(actor=actor, announcement=announcement)
    try:
        receive_bytes(upload_id=upload.pk, first=0, length=announcement.size, stream=stream)
        return Kept(complete_upload(actor=actor, upload_id=upload.pk).photo, True)
    except Duplicate as twin:
        return Kept(find_photo(actor=actor, photo_id=twin.photo_id), False)
    except BaseException:
        abort_upload(actor=actor, upload_id=upload.pk)
        raise


def name_of(photo: Photo) -> str:
    """The photo's id with the ending of what it is: what seed 004 calls its file's name."""
    return f"{photo.pk}.{ENDINGS.get(photo.original.content_type, 'img')}"
