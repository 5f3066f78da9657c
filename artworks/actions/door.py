"""Seed 004's own way of working: a file goes in, a mode is named, files come out. All of it by the one engine."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from artworks.actions.keeping import delete_artwork
from artworks.actions.making import make_artwork
from artworks.models import Artwork, ArtworkFile
from artworks.querysets import PICTURES
from circles.models import User
from photos.actions.library import find_photo
from processing import jobs
from processing.errors import Conflict, NotFound, Refused
from processing.models import Job

KIND_OF: Final = {"photo-realistic": "layers", "painterly": "painterly"}
MODE_OF: Final = {kind: mode for mode, kind in KIND_OF.items()}
# The recipes' own words for what this client calls otherwise.
WORDS: Final[dict[str, dict[str, str]]] = {
    "layers": {"num_layers": "num_layers"},
    "painterly": {"painterly_style": "style", "painterly_strength": "strength", "painterly_seed": "seed"},
}


def start_job(*, actor: User, asked: Mapping[str, Any], **submission: Any) -> Job:
    """``asked``: filename, mode and this client's options; those of the other mode are left alone.

    Raises NotFound for a file that was not uploaded by this person, and what ``make_artwork`` raises.
    """
    kind = KIND_OF[asked["mode"]]
    photo = find_photo(actor=actor, photo_id=_file_id(asked["filename"]))
    options = {word: asked[name] for name, word in WORDS[kind].items() if asked.get(name) is not None}
    try:
        return make_artwork(actor=actor, photo=photo, kind=kind, options=options, **submission)
    except Refused as refused:
        raise Refused(refused.message, fields=_renamed(kind, refused.fields)) from None


def find_job(*, actor: User, job_id: uuid.UUID) -> Job:
    """One's own job of these modes; NotFound for every other."""
    job = Job.objects.visible_to(actor).filter(kind__in=MODE_OF, pk=job_id).first()  # type: ignore[attr-defined]
    if job is None:
        raise NotFound()
    return job


def find_file(*, actor: User, job_id: uuid.UUID, name: str) -> ArtworkFile:
    """A file to keep that the job made; the pictures of pages are not among them."""
    job = find_job(actor=actor, job_id=job_id)
    made = ArtworkFile.objects.visible_to(actor).filter(artwork=job.result.get("artwork_id"))
    found = None if "\0" in name else made.exclude(name__in=PICTURES).filter(name=name).first()
    if found is None:
        raise NotFound()
    return found


def delete_job(*, actor: User, job_id: uuid.UUID) -> None:
    """The job, cancelled if it still runs, and what it made, with every file. The photo stays.

    What was there before, and the job only led to, stays too. Interrupted in the middle, it can be asked again.
    """
    job = find_job(actor=actor, job_id=job_id)
    with suppress(Conflict):
        jobs.cancel(actor=actor, job_id=job.pk)
    for artwork_id in Artwork.objects.owned_by(actor).filter(job=job).values_list("pk", flat=True):
        with suppress(NotFound):
            delete_artwork(actor=actor, artwork_id=artwork_id)
    jobs.delete(actor=actor, job_id=job.pk)


def _file_id(filename: str) -> uuid.UUID:
    try:
        return uuid.UUID(filename.partition(".")[0])
    except ValueError:
        raise NotFound("There is no such file.", suggestion="Upload it first, and send the filename you get.") from None


def _renamed(kind: str, fields: Mapping[str, Any]) -> dict[str, object]:
    names: dict[object, str] = {word: name for name, word in WORDS[kind].items()}
    wrong = fields.get("options")
    if not isinstance(wrong, dict):
        return {**fields}
    return {names.get(word, str(word)): reasons for word, reasons in wrong.items()}
