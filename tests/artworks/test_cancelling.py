"""Stopped in the middle of the work: at once, with the process that did it, and without a trace."""

import io
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.db import connection
from PIL import Image

from artworks.models import Artwork
from circles.models import User
from processing import runner, sandbox
from processing.imaging.depth.scenes import scene
from processing.models import Job
from processing.states import Queue, State
from tests.artworks.test_crashes import due_now, stored
from tests.processes import children
from tests.processing.test_interruptions import _wait_for

# The sandbox is a process of its own, and renews its leases over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 2.0
MIDDLES = [
    ("layers", "layers", {"num_layers": 8}),
    ("painterly", "paint", {"style": "oil", "strength": 1}),
    ("painterly", "paint", {"style": "strokes", "strength": 1}),
]


@pytest.fixture(scope="module")
def large() -> bytes:
    """Large enough that its middle step takes longer than a look at the job."""
    pixels = cv2.resize(scene(3, 300, 400).photo, (2000, 1500), interpolation=cv2.INTER_CUBIC)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=90)
    return target.getvalue()


@pytest.mark.parametrize(("pipeline", "step", "options"), MIDDLES)
def test_the_child_is_gone_at_once_and_no_file_is_left(  # noqa: PLR0917
    alice: User,
    make_photo: Any,
    api_as: Any,
    media: Path,
    settings: Any,
    tmp_path: Path,
    large: bytes,
    pipeline: str,
    step: str,
    options: dict[str, Any],
) -> None:
    settings.WORK_DIR = tmp_path / "work"
    photo = make_photo(alice, content=large)
    before, strangers = stored(media), children()
    body = {"photo_id": str(photo.pk), "pipeline": pipeline, "options": options}
    job_id = api_as(alice).post("/api/v1/processing/submit", body).json()["id"]
    worker = threading.Thread(target=drain)
    worker.start()
    _wait_for(lambda: Job.objects.get().step == step, 60)
    assert children() - strangers
    began = time.monotonic()
    assert api_as(alice).post(f"/api/v1/processing/jobs/{job_id}/cancel").json()["status"] == "cancelled"
    _wait_for(lambda: not children() - strangers)
    assert time.monotonic() - began < SECONDS
    worker.join(30)
    assert not worker.is_alive()
    assert Job.objects.get().state == State.CANCELLED
    assert not Artwork.objects.exists()
    due_now()
    assert stored(media) == before
    assert not [path for path in settings.WORK_DIR.rglob("*") if path.is_file()]


def drain() -> None:
    try:
        runner.drain(Queue.DEFAULT)
    finally:
        sandbox.mine().close()
        connection.close()
