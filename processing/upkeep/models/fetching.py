"""Fetches one published file from its publisher. Only ever called because a person asked for exactly this."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import requests

from processing.imaging.catalog import Publication
from processing.imaging.modelstore import ModelProblem

_TIMEOUTS: Final = (10, 60)
_PIECE: Final = 256 * 1024


class Bar(Protocol):
    """What a progress bar has to do; tqdm does."""

    def update(self, n: int = 1) -> Any: ...


Meter = Callable[[str, int], AbstractContextManager[Bar]]
"""Opens a bar, given what is fetched and how many bytes it has."""


def fetch(publication: Publication, target: Path, meter: Meter) -> None:
    """Write the published file to ``target``; at most as many bytes as it has. Its hash is the caller's to check.

    Raises ModelProblem with the way to install without a network.
    """
    if shutil.disk_usage(target.parent).free < 2 * publication.bytes:
        raise ModelProblem(f"There is too little disk for {publication.file}.", "Free some, or move DATA_DIR.")
    try:
        with requests.get(
            publication.address, stream=True, timeout=_TIMEOUTS, headers={"Accept-Encoding": "identity"}
        ) as answer:
            _refuse_odd(answer)
            with meter(publication.file, publication.bytes) as bar, target.open("wb") as out:
                _copy(answer, out, publication, bar)
    except (requests.RequestException, OSError) as error:
        raise ModelProblem(
            f"{publication.file} could not be fetched from {publication.address} ({type(error).__name__}).",
            "Fetch it on another machine, copy it here, and run: manage.py models install THE_FILE",
        ) from error


def _refuse_odd(answer: requests.Response) -> None:
    answer.raise_for_status()
    if any(urlsplit(step.url).scheme != "https" for step in (*answer.history, answer)):
        raise requests.RequestException("left https")


def _copy(answer: requests.Response, out: Any, publication: Publication, bar: Bar) -> None:
    left = publication.bytes
    for piece in answer.iter_content(_PIECE):
        left -= len(piece)
        if left < 0:
            raise ModelProblem(f"{publication.address} sent more than the published file has. Nothing was installed.")
        out.write(piece)
        bar.update(len(piece))
