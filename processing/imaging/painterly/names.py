"""The styles by name; a web process may know without loading numpy."""

from processing.imaging.catalog import Entry, Purpose, recommended
from processing.imaging.modelstore import Store

STYLES = ("oil", "watercolour", "strokes", "pencil", "coloured_pencil")
"""Built in: they need neither network nor weights."""
_FITTED = "-720"


def entry_of(store: Store) -> Entry:
    """What brings learnt styles: the installed entry, else the one to install."""
    return store.serving(Purpose.STYLE) or recommended(Purpose.STYLE, store.entries)


def installed(store: Store) -> dict[str, str]:
    """The learnt styles that are there: the name people use, and the part of the model ("la_muse": "la-muse-720")."""
    entry = store.serving(Purpose.STYLE)
    return _named([part.part for part in store.installed(entry)]) if entry else {}


def known(store: Store) -> dict[str, str]:
    """All learnt styles of the catalogue, likewise."""
    return _named([part.name for part in entry_of(store).parts])


def plain(name: str) -> str:
    """How people call a style, however it is written: "la-muse-720" is "la_muse"."""
    return name.strip().lower().removesuffix(_FITTED).replace("-", "_")


def _named(parts: list[str]) -> dict[str, str]:
    """Of two files of one name the shorter: it came without a size to fit."""
    return {plain(part): part for part in sorted(parts, key=len, reverse=True)}
