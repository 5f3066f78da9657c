"""Pictures beside each other: where each lies, that none is enlarged, and what fills the last row."""

import numpy as np
import pytest

from processing.imaging.fusion.compose import Cells, Fill, Frame, Layout, arranged, composed

RED, GREEN, BLUE, WHITE = (200, 10, 10), (10, 200, 10), (10, 10, 200), (240, 240, 240)


def plain(colour, width=60, height=40):
    return np.full((height, width, 3), colour, np.uint8)


def test_a_row_has_the_height_of_the_smallest_and_keeps_proportions():
    sheet = composed([plain(RED, 60, 40), plain(GREEN, 200, 80)], Layout.HORIZONTAL, Frame())
    assert sheet.shape == (40, 60 + 100, 3)
    assert tuple(sheet[20, 30]) == RED
    assert tuple(sheet[20, 130]) == GREEN


def test_a_column_has_the_width_of_the_smallest():
    sheet = composed([plain(RED, 60, 40), plain(GREEN, 120, 40), plain(BLUE, 60, 60)], Layout.VERTICAL, Frame())
    assert sheet.shape == (40 + 20 + 60, 60, 3)


def test_gap_and_border_show_the_background():
    sheet = composed([plain(RED), plain(GREEN)], Layout.HORIZONTAL, Frame(gap=6, border=4, background=WHITE))
    assert sheet.shape == (48, 4 + 60 + 6 + 60 + 4, 3)
    assert tuple(sheet[0, 0]) == WHITE
    assert tuple(sheet[24, 4 + 60 + 3]) == WHITE
    assert tuple(sheet[24, 4 + 59]) == RED


@pytest.mark.parametrize(
    ("fill", "last", "beside"), [(Fill.CENTRE, WHITE, BLUE), (Fill.REPEAT, BLUE, BLUE), (Fill.BACKGROUND, BLUE, BLUE)]
)
def test_an_unfinished_row_is_filled_as_wished(fill, last, beside):
    sheet = composed([plain(RED), plain(GREEN), plain(BLUE)], Layout.GRID, Frame(background=WHITE, fill=fill))
    assert sheet.shape == (80, 120, 3)
    assert tuple(sheet[60, 5]) == last
    assert tuple(sheet[60, 50]) == beside
    assert tuple(sheet[60, 115]) == {Fill.CENTRE: WHITE, Fill.REPEAT: RED, Fill.BACKGROUND: WHITE}[fill]


def test_two_in_a_grid_are_one_row():
    assert composed([plain(RED), plain(GREEN)], Layout.GRID, Frame()).shape == (40, 120, 3)


@pytest.mark.parametrize("layout", list(Layout))
def test_nothing_is_enlarged(layout):
    sizes = [(60, 40), (500, 300), (90, 700)]
    for cells in Cells:
        for cell in arranged(sizes, layout, Frame(cells=cells))[0]:
            assert cell.width <= sizes[cell.picture][0]
            assert cell.height <= sizes[cell.picture][1]


def test_round_cells_are_round():
    sheet = composed([plain(RED), plain(GREEN)], Layout.HORIZONTAL, Frame(cells=Cells.ROUND, background=WHITE))
    assert sheet.shape == (40, 80, 3)
    assert tuple(sheet[0, 0]) == WHITE
    assert tuple(sheet[20, 20]) == RED
    covered = (sheet[:, :40] == RED).all(axis=2).mean()
    assert covered == pytest.approx(np.pi / 4, abs=0.06)


def test_the_middle_is_cut_out_not_squeezed():
    wide = np.concatenate([plain(RED, 40, 40), plain(GREEN, 40, 40), plain(RED, 40, 40)], axis=1)
    sheet = composed([wide, plain(BLUE, 40, 40)], Layout.GRID, Frame())
    assert (sheet[:, :40] == GREEN).all()


def test_what_is_transparent_shows_the_ground():
    clear = np.dstack([plain(RED), np.zeros((40, 60, 1), np.uint8)])
    sheet = composed([clear, plain(GREEN)], Layout.HORIZONTAL, Frame(background=WHITE))
    assert tuple(sheet[20, 20]) == WHITE


@pytest.mark.parametrize("count", [0, 1, 5])
def test_one_or_five_are_none(count):
    with pytest.raises(ValueError, match="2 to 4"):
        composed([plain(RED)] * count, Layout.HORIZONTAL, Frame())
