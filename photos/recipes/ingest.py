"""Ingest: one decode of the original gives nine pictures, hashes, EXIF and a place. The original is only read."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from photos.actions.library import release_keys
from photos.actions.pictures import fetch_original, missing_renditions
from photos.models import Original, Photo, Rendition
from photos.querysets import PhotoQuerySet, first_of_month
from processing.errors import Cancelled, ServerError
from processing.models import Job, JobFile
from processing.recipe import Description, Step, recipe
from processing.states import Queue

SOURCE = "original"


@recipe(
    kind="ingest",
    queue=Queue.HIGH,
    steps=(
        Step("decode", 25),
        Step("renditions", 80),
        Step("fingerprint", 85),
        Step("details", 95),
        Step("save", 100),
    ),
    run="processing.imaging.ingest.run",
    time_limit=120,
    memory_mb=1024,
    is_unlimited=True,
)
class Ingest:
    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        photo = _photo(job)
        _about(job).filter(state=Photo.State.BROKEN).update(state=Photo.State.PENDING)
        fetch_original(photo, work / SOURCE)
        wanted = None if job.options.get("everything") else missing_renditions(photo)
        return {"source": SOURCE, "wanted": wanted, "size_limit": settings.MAX_UPLOAD_BYTES}

    @staticmethod
    def guard(job: Job) -> None:
        """A photo removed for good needs no pictures."""
        _photo(job)

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        photo = _photo(job)
        # The purge and references lock the original first as well: shared files are counted under it.
        original = Original.objects.select_for_update().get(pk=photo.original_id)
        photo = Photo.objects.select_for_update(of=("self",)).select_related("owner").get(pk=photo.pk)
        if result["sha256"] != original.sha256:
            raise ServerError("The stored original is not the file that was uploaded.")
        _replace_renditions(photo, result, files)
        _save_facts(photo, result)
        return {"photo_id": str(photo.pk), "made": len(result["renditions"]), "warnings": result.get("warnings", [])}

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        """A photo that never had pictures is broken; one whose pictures were only made anew keeps the old ones."""
        _about(job).filter(state=Photo.State.PENDING).update(state=Photo.State.BROKEN)

    @staticmethod
    def describe(job: Job) -> Description:
        return _description(job, _about(job).first())

    @staticmethod
    def describe_all(jobs: Sequence[Job]) -> dict[UUID, Description]:
        """A list of a hundred jobs costs one query."""
        photos = {photo.pk: photo for photo in Photo.objects.chosen([job.subject_id for job in jobs if job.subject_id])}
        return {job.pk: _description(job, photos.get(job.subject_id)) for job in jobs}


def _description(job: Job, photo: Photo | None) -> Description:
    if photo is None:
        return Description(title=job.label)
    thumb = reverse("photos-thumb", args=[photo.pk, 256, "webp"]) + f"?v={photo.version}"
    is_ready = photo.state == Photo.State.READY
    return Description(
        title=str(photo),
        url=f"/photos/{photo.pk}",
        picture_url=thumb if is_ready else "",
        result_url=reverse("photos-detail", args=[photo.pk]) if is_ready else "",
    )


def _about(job: Job) -> PhotoQuerySet:
    return Photo.objects.chosen([job.subject_id] if job.subject_id else [])


def _photo(job: Job) -> Photo:
    photo = _about(job).select_related("original", "owner").first()
    if photo is None:
        raise Cancelled("The photo was deleted.")
    return photo


def _replace_renditions(photo: Photo, result: dict[str, Any], files: Mapping[str, JobFile]) -> None:
    made = [(found["size"], found["format"]) for found in result["renditions"]]
    old = [found for found in photo.renditions.all() if (found.size, found.format) in made]
    Rendition.objects.filter(pk__in=[found.pk for found in old]).delete()
    Rendition.objects.bulk_create(
        Rendition(
            photo=photo,
            size=found["size"],
            format=found["format"],
            key=files[found["name"]].key,
            width=found["width"],
            height=found["height"],
            byte_size=found["bytes"],
            renderer_version=result["renderer_version"],
        )
        for found in result["renditions"]
    )
    release_keys((found.key for found in old), reason="picture replaced")


def _save_facts(photo: Photo, result: dict[str, Any]) -> None:
    facts = {
        "state": Photo.State.READY,
        "width": result["width"],
        "height": result["height"],
        "colours": result["colours"],
        "phash": result["phash"],
        "phash_version": result["phash_version"],
        "renderer_version": result["renderer_version"],
    }
    exif = result["exif"]
    facts |= _camera(exif)
    if not photo.is_date_edited and exif.get("taken_at"):
        facts |= _dates(exif["taken_at"], exif.get("offset"))
    if not photo.is_place_edited:
        facts |= _place(exif, result.get("place") if photo.owner.places_enabled else None)
    if result["renditions"]:
        facts["version"] = F("version") + 1
    Photo.objects.filter(pk=photo.pk).update(**facts)


def _camera(exif: dict[str, Any]) -> dict[str, Any]:
    return {
        "camera_make": (exif.get("make") or "")[:100],
        "camera_model": (exif.get("model") or "")[:100],
        "lens": (exif.get("lens") or "")[:150],
        "iso": exif.get("iso"),
        "aperture": exif.get("aperture"),
        "shutter": (exif.get("shutter") or "")[:30],
        "focal_length": exif.get("focal_length"),
    }


def _dates(taken_at: str, offset: str | None) -> dict[str, Any]:
    """``taken_at`` is wall time without a zone: it orders the timeline; only with an offset is it an instant."""
    wall = datetime.fromisoformat(taken_at).replace(tzinfo=UTC)
    instant = wall
    if offset:
        with suppress(ValueError):
            instant = wall.replace(tzinfo=_zone(offset))
    return {"taken_at": instant, "sort_at": wall, "month": first_of_month(wall)}


def _zone(offset: str) -> timezone:
    zone = datetime.strptime(offset, "%z").tzinfo
    assert isinstance(zone, timezone)
    return zone if abs(zone.utcoffset(None)) <= timedelta(hours=15) else UTC


def _place(exif: dict[str, Any], place: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "latitude": exif.get("latitude"),
        "longitude": exif.get("longitude"),
        "altitude": exif.get("altitude"),
        "place": place["label"][:200] if place else "",
    }
