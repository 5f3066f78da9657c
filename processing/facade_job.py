"""A render from its addresses to its files: what lies elsewhere is fetched first, then the pixels are made.

Runs in the sandbox child, without Django: a person who cancels kills the download with it.
"""

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from processing.errors import DownloadFailed, DownloadRefused
from processing.fetching.fetcher import Fetcher
from processing.fetching.network import OUTSIDE, Network
from processing.imaging.facade import following, keeping, pipeline
from processing.imaging.facade.steps import Steps
from processing.imaging.facade.texture import swatches

STEP: Final = "download"
PAUSE_SECONDS: Final = 1.0
Report = Callable[[str, float], None]


def run(work: Path, request: dict[str, Any], report: Report, network: Network = OUTSIDE) -> dict[str, Any]:
    """Fetch ``image_url`` to ``work / source`` and ``texture_url`` to ``work / texture``, as far as they are given, or
    draw ``texture_sample`` there, and hand the request to the pipeline, whose result and errors are this one's too.

    ``keep``: what of it stays with the result, see ``keeping``.
    ``mask_before``: the wall before somebody painted ``mask``; what looks like their strokes follows.
    ``allow_http``: whether plain http will do. Raises DownloadFailed. ``network`` is for tests.
    """
    fetcher = Fetcher(allow_http=bool(request.get("allow_http")), network=network)
    wanted = [
        (request.get("image_url"), work / request["source"]),
        (request.get("texture_url"), work / request["texture"]),
    ]
    report(STEP, 0.0)
    fetched: dict[str, Path] = {}
    for place, (url, path) in enumerate(wanted):
        if url in fetched:
            shutil.copyfile(fetched[url], path)
        elif url:
            _fetch(fetcher, url, path, partial(_tell, report, place))
            fetched[url] = path
    report(STEP, 1.0)
    with Steps(report, request.get("stage_timeout_seconds")).step("load"):
        _make_ready(work, request)
    return pipeline.run(work, request, report)


def _make_ready(work: Path, request: dict[str, Any]) -> None:
    if request.get("texture_sample"):
        swatches.write(request["texture_sample"], work / request["texture"])
    keeping.keep(work, request)
    if request.get("mask_before"):
        following.follow(work, request)


def _tell(report: Report, place: int, fraction: float) -> None:
    report(STEP, (place + fraction) / 2)


def _fetch(fetcher: Fetcher, url: str, path: Path, report: Callable[[float], None]) -> None:
    """Once more when it fails; what is refused for what it is stays refused."""
    try:
        fetcher.download(url, path, report)
    except DownloadRefused:
        raise
    except DownloadFailed:
        time.sleep(PAUSE_SECONDS)
        fetcher.download(url, path, report)
