"""What ``processing/submit`` can do with a photo: each recipe that works on photos brings its own words here."""

from collections.abc import Callable
from typing import Any

from circles.models import User
from photos.actions.pictures import render_photo
from photos.models import Photo
from processing.errors import Refused
from processing.models import Job

Start = Callable[..., Job]
_pipelines: dict[str, Start] = {}


def pipeline(name: str) -> Callable[[Start], Start]:
    """Register ``start(actor=, photo=, options=, priority=, ...) -> Job`` under ``name``; the rest goes to submit."""

    def register(start: Start) -> Start:
        _pipelines[name] = start
        return start

    return register


def find(name: str) -> Start:
    """The pipeline of that name; Refused names the ones there are."""
    if name not in _pipelines:
        raise Refused(
            f"There is no pipeline called {name!r} on this server.",
            code="unknown_pipeline",
            fields={"pipeline": [f"Choose one of: {', '.join(sorted(_pipelines))}."]},
        )
    return _pipelines[name]


@pipeline("renditions")
def _renditions(*, actor: User, photo: Photo, options: dict[str, Any], **submission: Any) -> Job:
    """The pictures again: what is missing, or with ``everything`` all nine."""
    unknown = {name: ["This option is not known here."] for name in options if name != "everything"}
    if not isinstance(options.get("everything", False), bool):
        unknown["everything"] = ["Send true or false."]
    if unknown:
        raise Refused(fields={"options": unknown})
    is_everything = options.get("everything", False)
    return render_photo(actor=actor, photo_id=photo.pk, is_everything=is_everything, **submission)
