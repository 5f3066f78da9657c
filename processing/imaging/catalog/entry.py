"""What the catalogue says of a model: plain frozen facts."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Shape = tuple[int | None, ...]

# How we know a hash.
LFS: Final = "the Git LFS pointer in the publisher's repository"
HELD: Final = "the file itself, as published"
STATED: Final = "several independent projects that pinned the publisher's file"


class Purpose(StrEnum):
    """What a model does for Aureole; at most one model serves a purpose at a time."""

    UPSCALE = "upscale"
    DETECT_FACES = "detect_faces"
    EMBED_FACES = "embed_faces"
    DEPTH = "depth"
    INPAINT = "inpaint"
    STYLE = "style"
    REFINE = "refine"


@dataclass(frozen=True)
class Tensor:
    """One input or output. An empty ``name`` fits any name, None any length of that axis."""

    name: str
    shape: Shape
    dtype: str = "float32"


@dataclass(frozen=True)
class Publication:
    """One file exactly as published: ``bytes`` long, hashing to ``sha256`` (hex). ``known_from`` says who told us.

    Without an ``address`` it can only be installed from a file. ``weights_of`` names the architecture to which bare
    weights (not an ONNX graph) belong; installing makes the graph. ``licence`` where it differs from the entry's.
    """

    file: str
    sha256: str
    bytes: int
    known_from: str
    address: str = ""
    weights_of: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Part:
    """One graph of an entry, and every published file that may serve as it.

    ``takes_unlisted``: a file with these tensors, but a hash that no publisher told us, may be installed when the
    person states its hash themselves; it is then pinned on this instance. ``enlarges``: width out over width in.
    """

    name: str
    purposes: tuple[Purpose, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    published: tuple[Publication, ...]
    takes_unlisted: bool = False
    enlarges: int = 1


@dataclass(frozen=True)
class Entry:
    """One thing a person installs. ``needs_all``: it works only with every part (else with any one of them).

    ``archive`` is the zip that holds the parts; ``leaves_out`` says what of it is never kept; ``is_free``: anybody may
    use it for anything.
    """

    name: str
    title: str
    does: str
    licence: str
    page: str
    parts: tuple[Part, ...]
    without_it: str
    archive: Publication | None = None
    leaves_out: str = ""
    note: str = ""
    needs_all: bool = True
    is_free: bool = True
    purposes: tuple[Purpose, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = dict.fromkeys(purpose for part in self.parts for purpose in part.purposes)
        object.__setattr__(self, "purposes", tuple(found))

    def part(self, name: str) -> Part:
        """The part of that name. Raises KeyError."""
        return next((part for part in self.parts if part.name == name), None) or _missing(name)

    def published(self) -> list[tuple[Part, Publication]]:
        return [(part, publication) for part in self.parts for publication in part.published]


def _missing(name: str) -> Part:
    raise KeyError(name)
