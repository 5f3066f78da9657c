"""Asking for a render, following it, giving it up."""

import contextlib
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from artworks import options as choices
from artworks.actions.keeping import delete_artwork, forget_loose_masks
from artworks.models import Artwork, ArtworkFile, HandMask
from circles.models import User
from facades.links import RESULT
from facades.options import ERRAND, TEXTURES
from photos.models import Photo
from processing import jobs
from processing.errors import Conflict, NotFound, Refused
from processing.models import Job

KIND: Final = "render"
NOT_YOURS: Final = "There is no such photo in your library."


def submit_render(*, actor: User, asked: Mapping[str, Any], **submission: Any) -> Job:
    """A job that lays a texture on a facade. ``asked`` as the API's body, ``submission`` is for ``jobs.submit``.

    Photo and texture are the person's own: what others share was shared to be looked at. Raises Refused naming the
    fields, QueueFull, Conflict (idempotency key).
    """
    photo = _own_photo(actor, "photo_id", asked.get("photo_id"))
    _own_photo(actor, "texture_photo_id", asked.get("texture_photo_id"))
    texture = {name: asked.get(name) for name in TEXTURES}
    wanted = choices.cleaned(KIND, {**asked.get("options", {}), **texture})
    wanted |= {name: str(asked[name]) for name in ("image_url", *ERRAND) if asked.get(name)}
    return jobs.submit(
        actor=actor,
        kind=KIND,
        label=photo.filename if photo else f"A facade from {urlsplit(asked['image_url']).hostname}",
        subject_id=photo.pk if photo else None,
        options=wanted,
        **submission,
    )


def find_render(*, actor: User, job_id: uuid.UUID) -> Job:
    """One's own render; NotFound for every other job."""
    found = Job.objects.visible_to(actor).filter(kind=KIND, pk=job_id).first()  # type: ignore[attr-defined]
    if found is None:
        raise _absent()
    return found


def give_up(*, actor: User, job_id: uuid.UUID) -> None:
    """Cancel a render that waits or runs, which then tells so; one that has ended goes with every file of its own."""
    found = find_render(actor=actor, job_id=job_id)
    if not found.is_ended:
        # What ended between the look and the word is forgotten as well.
        with contextlib.suppress(Conflict):
            jobs.cancel(actor=actor, job_id=job_id)
            return
    forget(found)


def forget(job: Job) -> None:
    """An ended job and what came of it, with every file."""
    for artwork_id in Artwork.objects.filter(job=job).values_list("pk", flat=True):
        delete_artwork(actor=job.owner, artwork_id=artwork_id)
    jobs.delete(actor=job.owner, job_id=job.pk)
    forget_loose_masks(HandMask.objects.visible_to(job.owner))


def find_result(*, job_id: uuid.UUID, actor: User | None = None) -> ArtworkFile:
    """The picture a render made; without ``actor`` the caller has checked a signature. NotFound when there is none."""
    made = ArtworkFile.objects.filter(artwork__job=job_id, artwork__kind=KIND, name=RESULT)
    found = (made if actor is None else made.filter(artwork__owner=actor)).first()
    if found is None:
        raise _absent()
    return found


def _own_photo(actor: User, field: str, photo_id: Any) -> Photo | None:
    if not photo_id:
        return None
    found = Photo.objects.owned_by(actor).in_library().filter(pk=photo_id).first()
    if found is None:
        raise Refused(fields={field: [NOT_YOURS]})
    return found


def _absent() -> NotFound:
    return NotFound("There is no such render.", code="job_not_found")
