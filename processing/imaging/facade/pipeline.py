"""A photo of a facade and a texture, to the facade made of it: from files to files. Runs in the sandbox child, pure."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from processing.imaging import codec, enlarging, renditions
from processing.imaging.errors import Code, ImageRefused
from processing.imaging.facade import light
from processing.imaging.facade.plane import projection, rectify
from processing.imaging.facade.refinement import refined
from processing.imaging.facade.steps import Report, Steps
from processing.imaging.facade.texture import tiles, tiling
from processing.imaging.facade.wall import engines
from processing.imaging.headers import Limits
from processing.imaging.types import Decoded, Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 3
"""Rises whenever the same photo, texture and options would give another picture."""
STEPS = (("load", 8), ("rectify", 20), ("segment", 45), ("texture", 75), ("refine", 85), ("save", 100))
"""Names, and the progress at which each ends. Fetching what lies elsewhere comes before and is not done here."""
LARGEST = 4096
"""Pixels: a photo whose longest side is more is made smaller."""
LARGEST_TEXTURE = 2048
LEAST_PHOTO, LEAST_TEXTURE = 200, 16
"""Pixels on the shorter side."""
SLIMMEST = 16
"""A texture is at most so many times as long as it is wide."""
RESULT, MASK, TILE = "result.jpg", "mask.png", "texture_tile.png"
MISSHAPEN = 0.02
"""A mask's shape may differ from the photo's by so much."""


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Lay ``work / request["texture"]`` on the wall of the facade in ``work / request["source"]``.

    ``real_world_scale``: tiles across the wall (24). ``aspect``: how many times wider than it is a tile is drawn.
    ``reference``, in place of the scale: {"points": two of x, y in pixels of the upright photo, "metres": between them,
    "tile_metres": width of a tile}. ``seamless``: make the texture repeat first (True). ``mask``: the name of a picture
    of the wall (white) made by hand, or None. ``engine``: "network" or "classical" where there is no mask.
    ``enable_refinement``, ``refinement_seed``, "models": a last pass over details, as ``refinement.refined`` has it.
    ``stage_timeout_seconds``: for each step.

    A texture that is the photo itself means that nothing is to be laid: the photo comes back, refined if asked.

    Writes ``result.jpg`` with its renditions, ``mask.png`` and ``texture_tile.png`` to ``work / "out"``; the result is
    JSON-able. Raises ImageRefused for what is the pictures' fault, PipelineError for a step that took too long,
    ValueError for a number out of range.
    """
    steps = Steps(report, request.get("stage_timeout_seconds"))
    with steps.step("load"):
        given = _given(work, request)
    made = _as_it_is(given) if given.is_passed_through else _covered(steps, request, given)
    with steps.step("refine"):
        refinement, picture = None, made.picture
        if request.get("enable_refinement"):
            picture, refinement = refined(picture, given.photo, made.share, request)
    with steps.step("save"):
        files = _saved(work / "out", picture, given, made)
    return {
        "version": VERSION,
        "refinement": refinement,
        **made.facts,
        "width": picture.shape[1],
        "height": picture.shape[0],
        "photo_width": given.found.width,
        "photo_height": given.found.height,
        "tile_width": made.tile.shape[1],
        "tile_height": made.tile.shape[0],
        "wall_share": round(float(made.share.mean()), 4),
        "renditions": files,
        "renderer_version": renditions.RENDERER_VERSION,
        "seconds": steps.seconds,
    }


@dataclass(frozen=True, eq=False)
class Given:
    """``photo`` and ``texture`` (H x W x 3 each), ``found`` the photo as stored, the wall made ``by_hand``."""

    found: Decoded
    photo: Pixels
    texture: Pixels
    by_hand: "NDArray[np.float32] | None"
    is_passed_through: bool


@dataclass(frozen=True, eq=False)
class Made:
    """The ``picture`` (H x W x 3), ``share`` of each pixel that was painted (0..1), the ``tile`` as it was laid."""

    picture: Pixels
    share: "NDArray[np.float32]"
    tile: Pixels
    facts: dict[str, Any]


