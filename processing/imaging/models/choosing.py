"""Which engine does a thing: the installed model, else the built-in method, else a clear no. Always by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from processing.imaging import catalog, fallbacks
from processing.imaging.catalog import Entry, Purpose
from processing.imaging.models.adapter import Adapter
from processing.imaging.models.faces import ArcFace, Scrfd, SFace, YuNet
from processing.imaging.models.pictures import DepthAnything, FastStyle, Lama, OneStepDiffusion, RealEsrgan
from processing.imaging.modelstore import missing
from processing.imaging.sessions import Sessions

Use = TypeVar("Use")

_ADAPTERS: Final[dict[tuple[str, Purpose], type[Adapter]]] = {
    ("real-esrgan-x4v3", Purpose.UPSCALE): RealEsrgan,
    ("buffalo_l", Purpose.DETECT_FACES): Scrfd,
    ("buffalo_l", Purpose.EMBED_FACES): ArcFace,
    ("yunet", Purpose.DETECT_FACES): YuNet,
    ("sface", Purpose.EMBED_FACES): SFace,
    ("depth-anything-v2-small", Purpose.DEPTH): DepthAnything,
    ("lama", Purpose.INPAINT): Lama,
    ("fast-neural-style", Purpose.STYLE): FastStyle,
    ("one-step-diffusion", Purpose.REFINE): OneStepDiffusion,
}


@dataclass(frozen=True)
class Chosen(Generic[Use]):
    """The engine to call, and the name that goes into the result. ``is_model``: an installed one took over."""

    engine: str
    use: Use
    is_model: bool


def choose(
    purpose: Purpose, sessions: Sessions, default: tuple[str, Callable[..., Any]] | None = None, *, style: str = ""
) -> Chosen[Any]:
    """The installed model for the purpose, else ``default`` (its name and itself); ``style`` for Purpose.STYLE.

    A model is called exactly like its default: upscale(tile) -> tile, detect_faces(photo) -> [Face],
    embed_faces(photo, faces) -> rows, depth(photo) -> nearness, inpaint(photo, hole) -> photo, style(photo) -> photo.
    Only refine(piece, random) -> piece sees pieces, where its default sees the whole.
    Raises ModelMissing, naming the command that installs it, when there is neither.
    """
    entry = sessions.store.serving(purpose)
    _note_broken(purpose, sessions, entry)
    if entry is not None:
        adapter = _ADAPTERS[entry.name, purpose](sessions, entry, style)
        return Chosen(adapter.engine, adapter, True)
    if default is not None:
        return Chosen(*default, False)
    raise missing(catalog.recommended(purpose, sessions.store.entries))


def _note_broken(purpose: Purpose, sessions: Sessions, serving: Entry | None) -> None:
    """Somebody installed it and it would be in charge, but its record or its files are broken."""
    for entry in catalog.serving(purpose, sessions.store.entries):
        if entry == serving:
            return
        if sessions.store.is_known(entry) and not sessions.store.is_usable(entry):
            fallbacks.note(entry.name, "not_usable")


def styles(sessions: Sessions) -> list[str]:
    """The names of the installed styles."""
    entry = sessions.store.serving(Purpose.STYLE)
    return sorted(part.part for part in sessions.store.installed(entry)) if entry else []
