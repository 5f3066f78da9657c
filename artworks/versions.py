"""What had a part in an artwork's pixels: the pipeline's version, and the installed models it may call.

The numbers are the pipelines' own (a test compares them): a web process does not load OpenCV to learn one.
"""

from typing import Final

from django.conf import settings

from processing.imaging.catalog import Purpose
from processing.imaging.modelstore import Store

PIPELINES: Final = {"iris": 4, "enhance": 2, "layers": 3, "painterly": 1, "photo": 1, "render": 3}
MODELS: Final = {
    "iris": Purpose.UPSCALE,
    "enhance": Purpose.UPSCALE,
    "layers": Purpose.DEPTH,
    "painterly": Purpose.STYLE,
    "render": Purpose.REFINE,
}
"""What an installed model may do in a pipeline; in the others none is asked."""


def version_of(kind: str) -> str:
    """``iris-2``, or ``iris-2+real-esrgan-x4v3:1a2b3c4d`` with an installed model: other pixels, another version."""
    own = f"{kind}-{PIPELINES[kind]}"
    store = Store(settings.MODELS_DIR)
    entry = store.serving(MODELS[kind]) if kind in MODELS else None
    if entry is None:
        return own
    parts = sorted(part.sha256[:8] for part in store.installed(entry))
    return f"{own}+{entry.name}:{'-'.join(parts)}"[:100]
