"""What had a part in an artwork's pixels: the pipeline's version, and the installed models it may call.

The numbers are the pipelines' own (a test compares them): a web process does not load OpenCV to learn one.
"""

from typing import Final

from django.conf import settings

from processing.imaging.catalog import Purpose
from processing.imaging.modelstore import Store

PIPELINES: Final = {"iris": 4, "enhance": 2, "layers": 1, "painterly": 1, "photo": 1}
MODEL_FREE: Final = frozenset({"photo", "layers"})
PURPOSES: Final = {"painterly": Purpose.STYLE}
"""What a pipeline has a model for, where that is not enlarging."""


def version_of(kind: str) -> str:
    """``iris-2``, or ``iris-2+real-esrgan-x4v3:1a2b3c4d`` with an installed model: other pixels, another version."""
    own = f"{kind}-{PIPELINES[kind]}"
    if kind in MODEL_FREE:
        return own
    store = Store(settings.MODELS_DIR)
    entry = store.serving(PURPOSES.get(kind, Purpose.UPSCALE))
    if entry is None:
        return own
    parts = sorted(part.sha256[:8] for part in store.installed(entry))
    return f"{own}+{entry.name}:{'-'.join(parts)}"[:100]
