"""Artworks as one picture: every layout and mode, seams that do not show, colours that stay their owners'."""

from dataclasses import replace

import numpy as np
import pytest

from processing.imaging.fusion.blend import Mode
from processing.imaging.fusion.fuse import Wish, fused, with_one_pupil
from processing.imaging.fusion.layouts import COUNTS, ONE_MIDDLE, Layout, Placement, WrongCount, divided, planned
from processing.imaging.fusion.measures import colour_drift, seam_jump
from processing.imaging.fusion.placing import Source, placed, with_pupil
from tests.imaging.fusion.eyes import iris

SPREAD = (Placement(0.3, 0.5, 0.5), Placement(0.6, 0.5, 0.5, 30), Placement(0.5, 0.3, 0.3), Placement(0.5, 0.7, 0.3))
EVERY = [(layout, count) for layout, (fewest, most) in COUNTS.items() for count in range(fewest, most + 1)]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(("layout", "count"), EVERY)
def test_every_layout_in_every_mode_shows_everybody(layout, count, mode):
    sources = [iris(seed) for seed in range(count)]
    wish = Wish(layout, mode, side=240, placements=SPREAD[:count] if layout is Layout.FREE else ())
    found = fused(sources, wish)
    assert max(found.pixels.shape[:2]) == 240
    without = fused([replace_colour(sources[0]), *sources[1:]], wish)
    assert np.abs(found.pixels.astype(int) - without.pixels).mean() > 1
    assert len(found.modes) == count - 1


def replace_colour(source):
    pixels = source.pixels.copy()
    pixels[..., :3] = 255 - pixels[..., :3]
    return replace(source, pixels=pixels)


@pytest.mark.parametrize("layout", sorted(ONE_MIDDLE))
def test_layouts_of_one_middle_divide_the_sheet_wholly(layout):
    for count in range(COUNTS[layout][0], COUNTS[layout][1] + 1):
        shares = divided(layout, planned(layout, count), 120, 0.3)
        assert np.array_equal(shares.sum(axis=0), np.ones((120, 120)))
        assert (shares.mean(axis=(1, 2)) > 0.1).all()


def test_halves_are_halves_and_yin_is_as_large_as_yang():
    for layout in (Layout.HALVES, Layout.YIN_YANG):
        shares = divided(layout, planned(layout, 2), 200, 0.3)
        assert shares[0].mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("layout", "count"), [(Layout.HALVES, 3), (Layout.CLUSTER, 2), (Layout.OVERLAP, 5)])
def test_a_layout_for_another_number_is_refused(layout, count):
    with pytest.raises(WrongCount):
        fused([iris(seed) for seed in range(count)], Wish(layout, side=64))


def test_irises_of_one_middle_get_one_pupil():
    sources, ratio = with_one_pupil([iris(1, pupil=0.2), iris(2, pupil=0.4)])
    assert ratio == pytest.approx(0.3)
    for source in sources:
        dark = (source.pixels[..., :3].max(axis=2) < 12) & (source.pixels[..., 3] > 0)
        radius = np.sqrt(dark.sum() / np.pi) / 128 / 0.9
        assert radius == pytest.approx(0.3, abs=0.015)


def test_the_same_pupil_moves_no_pixel():
    source = iris(1)
    assert with_pupil(source, 0.3) is source
    assert with_pupil(Source(source.pixels), 0.5).pupil == 0


def test_a_placement_is_where_it_says_it_is():
    layer = placed(iris(3), Placement(0.25, 0.6, 0.4), 200, 300)
    rows, columns = np.nonzero(layer[..., 3] > 127)
    assert (columns.mean() + 0.5) / 200 == pytest.approx(0.25, abs=0.01)
    assert (rows.mean() + 0.5) / 200 == pytest.approx(0.6, abs=0.01)
    assert (columns.max() - columns.min()) / 200 == pytest.approx(0.4, abs=0.02)


def test_a_quarter_turn_turns_counter_clockwise():
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:, 60:] = (255, 255, 255, 255)
    turned = placed(Source(pixels), Placement(0.5, 0.5, 1.0, 90), 80, 80)
    assert turned[:15, 20:60, 0].mean() > 240
    assert turned[65:, 20:60, 0].mean() < 15


def test_the_ground_shows_around_and_never_runs_into_an_iris():
    sources = [iris(1), iris(2)]
    white = fused(sources, Wish(Layout.HALVES, side=200, background=(255, 255, 255))).pixels
    black = fused(sources, Wish(Layout.HALVES, side=200)).pixels
    assert tuple(white[0, 0]) == (255, 255, 255)
    assert tuple(black[0, 0]) == (0, 0, 0)
    middle = slice(40, 160)
    assert np.array_equal(white[middle, middle], black[middle, middle])


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_multiband_hides_the_seam_and_keeps_the_colours(seed):
    sources = [iris(seed, 512), iris(seed + 20, 512)]
    alike, pupil = with_one_pupil(sources)
    plan = planned(Layout.HALVES, 2)
    layers = [placed(source, plan.placements[0], 400, 400) for source in alike]
    mask = (divided(Layout.HALVES, plan, 400, pupil)[1] * 255).astype(np.uint8)
    y, x = np.mgrid[:400, :400] - 199.5
    ring = (np.hypot(x, y) > 80) & (np.hypot(x, y) < 180)
    hard = np.where(mask[..., None] > 127, layers[1][..., :3], layers[0][..., :3])
    found = fused(sources, Wish(Layout.HALVES, Mode.MULTIBAND, 400)).pixels
    assert seam_jump(found, mask, ring) <= 2.2 < seam_jump(hard, mask, ring)
    drift = max(colour_drift(found, layers[1][..., :3], ring & (mask > 127)),
                colour_drift(found, layers[0][..., :3], ring & (mask <= 127)))  # fmt: skip
    assert drift <= 15


def test_a_feathered_seam_shows_only_the_two_that_meet_there():
    colours = ((200, 0, 0), (0, 200, 0), (0, 0, 200), (90, 90, 0))
    sources = [plain(colour) for colour in colours]
    picture = fused(sources, Wish(Layout.QUARTERS, Mode.FEATHER, side=200)).pixels
    # Between green and blue, on the right: no red of the one that lies beneath all.
    seam = picture[96:104, 150:180].astype(int)
    assert seam[..., 0].max() < 20
    assert seam[..., 1:].sum(axis=-1).min() > 150


def plain(colour):
    source = iris(1, 200, pupil=0.0)
    pixels = source.pixels.copy()
    pixels[..., :3] = colour
    return replace(source, pixels=pixels)
