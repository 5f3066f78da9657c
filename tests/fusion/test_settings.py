"""Every layout and mode through the API, compositions, masks brushed by hand, quick looks, and what makes no sense."""

import io
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from artworks.models import Artwork
from circles.models import Circle, User
from fusion import options
from fusion.inputs import pupil_of
from fusion.models import FusionArtwork, FusionMask
from processing.imaging.fusion import compose, making
from processing.imaging.fusion.blend import Mode
from processing.imaging.fusion.layouts import COUNTS, Layout
from tests.fusion.conftest import piece

FREE = [{"x": 0.35, "y": 0.4, "diameter": 0.6}, {"x": 0.7, "y": 0.6, "diameter": 0.5, "angle": 30}]


def pixels(api: Any, url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(b"".join(api.get(url).streaming_content))).convert("RGB"))


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """SSIM of two pictures in grey (Wang et al. 2004), Gaussian window of 1.5 pixels."""
    a, b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64) for picture in (one, other))
    blur = lambda picture: cv2.GaussianBlur(picture, (11, 11), 1.5)  # noqa: E731
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = (2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return float(found.mean())


def test_the_api_knows_the_layouts_modes_and_limits_of_the_pixels() -> None:
    assert set(options.MODES) == {mode.value for mode in Mode}
    assert {name: COUNTS[Layout(name)] for name in options.LAYOUTS} == options.COUNTS
    assert set(options.LAYOUTS) == {layout.value for layout in Layout}
    assert set(options.COMPOSITIONS) == {layout.value for layout in compose.Layout}
    assert set(options.CELLS) == {cells.value for cells in compose.Cells}
    assert set(options.FILLS) == {fill.value for fill in compose.Fill}
    assert options.LARGEST == making.LARGEST


@pytest.mark.parametrize("layout", options.LAYOUTS)
def test_every_layout_in_every_mode_is_made(  # noqa: PLR0917
    alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any, layout: str
) -> None:
    sources = [mine, piece(alice, 5), piece(alice, 6)][: 3 if layout == "cluster" else 2]
    placements = FREE if layout == "free" else []
    seen = set()
    for mode in options.MODES:
        answer = fuse(alice, *sources, layout=layout, blend_mode=mode, options={"placements": placements})
        assert answer.status_code == 201, answer.json()
        work()
        said = api_as(alice).get(f"/api/v1/fusion/{answer.json()['id']}").json()
        assert (said["status"], said["layout"], said["blend_mode"]) == ("completed", layout, mode)
        seen.add(pixels(api_as(alice), said["result_url"]).tobytes())
    assert len(seen) == len(options.MODES)


@pytest.mark.parametrize("layout", options.COMPOSITIONS)
def test_every_composition_is_made(alice: User, mine: Artwork, work: Any, api_as: Any, layout: str) -> None:
    ids = [str(one.pk) for one in (mine, piece(alice, 5), piece(alice, 6))]
    body = {
        "source_artwork_ids": ids, "layout": layout, "gap": 8, "border": 12, "background": "#faf8f4", "cells": "round",
        "fill": "centre", "size": 300,
    }  # fmt: skip
    made = api_as(alice).post("/api/v1/composition", body)
    assert made.status_code == 201, made.json()
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{made.json()['id']}").json()
    assert (said["status"], said["fusion_type"], said["blend_mode"]) == ("completed", "composition", "")
    picture = pixels(api_as(alice), said["result_url"])
    assert max(picture.shape[:2]) <= 300
    assert np.abs(picture[3, 3].astype(int) - (250, 248, 244)).max() < 6


def test_nothing_is_larger_than_2048_or_than_its_sources(alice: User, mine: Artwork, work: Any, api_as: Any) -> None:
    ids = [str(mine.pk), str(piece(alice, 5).pk)]
    made = api_as(alice).post("/api/v1/composition", {"source_artwork_ids": ids, "gap": 0, "border": 0})
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{made.json()['id']}").json()
    assert (said["width"], said["height"]) == (2 * mine.width, mine.height)
    answer = api_as(alice).post("/api/v1/fusion", {"source_artwork_ids": ids, "options": {"size": 2049}})
    assert answer.status_code == 400


def png(side: int, white: tuple[int, int, int, int]) -> bytes:
    mask = Image.new("L", (side, side), 0)
    mask.paste(255, white)
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_mask_brushed_by_hand_says_what_stays(alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any) -> None:
    other = piece(alice, 5)
    answer = api_as(alice).put(f"/api/v1/fusion/masks/{other.pk}", png(128, (0, 0, 128, 64)), content_type="image/png")
    assert answer.status_code == 201, answer.json()
    parts = [{}, {"mask": answer.json()["id"]}]
    found = {}
    for name, wanted in (("whole", []), ("half", parts)):
        made = fuse(alice, mine, other, blend_mode="alpha", options={"parts": wanted, "background": "#ffffff"})
        assert made.status_code == 201, made.json()
        work()
        said = api_as(alice).get(f"/api/v1/fusion/{made.json()['id']}").json()
        found[name] = pixels(api_as(alice), said["result_url"])
    # The right one's lower half is paper now, its upper half is not.
    right = found["whole"].shape[1] * 4 // 5
    low, high = found["whole"].shape[0] * 3 // 4, found["whole"].shape[0] // 4
    assert found["half"][low, right].min() > 240
    assert found["whole"][low, right].min() < 240
    assert found["half"][high, right].min() < 240


def test_a_mask_is_ones_own_of_that_artwork_and_its_shape(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, api_as: Any
) -> None:
    def put(user: User, artwork: Artwork, content: bytes) -> Any:
        return api_as(user).put(f"/api/v1/fusion/masks/{artwork.pk}", content, content_type="image/png")

    square = png(64, (0, 0, 64, 64))
    assert put(bob, mine, square).status_code == 404
    assert put(alice, his, square).status_code == 201
    wide = io.BytesIO()
    Image.new("L", (128, 64)).save(wide, "PNG")
    for broken in (wide.getvalue(), b"GIF89a", b"\x89PNG\r\n", b""):
        assert put(alice, mine, broken).status_code == 400, broken
    bobs = put(bob, his, square).json()["id"]
    of_his = str(FusionMask.objects.get(owner=alice).pk)
    for mask in (bobs, of_his, "3f0c9a52-7a1d-4a39-9d0e-0d5b5d7f2a10"):
        answer = fuse(alice, mine, piece(alice, 5), options={"parts": [{"mask": mask}, {}]})
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")


@pytest.mark.parametrize(
    ("layout", "mode"),
    [(layout, "multiband") for layout in options.LAYOUTS] + [("overlap", mode) for mode in options.MODES],
)
def test_a_quick_look_is_like_the_result(  # noqa: PLR0917
    alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any, monkeypatch: Any, layout: str, mode: str
) -> None:
    sources = [mine, piece(alice, 5), piece(alice, 6)][: 3 if layout == "cluster" else 2]
    wanted = {"placements": FREE} if layout == "free" else {}
    look_first(monkeypatch, work)
    body = {"source_artwork_ids": [str(one.pk) for one in sources], "layout": layout, "blend_mode": mode}
    answer = api_as(alice).post("/api/v1/preview", body | {"options": wanted})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg"), answer.content
    quick = np.asarray(Image.open(io.BytesIO(answer.content)))
    made = fuse(alice, *sources, layout=layout, blend_mode=mode, options=wanted | {"size": 1024})
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{made.json()['id']}").json()
    whole = pixels(api_as(alice), said["result_url"])
    scaled = cv2.resize(whole, (quick.shape[1], quick.shape[0]), interpolation=cv2.INTER_AREA)
    assert max(quick.shape) == 512
    assert similarity(quick, scaled) >= 0.9


def look_first(monkeypatch: Any, work: Any) -> None:
    """The worker of this process does the look while the request waits."""
    from artworks.actions import previewing

    waiting = previewing.wait_for_preview

    def wait(**given: Any) -> Any:
        work()
        return waiting(**given)

    monkeypatch.setattr(previewing, "wait_for_preview", wait)


def test_a_quick_look_at_a_composition_is_like_it_too(
    alice: User, mine: Artwork, work: Any, api_as: Any, monkeypatch: Any
) -> None:
    look_first(monkeypatch, work)
    ids = [str(one.pk) for one in (mine, piece(alice, 5), piece(alice, 6))]
    settings = {"gap": 20, "border": 30, "background": "#faf8f4", "cells": "round", "fill": "repeat"}
    body = {"source_artwork_ids": ids, "pipeline": "composition", "layout": "grid_2x2", "options": settings}
    answer = api_as(alice).post("/api/v1/preview", body)
    quick = np.asarray(Image.open(io.BytesIO(answer.content)))
    made = api_as(alice).post("/api/v1/composition", {"source_artwork_ids": ids, "layout": "grid_2x2", **settings})
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{made.json()['id']}").json()
    whole = pixels(api_as(alice), said["result_url"])
    scaled = cv2.resize(whole, (quick.shape[1], quick.shape[0]), interpolation=cv2.INTER_AREA)
    assert similarity(quick, scaled) >= 0.9


def test_a_look_needs_only_that_one_sees_the_pictures(  # noqa: PLR0917
    alice: User, charlie: User, circle: Circle, mine: Artwork, his: Artwork, work: Any, api_as: Any, monkeypatch: Any
) -> None:
    look_first(monkeypatch, work)
    body = {"source_artwork_ids": [str(mine.pk), str(his.pk)]}
    assert api_as(alice).post("/api/v1/preview", body).status_code == 200
    assert api_as(charlie).post("/api/v1/preview", body).status_code == 404
    assert not FusionArtwork.objects.exists()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"layout": "spiral"}, "layout"), ({"blend_mode": "magic"}, "blend_mode"), ({"colour": "red"}, "colour"),
        ({"layout": "cluster"}, "layout"), ({"layout": "free"}, "placements"),
        ({"options": {"placements": FREE}}, "placements"), ({"options": {"size": 255}}, "size"),
        ({"options": {"background": "red"}}, "background"), ({"options": {"background": "#12345g"}}, "background"),
        ({"options": {"parts": [{}]}}, "parts"), ({"options": {"parts": [{"shape": "star"}, {}]}}, "shape"),
        ({"layout": "free", "options": {"placements": [{"x": "nan", "y": 0, "diameter": 1}, FREE[0]]}}, "x"),
        ({"layout": "free", "options": {"placements": [{"x": 9, "y": 0, "diameter": 1}, FREE[0]]}}, "x"),
        ({"options": {"is_preview": True}}, "is_preview"), ({"options": {"sources": ["/etc/passwd"]}}, "sources"),
        ({"title": "x" * 201}, "title"),
    ],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(
    alice: User, mine: Artwork, fuse: Any, body: dict[str, Any], named: str
) -> None:
    answer = fuse(alice, mine, piece(alice, 5), **body)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed"), answer.json()
    assert named in str(answer.json()["fields"])
    assert not FusionArtwork.objects.exists()


def test_the_pupil_is_read_from_the_outlines(mine: Artwork) -> None:
    assert pupil_of(mine) == pytest.approx(0.3)
    assert pupil_of(Artwork(kind="enhance", geometry=mine.geometry)) == 0
    assert pupil_of(Artwork(kind="iris", geometry={})) == 0
