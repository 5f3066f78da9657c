"""What the plain forms of the library's pages do, and the sentence that says so."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from circles.models import User
from photos.actions import library, uploads
from processing.errors import AureoleError


@dataclass(frozen=True)
class Outcome:
    """What became of one file of the plain upload form."""

    filename: str
    sentence: str
    photo_id: uuid.UUID | None = None
    is_error: bool = False


_VERBS: Final[dict[str, tuple[Callable[..., list[uuid.UUID]], dict[str, Any], str]]] = {
    "bin": (library.bin_photos, {}, "in the bin"),
    "restore": (library.restore_photos, {}, "back in your library"),
    "purge": (library.purge_photos, {}, "deleted for good"),
    "favourite": (library.mark_photos, {"is_favourite": True}, "among your favourites"),
    "unfavourite": (library.mark_photos, {"is_favourite": False}, "no longer among your favourites"),
}


_BACK: Final = {"bin": "restore", "restore": "bin", "favourite": "unfavourite", "unfavourite": "favourite"}


def ids_of(texts: Iterable[str]) -> list[uuid.UUID]:
    """Those that are ids, BULK_MOST at most; the rest is left out."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found[: library.BULK_MOST]


@dataclass(frozen=True)
class Done:
    """What was done to many, in a sentence; ``undo`` is "undo:<verb>:<ids>" where there is a way back."""

    sentence: str
    undo: str = ""


def do_to_many(*, actor: User, action: str, ids: Iterable[str]) -> Done:
    """One verb for many photos. Unknown verbs and ids change nothing."""
    if action not in _VERBS:
        return Done("Nothing was changed.")
    verb, extra, ending = _VERBS[action]
    changed = verb(actor=actor, ids=ids_of(ids), **extra)
    sentence = f"{len(changed)} photo{'' if len(changed) == 1 else 's'} {ending}."
    back = _BACK.get(action)
    return Done(sentence, f"undo:{back}:{','.join(map(str, changed))}" if back and changed else "")


def take_files(*, actor: User, files: Iterable[UploadedFile]) -> list[Outcome]:
    """Every file through the same door as the API's: announced, received, checked. One refusal stops no other."""
    return [_take(actor, file) for file in files]


def _take(actor: User, file: UploadedFile) -> Outcome:
    name, size = file.name or "photo", file.size or 0
    try:
        upload = uploads.announce_upload(actor=actor, announcement=uploads.Announcement(name, size))
        uploads.receive_bytes(upload_id=upload.pk, first=0, length=size, stream=file)
        done = uploads.complete_upload(actor=actor, upload_id=upload.pk)
    except AureoleError as error:
        known = error.extra.get("photo_id")
        photo_id = uuid.UUID(str(known)) if known else None
        return Outcome(name, f"{error.message} {error.advice}", photo_id, is_error=True)
    return Outcome(name, "Kept; its pictures are being made.", done.photo.pk)
