"""The whole way of a photo from bytes to everything the library knows about it. Runs in the sandbox child, pure."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from processing.imaging import codec, colours, exif, fingerprint, places, renditions
from processing.imaging.errors import decoding
from processing.imaging.headers import Limits
from processing.imaging.types import Decoded, Exif, Place, RenditionFile

Report = Callable[[str, float], None]


def run(work: Path, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Derive everything from ``work / request["source"]``; files go to ``work / "out" / "<size>.<format>"``.

    ``request["wanted"]``: pairs [size, format] to make, None for all nine, [] for none. Optional limits:
    ``size_limit`` (bytes), ``pixel_limit``, ``side_limit`` (pixels). ``report(step, fraction)`` hears the steps
    decode, renditions, fingerprint, details in this order, each from 0 to 1. The result is JSON-able.
    Raises ImageRefused for everything that is the picture's fault. The source is only ever read.
    """
    source = work / request["source"]
    warnings: list[str] = []
    report("decode", 0.0)
    decoded = codec.decode(source, Limits.of(request))
    report("decode", 1.0)
    levels, files = _render(work, request, decoded, report)
    report("fingerprint", 0.0)
    small = renditions.on_white(levels[renditions.SIZES[-1]])
    with source.open("rb") as stream:
        digest = fingerprint.sha256(stream)
    look = fingerprint.phash(small)
    report("fingerprint", 1.0)
    report("details", 0.0)
    known = exif.read(source, decoded.header.format)
    place = _place(known, warnings)
    report("details", 1.0)
    return {
        **_picture(decoded),
        "renditions": [dataclasses.asdict(file) for file in files],
        "renderer_version": renditions.RENDERER_VERSION,
        "sha256": digest,
        "phash": look,
        "phash_version": fingerprint.PHASH_VERSION,
        "colours": colours.grid(small),
        "dominant": colours.dominant(small),
        "exif": dataclasses.asdict(known),
        "place": dataclasses.asdict(place) if place else None,
        "warnings": warnings,
    }


def _picture(decoded: Decoded) -> dict[str, Any]:
    kind = decoded.header.format
    return {
        "width": decoded.width,
        "height": decoded.height,
        "format": kind.value,
        "content_type": kind.content_type,
        "has_alpha": decoded.pixels.shape[2] == 4,
    }


def _render(
    work: Path, request: dict[str, Any], decoded: Decoded, report: Report
) -> tuple[dict[int, Image.Image], list[RenditionFile]]:
    report("renditions", 0.0)
    asked = request.get("wanted")
    wanted = renditions.EVERY if asked is None else tuple((int(size), str(kind)) for size, kind in asked)
    with decoding():
        levels = renditions.pyramid(decoded)
    files = renditions.write(levels, work / "out", wanted, lambda done: report("renditions", done))
    report("renditions", 1.0)
    return levels, files


def _place(known: Exif, warnings: list[str]) -> Place | None:
    """A missing or broken gazetteer costs the name of the place, never the photo."""
    if known.latitude is None or known.longitude is None:
        return None
    try:
        return places.nearest(known.latitude, known.longitude)
    except (OSError, ValueError, KeyError, RuntimeError):
        warnings.append("The place could not be named: the list of places cannot be read.")
        return None
