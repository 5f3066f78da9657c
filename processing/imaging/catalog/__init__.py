"""The models Aureole knows: what each is for, whose it is, what its file must be, what works without it.

Nothing here loads or fetches anything, and nothing heavy is imported: a web process may read it. No model ships with
Aureole. A hash stands here only where it is known from its publisher (``Publication.known_from`` says how).
"""

from typing import Final

from processing.imaging.catalog.entry import Entry, Part, Publication, Purpose, Shape, Tensor
from processing.imaging.catalog.faces import BUFFALO, SFACE, YUNET
from processing.imaging.catalog.pictures import DEPTH_ANYTHING, FAST_STYLE, LAMA, ONE_STEP_DIFFUSION, REAL_ESRGAN

__all__ = [
    "ENTRIES",
    "ONE_STEP_DIFFUSION",
    "Entry",
    "Part",
    "Publication",
    "Purpose",
    "Shape",
    "Tensor",
    "find",
    "fits",
    "recommended",
    "serving",
]

# Where two serve one purpose, the earlier takes over.
ENTRIES: Final[tuple[Entry, ...]] = (
    REAL_ESRGAN, BUFFALO, YUNET, SFACE, DEPTH_ANYTHING, LAMA, FAST_STYLE, ONE_STEP_DIFFUSION,
)  # fmt: skip


def find(name: str, entries: tuple[Entry, ...] = ENTRIES) -> Entry | None:
    """The entry of that name, however it is capitalised, with hyphens or underscores."""
    wanted = _plain(name)
    return next((entry for entry in entries if _plain(entry.name) == wanted), None)


def serving(purpose: Purpose, entries: tuple[Entry, ...] = ENTRIES) -> list[Entry]:
    """Every entry that can serve the purpose, the one that takes over first."""
    return [entry for entry in entries if purpose in entry.purposes]


def recommended(purpose: Purpose, entries: tuple[Entry, ...] = ENTRIES) -> Entry:
    """What to install for the purpose when nothing is: the first that everybody may use. Raises LookupError."""
    found = serving(purpose, entries)
    if not found:
        raise LookupError(f"the catalogue has nothing for {purpose}")
    return next((entry for entry in found if entry.is_free), found[0])


def fits(expected: tuple[Tensor, ...], found: tuple[Tensor, ...]) -> bool:
    """Whether a graph's tensors are those: as many, of the same names, types and lengths (None fits any length)."""
    if len(expected) != len(found):
        return False
    by_name = {tensor.name: tensor for tensor in found}
    pairs = ((want, by_name.get(want.name) if want.name else found[index]) for index, want in enumerate(expected))
    return all(have is not None and _alike(want, have) for want, have in pairs)


def _alike(want: Tensor, have: Tensor) -> bool:
    lengths = zip(want.shape, have.shape, strict=False)
    return (
        want.dtype == have.dtype
        and len(want.shape) == len(have.shape)
        and all(None in (one, other) or one == other for one, other in lengths)
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")
