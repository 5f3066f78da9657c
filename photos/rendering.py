"""Which pictures are made of a photo: the three sizes and three formats of the API, and the renderer's version."""

from typing import Final

SIZES: Final = (256, 512, 1024)
FORMATS: Final = ("avif", "webp", "jpeg")
CONTENT_TYPES: Final = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}
RENDERER_VERSION: Final = 1