def _covered(steps: Steps, request: dict[str, Any], given: Given) -> Made:
    photo = given.photo
    with steps.step("rectify"):
        plane = rectify.plane_of(photo)
    with steps.step("segment"):
        share, engine = _wall(photo, given.by_hand, str(request.get("engine") or "network"))
    with steps.step("texture") as done:
        tile, seams = (given.texture, None) if request.get("seamless") is False else tiles.seamless(given.texture)
        done(0.3)
        laid = tiling.tiling(
            plane, share, tile.shape, across=float(request.get("real_world_scale") or tiling.USUAL),
            aspect=request.get("aspect"), reference=_in_pixels(request, photo.shape[1] / given.found.width),
        )  # fmt: skip
        lit = light.shading(photo, share)
        done(0.6)
        picture = projection.painted(photo, share, lit, projection.Covering(tile, laid, plane))
    told = {"tiles_across": round(laid.across, 3), "wall_metres": laid.metres and round(laid.metres, 2)}
    return Made(picture, share, tile, {**plane.facts(), "engine": engine, "seams": seams, **told})


def _as_it_is(given: Given) -> Made:
    """The way of a caller who has no texture and sends the photo in its place."""
    return Made(given.photo, np.zeros(given.photo.shape[:2], np.float32), given.texture, {"engine": "none"})


def _given(work: Path, request: dict[str, Any]) -> Given:
    limits = Limits.of(request)
    found = codec.decode(work / request["source"], limits, LARGEST)
    _check_size("photo", found, LEAST_PHOTO)
    photo = enlarging.on_white(found.pixels)
    laid = codec.decode(work / request["texture"], limits, LARGEST_TEXTURE)
    _check_size("texture", laid, LEAST_TEXTURE)
    mask = request.get("mask")
    by_hand = None if not mask else _mask(codec.decode(work / mask, limits, LARGEST), photo)
    # The photo's pixels are held once: the decoded picture is kept for what it says about the file.
    kept = Decoded(photo, found.header, found.width, found.height)
    return Given(kept, photo, enlarging.on_white(laid.pixels), by_hand, _is_passed_through(work, request))


def _saved(folder: Path, picture: Pixels, given: Given, made: Made) -> list[dict[str, Any]]:
    files = enlarging.save(picture, given.found, folder)
    _png(folder / MASK, np.rint(made.share * 255).astype(np.uint8))
    _png(folder / TILE, np.asarray(cv2.cvtColor(made.tile, cv2.COLOR_RGB2BGR), np.uint8))
    return files


def _check_size(what: str, found: Decoded, least: int) -> None:
    if min(found.width, found.height) < least:
        raise ImageRefused(
            Code.VALIDATION_FAILED,
            f"The {what} is {found.width} × {found.height} pixels; it needs at least {least} on each side.",
            f"Choose a larger {what}.",
        )
    if what == "texture" and max(found.width, found.height) > SLIMMEST * min(found.width, found.height):
        raise ImageRefused(
            Code.VALIDATION_FAILED,
            f"The texture is {found.width} × {found.height} pixels, too slim to be laid on a wall.",
            "Choose a texture that is nearly as wide as it is high.",
        )


def _mask(found: Decoded, photo: Pixels) -> "NDArray[np.float32]":
    """What was painted by hand, 0..1, in the photo's size."""
    height, width = photo.shape[:2]
    if abs(found.width * height / (found.height * width) - 1) > MISSHAPEN:
        raise ImageRefused(
            Code.BAD_MASK,
            f"The mask is {found.width} × {found.height} pixels and the photo {width} × {height}: they do not match.",
            "Send the mask of this photo, white where the wall is.",
        )
    grey = cv2.cvtColor(enlarging.on_white(found.pixels), cv2.COLOR_RGB2GRAY)
    size = cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)
    return np.asarray(cv2.GaussianBlur(size, (0, 0), max(0.7, max(size.shape) / 2000)), np.float32)


def _wall(photo: Pixels, by_hand: "NDArray[np.float32] | None", engine: str) -> "tuple[NDArray[np.float32], str]":
    """How much of each pixel is wall, and who says so. What was painted by hand is taken as it is."""
    if by_hand is not None:
        return by_hand, "by hand"
    found = engines.wall_mask(photo, engine)
    return projection.soft_edges(found.share, photo), found.engine


def _in_pixels(request: dict[str, Any], scale: float) -> dict[str, Any] | None:
    """The reference length in pixels of the photo as it is worked on."""
    reference = request.get("reference")
    if not reference:
        return None
    return {**reference, "points": [[scale * float(x), scale * float(y)] for x, y in reference["points"]]}


def _is_passed_through(work: Path, request: dict[str, Any]) -> bool:
    photo, texture = work / request["source"], work / request["texture"]
    return photo == texture or (
        photo.stat().st_size == texture.stat().st_size and photo.read_bytes() == texture.read_bytes()
    )


def _png(path: Path, pixels: "NDArray[np.uint8]") -> None:
    encoded, data = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 3))
    if not encoded:
        raise RuntimeError(f"{path.name} could not be encoded.")
    path.write_bytes(data.tobytes())
