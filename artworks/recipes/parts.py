"""What the recipes of artworks have in common: who may, what goes into the work folder, and what is published."""

import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse

from artworks import options as choices
from artworks.actions.making import BIOMETRIC, PARENT, pixel_options, require_mask
from artworks.models import Artwork, ArtworkFile, HandMask
from artworks.versions import version_of
from circles.actions.opt_ins import require_opt_in
from circles.models import OptIn
from photos.actions.pictures import fetch_original
from photos.models import Photo
from processing.errors import Cancelled, ServerError
from processing.model_settings import model_request
from processing.models import Job, JobFile
from processing.recipe import Description

SOURCE: Final = "original"
MASK: Final = "hand-mask.png"
_OWN_COLUMNS: Final = frozenset({"engine", "confidence", "width", "height", "gate", "geometry", "seconds", "version"})


class MakesArtworks:
    """A recipe whose job, about a photo, ends in one artwork."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        """The original and a mask brushed by hand, and the options by their names."""
        fetch_original(_photo(job), work / SOURCE)
        request = request_of(job)
        return request | ({"mask": fetch_mask(job, work)} if request.get("mask") else {})

    @staticmethod
    def guard(job: Job) -> None:
        """The photo is still there, and biometric work is still agreed to; the agreement is held until the commit."""
        if job.kind in BIOMETRIC:
            require_opt_in(actor=job.owner, purpose=OptIn.Purpose.IRIS, is_publishing=True)
        _photo(job)

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        """The artwork's row, and the job's files as its own."""
        photo = Photo.objects.select_for_update(of=("self",), no_key=True).get(pk=_photo(job).pk)
        return publish_artwork(job, result, files, photo=photo, options=pixel_options(job.options))

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        """Nothing to put right: an artwork exists only once it is whole."""

    @staticmethod
    def lay_over(job: Job, wanted: dict[str, Any]) -> dict[str, Any]:
        """A new attempt descends from what the old one descended from."""
        parent = {PARENT: job.options[PARENT]} if PARENT in job.options else {}
        found = choices.laid_over(job.kind, job.options, wanted)
        require_mask(job.owner, _photo(job), found)
        return found | parent

    @staticmethod
    def describe_all(jobs: Sequence[Job]) -> dict[uuid.UUID, Description]:
        """Two queries, however many jobs."""
        named = [job.result["artwork_id"] for job in jobs if job.result.get("artwork_id")]
        made = Artwork.objects.chosen(named)
        artworks = {str(artwork.pk): artwork for artwork in made.prefetch_related("files")}
        photos = Photo.objects.chosen([job.subject_id for job in jobs if job.subject_id]).in_bulk()
        return {job.pk: _description(job, artworks, photos) for job in jobs}

    @staticmethod
    def describe(job: Job) -> Description:
        return MakesArtworks.describe_all([job])[job.pk]


def publish_artwork(
    job: Job, result: dict[str, Any], files: Mapping[str, JobFile], *, photo: Photo | None, options: dict[str, Any]
) -> dict[str, Any]:
    """The row of what ``job`` made, of ``photo`` (locked by the caller) or of none, and its files."""
    artwork = Artwork(
        owner=job.owner,
        photo=photo,
        parent=_parent(job),
        job=job,
        kind=job.kind,
        title=photo.title if photo else "",
        options=options,
        options_hash=choices.hash_of(options),
        version=version_of(job.kind),
        engine=str(result.get("engine") or "")[:100],
        confidence=result.get("confidence"),
        width=result["width"],
        height=result["height"],
        gate=result.get("gate") or {},
        geometry=result.get("geometry") or {},
        seconds=result.get("seconds") or {},
        facts={name: value for name, value in result.items() if name not in _OWN_COLUMNS},
        **(_answered_before(photo) if photo else {}),
    )
    artwork.save(force_insert=True)
    ArtworkFile.objects.bulk_create(_adopted(artwork, files.values()))
    return {"artwork_id": str(artwork.pk)}


def request_of(job: Job) -> dict[str, Any]:
    """The options by their names, and what is the same for every recipe."""
    told = {"source": SOURCE, "size_limit": settings.MAX_UPLOAD_BYTES, "models": model_request()}
    return pixel_options(job.options) | told


def _description(job: Job, artworks: Mapping[str, Artwork], photos: Mapping[uuid.UUID, Photo]) -> Description:
    artwork = artworks.get(str(job.result.get("artwork_id")))
    photo = photos.get(job.subject_id) if job.subject_id else None
    title = str(photo) if photo else job.label
    page = f"/photos/{photo.pk}" if photo else ""
    if artwork is None:
        return Description(title=title, url=page, picture_url=_picture_of(photo), details=details_of(job))
    has_mask = any(file.name == "mask.png" for file in artwork.files.all())  # type: ignore[attr-defined]
    return Description(
        title=artwork.title or title,
        url=page,
        picture_url=reverse("artworks-thumb", args=[artwork.pk, 256, "webp"]),
        result_url=reverse("artworks-detail", args=[artwork.pk]),
        mask_url=reverse("artworks-file", args=[artwork.pk, "mask.png"]) if has_mask else "",
    )


def details_of(job: Job) -> dict[str, Any] | None:
    """What was found in a photo that was refused: gate numbers and outlines, with angles in degrees."""
    facts = job.result.get("facts")
    if not facts:
        return None
    return facts | {"geometry": choices.shown_geometry(facts.get("geometry") or {})}


def _picture_of(photo: Photo | None) -> str:
    if photo is None or photo.state != Photo.State.READY:
        return ""
    return reverse("photos-thumb", args=[photo.pk, 256, "webp"]) + f"?v={photo.version}"


def _photo(job: Job) -> Photo:
    photos = Photo.objects.chosen([job.subject_id] if job.subject_id else []).in_library()
    found = photos.filter(owner=job.owner).select_related("original").first()
    if found is None:
        raise Cancelled("The photo was deleted.")
    return found


def _parent(job: Job) -> Artwork | None:
    """What the job before this one made, else the artwork this one was started from."""
    named = (job.retry_of.result.get("artwork_id") if job.retry_of else None) or job.options.get(PARENT)
    return Artwork.objects.filter(pk=named, owner=job.owner).first() if named else None


def _answered_before(photo: Photo) -> dict[str, Any]:
    """Whose eye it is was asked once for a photo."""
    told = Artwork.objects.of_photo(photo.pk).exclude(whose="").newest_first().first()
    names = ("whose", "subject_id", "subject_email", "whose_answered_at")
    return {name: getattr(told, name) for name in names} if told else {}


def _adopted(artwork: Artwork, files: Any) -> list[ArtworkFile]:
    return [
        ArtworkFile(
            artwork=artwork, name=file.name, key=file.key, byte_size=file.byte_size, content_type=file.content_type
        )
        for file in files
    ]


def fetch_mask(job: Job, work: Path) -> str:
    """The mask that the job's options name, into the work folder; returns its name there."""
    mask = HandMask.objects.visible_to(job.owner).filter(pk=job.options["mask"], photo=job.subject_id).first()
    if mask is None:
        raise Cancelled("The mask brushed by hand is gone.")
    try:
        with default_storage.open(mask.key, "rb") as source, (work / MASK).open("wb") as copy:
            shutil.copyfileobj(source, copy)
    except FileNotFoundError:
        raise ServerError("The mask brushed by hand is missing from the storage.", code="mask_missing") from None
    return MASK
