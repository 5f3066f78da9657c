"""Bytes by SHA-256, looks by one 64-bit perceptual hash, colours for the moment before a photo is there."""

import hashlib
import io

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from processing.imaging import colours, fingerprint
from tests import synthetic


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [(256, 192), (171, 256), (40, 30)])
def test_our_phash_is_imagehash_s_bit_for_bit(seed: int, size: tuple[int, int]) -> None:
    picture = synthetic.scene(*size, seed)
    theirs = int(str(imagehash.phash(picture, hash_size=8)), 16)
    assert fingerprint.phash(picture) % 2**64 == theirs


@pytest.mark.parametrize("colour", ["black", "white", "teal"])
def test_a_flat_picture_has_imagehash_s_hash_too(colour: str) -> None:
    picture = Image.new("RGB", (256, 200), colour)
    assert fingerprint.phash(picture) % 2**64 == int(str(imagehash.phash(picture, hash_size=8)), 16)


@given(st.binary(min_size=48, max_size=48))
def test_the_hash_fits_a_signed_bigint(pixels: bytes) -> None:
    value = fingerprint.phash(Image.frombytes("RGB", (4, 4), pixels))
    assert -(2**63) <= value < 2**63


def test_the_same_scene_is_near_and_another_one_far() -> None:
    scene = synthetic.scene(256, 192, 1)
    softer = ImageEnhance.Brightness(scene).enhance(1.15).resize((200, 150))
    assert fingerprint.distance(fingerprint.phash(scene), fingerprint.phash(softer)) <= 6
    others = [synthetic.scene(256, 192, seed) for seed in range(20, 26)]
    assert min(fingerprint.distance(fingerprint.phash(scene), fingerprint.phash(other)) for other in others) >= 8


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_distance_counts_differing_bits_of_signed_numbers(one: int, other: int) -> None:
    assert fingerprint.distance(one, other) == bin((one % 2**64) ^ (other % 2**64)).count("1")


@given(st.binary(max_size=10_000))
def test_sha256_of_a_stream_is_that_of_its_bytes(data: bytes) -> None:
    assert fingerprint.sha256(io.BytesIO(data)) == hashlib.sha256(data).hexdigest()


def test_the_colour_grid_is_27_bytes_in_reading_order() -> None:
    picture = Image.new("RGB", (90, 60))
    for row in range(3):
        for column in range(3):
            picture.paste((row * 100, column * 100, 7), (column * 30, row * 20, column * 30 + 30, row * 20 + 20))
    cells = np.frombuffer(bytes.fromhex(colours.grid(picture)), np.uint8).reshape(3, 3, 3)
    assert len(colours.grid(picture)) == 54
    assert cells[2, 1].tolist() == [200, 100, 7]
    assert cells[0, 2].tolist() == [0, 200, 7]


def test_the_dominant_colour_is_the_one_most_of_the_picture_has() -> None:
    picture = Image.new("RGB", (90, 60), (20, 120, 200))
    picture.paste((255, 255, 0), (0, 0, 30, 30))
    assert colours.dominant(picture) == "1478c8"


@pytest.mark.parametrize("size", [(1, 1), (1, 256), (2, 2)])
def test_the_smallest_pictures_have_colours_and_a_hash(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "teal")
    assert colours.grid(picture) == "008080" * 9
    assert colours.dominant(picture) == "008080"
    assert fingerprint.phash(picture) % 2**64 == int(str(imagehash.phash(picture, hash_size=8)), 16)
