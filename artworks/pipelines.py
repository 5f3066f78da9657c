"""What ``processing/submit`` and ``processing/batch`` can start here."""

from typing import Any

from artworks.actions.making import make_artwork
from circles.models import User
from photos.models import Photo
from photos.pipelines import pipeline
from processing.models import Job


@pipeline("iris")
def _iris(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    return make_artwork(actor=actor, photo=photo, kind="iris", options=options, **submission)


@pipeline("photo")
def _photo(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    return make_artwork(actor=actor, photo=photo, kind="photo", options=options, **submission)


@pipeline("layers")
def _layers(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    return make_artwork(actor=actor, photo=photo, kind="layers", options=options, **submission)


@pipeline("painterly")
def _painterly(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    return make_artwork(actor=actor, photo=photo, kind="painterly", options=options, **submission)


@pipeline("enhance")
def _enhance(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    return make_artwork(actor=actor, photo=photo, kind="enhance", options=options, **submission)
