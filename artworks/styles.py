"""The styles a photo can be painted in here: those built in, and those of installed models."""

from typing import Final

from django.conf import settings

from processing.imaging.modelstore import Store, install_command
from processing.imaging.painterly import names

LABELS: Final = {
    "oil": "Oil",
    "watercolour": "Watercolour",
    "strokes": "Brush strokes",
    "pencil": "Pencil",
    "coloured_pencil": "Coloured pencil",
}


def offered() -> list[tuple[str, str]]:
    """(name, what people call it): the built-in styles first."""
    learnt = sorted(names.installed(Store(settings.MODELS_DIR)))
    return [*LABELS.items(), *((name, label(name)) for name in learnt)]


def label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def why_not(name: str) -> str:
    """Why a photo cannot be painted in a style, in a sentence that says what to do; empty when it can."""
    store = Store(settings.MODELS_DIR)
    if name in names.STYLES or name in names.installed(store):
        return ""
    part = names.known(store).get(name)
    if part is None:
        return f"There is no such style. Choose one of: {', '.join(key for key, _ in offered())}."
    command = install_command(f"{names.entry_of(store).name}/{part}")
    return f"The style {label(name)} is not installed. Run: {command}"
