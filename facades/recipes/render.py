"""A texture on the wall of a facade: photo and texture out of the library, or from addresses people give."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from artworks import options as choices
from artworks.actions.making import ADDRESS, PARENT, require_mask
from artworks.models import Artwork, ArtworkFile
from artworks.recipes.parts import SOURCE, MakesArtworks, fetch_mask, publish_artwork
from facades import webhooks
from facades.fetching import note_refusal
from facades.options import ERRAND, wishes
from photos.actions.pictures import fetch_original
from photos.models import Photo
from processing.errors import Cancelled
from processing.files import read_stored
from processing.imaging.facade import names
from processing.model_settings import model_request
from processing.models import Job, JobFile
from processing.recipe import Step, recipe
from processing.states import Queue

TEXTURE: Final = "texture"
MASK_BEFORE: Final = "mask-before.png"
# What a render of addresses keeps of them, and where each lies in the work folder.
KEPT: Final = {names.ORIGINAL: ADDRESS, names.TEXTURE: "texture_url"}
PLACES: Final = {names.ORIGINAL: SOURCE, names.TEXTURE: TEXTURE}
# The fetcher has seconds of its own.
FETCHING: Final = "download"
STEPS: Final = (
    Step(FETCHING, 10),
    Step("load", 17),
    Step("rectify", 28),
    Step("segment", 50),
    Step("texture", 78),
    Step("refine", 87),
    Step("save", 100),
)


@recipe(
    kind="render",
    queue=Queue.DEFAULT,
    steps=STEPS,
    run="processing.facade_job.run",
    time_limit=600,
    memory_mb=settings.RENDER_MEMORY_MB,
)
class Render(MakesArtworks):
    """Not biometric. What is fetched is fetched in the child: whoever cancels does not wait for a slow server."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        """What lies in the library goes into the work folder; addresses are left to the child."""
        request = wishes(job.options)
        for name, place in ((job.subject_id, SOURCE), (request.get("texture_photo_id"), TEXTURE)):
            if name:
                fetch_original(photo_of(job, name), work / place)
        request |= _kept_before(job, work) | {"keep": [name for name, field in KEPT.items() if request.get(field)]}
        if request.get("mask"):
            request["mask"] = fetch_mask(job, work)
            request["mask_before"] = _fetch_mask_before(job, work)
        asked = request["stage_timeout_seconds"] or settings.RENDER_STAGE_TIMEOUT
        seconds = min(asked, settings.RENDER_STAGE_TIMEOUT)
        return request | {
            "source": SOURCE,
            "texture": TEXTURE,
            "stage_timeout_seconds": seconds,
            "step_seconds": {step.name: seconds for step in STEPS if step.name != FETCHING},
            "allow_http": settings.FETCH_ALLOW_HTTP,
            "size_limit": settings.MAX_UPLOAD_BYTES,
            "models": model_request(),
        }

    @staticmethod
    def guard(job: Job) -> None:
        """The photos it is made of are still there, and the person's own."""
        for name in (job.subject_id, job.options.get("texture_photo_id")):
            if name:
                photo_of(job, name)

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        locked = Photo.objects.select_for_update(of=("self",), no_key=True)
        photo = locked.get(pk=photo_of(job, job.subject_id).pk) if job.subject_id else None
        made = publish_artwork(job, result, files, photo=photo, options=wishes(job.options))
        webhooks.tell(job)
        return made

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        note_refusal(error)
        if not isinstance(error, Cancelled):
            webhooks.tell(job)

    @staticmethod
    def lay_over(job: Job, wanted: dict[str, Any]) -> dict[str, Any]:
        """Where the photo comes from and who hears of it stay as they were."""
        found = choices.laid_over(job.kind, job.options, wanted)
        require_mask(job.owner, photo_of(job, job.subject_id) if job.subject_id else None, found)
        kept = (ADDRESS, PARENT, *ERRAND)
        return found | {name: job.options[name] for name in kept if name in job.options}


def _kept_before(job: Job, work: Path) -> dict[str, None]:
    """What an artwork before this one kept of the same addresses, into the work folder; those are not asked again."""
    mine = Artwork.objects.owned_by(job.owner).filter(pk=job.options.get(PARENT))
    parent = mine.prefetch_related("files").first()
    files = {file.name: file for file in parent.files.all()} if parent else {}  # type: ignore[attr-defined]
    if not job.subject_id and job.options.get("mask") and names.ORIGINAL not in files:
        raise Cancelled("The photo it was painted on is gone.")
    fetched: dict[str, None] = {}
    for name, field in KEPT.items():
        if parent and name in files and parent.options.get(field) == job.options.get(field):
            (work / PLACES[name]).write_bytes(read_stored(files[name].key))
            fetched[field] = None
    return fetched


def _fetch_mask_before(job: Job, work: Path) -> str | None:
    """The wall as it was before somebody painted over it; None when nothing shall follow, or that artwork is gone."""
    named = job.options.get("mask_follows")
    mine = ArtworkFile.objects.filter(artwork__owner=job.owner, artwork=named, name="mask.png") if named else None
    found = mine.first() if mine is not None else None
    if found is None:
        return None
    (work / MASK_BEFORE).write_bytes(read_stored(found.key))
    return MASK_BEFORE


def photo_of(job: Job, photo_id: uuid.UUID | str) -> Photo:
    """One of the person's own photos; Cancelled when it is gone."""
    found = Photo.objects.owned_by(job.owner).in_library().filter(pk=photo_id).select_related("original").first()
    if found is None:
        raise Cancelled("A photo it is made of was deleted.")
    return found
