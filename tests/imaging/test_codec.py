"""Every accepted file becomes upright sRGB pixels of the right colour; every other one is refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processing.imaging import codec
from processing.imaging.errors import ImageRefused
from processing.imaging.headers import Limits
from tests import synthetic

Store = Callable[[bytes], Path]
KINDS = ("jpeg", "png", "webp", "gif", "tiff", "heic", "avif")


def near(pixel: np.ndarray, colour: tuple[int, ...], within: int = 12) -> bool:
    return bool(np.abs(pixel[:3].astype(int) - np.array(colour[:3])).max() <= within)


@pytest.mark.parametrize("kind", KINDS)
def test_every_accepted_format_is_decoded_to_its_colours_and_size(kind: str, stored: Store) -> None:
    decoded = codec.decode(stored(synthetic.encoded(synthetic.corners(), kind)))
    assert (decoded.width, decoded.height, decoded.header.format) == (96, 64, kind)
    assert decoded.pixels.shape == (64, 96, 3)
    assert decoded.pixels.dtype == np.uint8
    for (x, y), colour in (((20, 16), (255, 0, 0)), ((76, 16), (0, 255, 0)), ((20, 48), (0, 0, 255))):
        assert near(decoded.pixels[y, x], colour, 20), (kind, decoded.pixels[y, x])


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_puts_red_where_the_camera_saw_it(kind: str, orientation: int, stored: Store) -> None:
    upright = synthetic.corners(1600, 1000)
    as_stored = upright if orientation == 1 else upright.transpose(_UNDO[orientation])
    data = synthetic.encoded(as_stored, kind, exif=synthetic.exif(orientation=orientation))
    decoded = codec.decode(stored(data))
    assert (decoded.width, decoded.height) == (1600, 1000)
    assert decoded.pixels.shape == (640, 1024, 3)
    assert near(decoded.pixels[100, 100], (255, 0, 0))
    assert near(decoded.pixels[100, 900], (0, 255, 0))
    assert near(decoded.pixels[500, 100], (0, 0, 255))


# What a camera held this way stores: the inverse of what a viewer must do.
_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_absurd_orientation_changes_nothing(orientation: int, stored: Store) -> None:
    data = synthetic.encoded(synthetic.corners(), "jpeg", exif=synthetic.exif(orientation=orientation))
    decoded = codec.decode(stored(data))
    assert decoded.pixels.shape == (64, 96, 3)


def test_a_turned_heic_is_upright(stored: Store) -> None:
    as_stored = synthetic.corners().transpose(Image.Transpose.ROTATE_90)
    decoded = codec.decode(stored(synthetic.encoded(as_stored, "heic", exif=synthetic.exif(orientation=6))))
    assert (decoded.width, decoded.height) in {(96, 64), (64, 96)}
    assert decoded.pixels.shape[:2] == (decoded.height, decoded.width)


def test_wide_gamut_colours_are_brought_to_srgb_before_the_profile_goes(stored: Store) -> None:
    decoded = codec.decode(stored(synthetic.wide_gamut_jpeg((200, 60, 40))))
    assert near(decoded.pixels[24, 32], (200, 60, 40), 4), decoded.pixels[24, 32]


def test_a_wide_gamut_heic_is_brought_to_srgb(stored: Store) -> None:
    import io

    source = Image.open(io.BytesIO(synthetic.wide_gamut_jpeg((200, 60, 40))))
    data = synthetic.encoded(source, "heic", icc_profile=source.info["icc_profile"])
    decoded = codec.decode(stored(data))
    assert near(decoded.pixels[24, 32], (200, 60, 40), 5), decoded.pixels[24, 32]


@pytest.mark.parametrize("kind", ["png", "tiff"])
@pytest.mark.parametrize("grey", [True, False])
def test_sixteen_bits_become_eight_without_clipping(kind: str, grey: bool, stored: Store) -> None:
    pixels = codec.decode(stored(synthetic.sixteen_bit(kind, grey))).pixels
    assert pixels.shape == (60, 80, 3)
    assert pixels[0, 0].max() <= 3
    assert pixels[0, -1].min() >= 252
    assert np.all(np.diff(pixels[30, :, 0].astype(int)) >= 0)


@pytest.mark.parametrize(("ink", "colour"), [((0, 0, 0, 0), (255, 255, 255)), ((0, 255, 255, 0), (230, 30, 40))])
def test_cmyk_is_printed_ink_and_not_inverted(
    ink: tuple[int, int, int, int], colour: tuple[int, int, int], stored: Store
) -> None:
    pixels = codec.decode(stored(synthetic.cmyk_jpeg(ink))).pixels
    assert near(pixels[20, 20], colour, 40), pixels[20, 20]


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "PA"])
def test_grey_bilevel_and_palette_pictures_become_rgb(mode: str, stored: Store) -> None:
    if mode == "PA":
        data = synthetic.encoded(synthetic.cut_out().convert("P"), "png", transparency=0)
    else:
        data = synthetic.encoded(synthetic.corners().convert(mode), "png")
    assert codec.decode(stored(data)).pixels.shape[2] in {3, 4}


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "heic", "avif"])
def test_alpha_is_kept_where_it_is_used(kind: str, stored: Store) -> None:
    pixels = codec.decode(stored(synthetic.encoded(synthetic.cut_out(), kind))).pixels
    assert pixels.shape[2] == 4
    assert pixels[30, 10, 3] >= 250
    assert pixels[30, 70, 3] <= 5


def test_an_alpha_nobody_uses_is_dropped(stored: Store) -> None:
    assert codec.decode(stored(synthetic.encoded(synthetic.corners().convert("RGBA"), "png"))).pixels.shape[2] == 3


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "avif"])
def test_an_animation_gives_its_first_frame(kind: str, stored: Store) -> None:
    decoded = codec.decode(stored(synthetic.animation(kind)))
    assert decoded.pixels.shape[:2] == (40, 60)
    assert near(decoded.pixels[20, 30], (255, 0, 0), 25)


def test_a_large_photo_is_shrunk_to_1024_and_a_small_one_is_left_alone(stored: Store) -> None:
    large = codec.decode(stored(synthetic.jpeg(4000, 3000)))
    assert (large.width, large.height, large.pixels.shape) == (4000, 3000, (768, 1024, 3))
    small = codec.decode(stored(synthetic.jpeg(300, 200)))
    assert small.pixels.shape == (200, 300, 3)


def test_shrinking_while_loading_looks_like_shrinking_the_whole(stored: Store) -> None:
    picture = synthetic.scene(4000, 3000, 3)
    pixels = codec.decode(stored(synthetic.encoded(picture, "jpeg", quality=95))).pixels
    whole = np.asarray(picture.resize((1024, 768), Image.Resampling.LANCZOS), dtype=float)
    assert np.abs(pixels - whole).mean() < 2.5


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_picture_is_refused_not_shown_half(kind: str, stored: Store) -> None:
    data = synthetic.encoded(synthetic.scene(200, 150), kind)
    with pytest.raises(ImageRefused) as refused:
        codec.decode(stored(data[: len(data) // 2]))
    assert refused.value.code == "corrupt_image"
    assert refused.value.detail.endswith(".")


def test_a_file_that_lies_about_its_size_is_refused_before_any_memory_is_taken(stored: Store) -> None:
    with pytest.raises(ImageRefused) as refused:
        codec.decode(stored(synthetic.png_claiming(19_000, 19_000)))
    assert refused.value.code == "too_many_pixels"
    assert "361 million" in refused.value.detail


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(size=1000), "too_large"), (Limits(side=600), "too_many_pixels"), (Limits(pixels=1000), "too_many_pixels")],
)
@pytest.mark.parametrize("kind", KINDS)
def test_each_limit_holds_for_each_format(kind: str, limits: Limits, code: str, stored: Store) -> None:
    with pytest.raises(ImageRefused) as refused:
        codec.decode(stored(synthetic.encoded(synthetic.scene(640, 480), kind)), limits)
    assert refused.value.code == code


def test_the_name_of_a_file_is_never_read_as_options_for_the_decoder(tmp_path: Path) -> None:
    path = tmp_path / "holiday[shrink=8].jpg"
    path.write_bytes(synthetic.encoded(synthetic.corners(), "jpeg"))
    assert codec.decode(path).pixels.shape == (64, 96, 3)
