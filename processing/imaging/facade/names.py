"""What the files are called that a render keeps of what was fetched for it alone: for those who need no pixels."""

from typing import Final

ORIGINAL: Final = "original"
"""The photo, byte for byte."""
TEXTURE: Final = "texture"
"""The texture, byte for byte."""
LOOK: Final = "photo.webp"
"""The photo to look at."""
