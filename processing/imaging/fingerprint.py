"""Two ways to know a picture again: its bytes (SHA-256) and its look (a 64-bit perceptual hash)."""

import hashlib
from io import BufferedIOBase

import numpy as np
from PIL import Image
from scipy.fft import dct

PHASH_VERSION = 1
"""The method below on the 256 px rendition's pixels; hashes of different versions must not be compared."""

_SIDE, _KEPT = 32, 8


def sha256(stream: BufferedIOBase) -> str:
    """64 lower-case hex digits of everything left in ``stream``."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


def phash(picture: Image.Image) -> int:
    """64 bits as a signed integer: -2**63 <= hash < 2**63; similar pictures differ in few bits.

    Equal to ``imagehash.phash(picture, hash_size=8)`` bit for bit: grey, 32 x 32 by Lanczos, DCT-II both ways,
    the 8 x 8 lowest frequencies against their median (Zauner 2010, "Implementation and Benchmarking of Perceptual
    Image Hash Functions"). ``picture`` must be the 256 px rendition for hashes to be comparable.
    """
    grey = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    waves = dct(dct(np.asarray(grey, dtype=np.float64), axis=0), axis=1)
    lowest = waves[:_KEPT, :_KEPT]
    bits = (lowest > np.median(lowest)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
