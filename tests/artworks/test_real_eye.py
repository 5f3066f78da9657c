"""The whole way with a rendered eye: the real pipeline in the real sandbox."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import Image

from artworks.models import Artwork
from artworks.versions import PIPELINES
from circles.models import User
from processing import runner, sandbox
from processing.imaging import as_it_is, enlarging
from processing.imaging.facade import pipeline as facade
from processing.imaging.iris import pipeline
from processing.imaging.iris.geometry import ring_iou
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import MACRO
from processing.imaging.layers import pipeline as layers
from processing.imaging.painterly import pipeline as painterly
from processing.models import Job
from processing.states import Queue
from tests import synthetic
from tests.artworks.conftest import agree

pytestmark = pytest.mark.django_db(transaction=True)
CLEAR = replace(
    MACRO, name="clear", iris_share=(0.35, 0.6), above=(0.8, 1.3), below=(0.9, 1.3), defocus=(0, 0.01), grey=0.0,
    framed=0.0, cropped=0.0, mirrored_room=(0, 0.1), catch_lights=(0, 2), gaze=(0, 6), lid_shadow=(0, 0.3),
    exposure=(0.9, 1.1), off_centre=0.2,
)  # fmt: skip


@pytest.fixture(scope="module")
def eye() -> Any:
    return render(1, CLEAR)


@pytest.fixture
def eye_photo(make_photo: Any, eye: Any) -> Callable[[User], Any]:
    def make(owner: User) -> Any:
        buffer = io.BytesIO()
        Image.fromarray(eye.photo).save(buffer, "JPEG", quality=95)
        height, width = eye.photo.shape[:2]
        return make_photo(owner, content=buffer.getvalue(), width=width, height=height)

    return make


@pytest.fixture
def worker(settings: Any, tmp_path: Any) -> Any:
    settings.WORK_DIR = tmp_path / "work"
    yield lambda: runner.drain(Queue.HIGH)
    sandbox.close_all()


def picture(artwork: Artwork, name: str) -> Any:
    with default_storage.open(artwork.files.get(name=name).key) as stream:
        return np.asarray(Image.open(io.BytesIO(stream.read())))


def test_a_rendered_eye_becomes_an_artwork_then_a_circle_is_dragged(  # noqa: PLR0917
    alice: User, eye: Any, eye_photo: Any, submit: Any, worker: Any, api_as: Any
) -> None:
    photo = eye_photo(agree(alice))
    job_id = submit(alice, photo, size=512, use_anyway=True).json()["id"]
    assert worker() == 1
    said = api_as(alice).get(f"/api/v1/processing/jobs/{job_id}").json()
    assert said["status"] == "completed", said
    artwork = Artwork.objects.get()
    assert (artwork.width, artwork.height) == (512, 512)
    assert {file.name for file in artwork.files.all()} >= {
        "result.jpg", "mask.png", "geometry.json", "polar.png", "256.webp", "512.avif", "1024.jpeg",
    }  # fmt: skip
    assert picture(artwork, "result.jpg").shape == (512, 512, 3)
    assert ring_iou(picture(artwork, "mask.png"), eye.mask) > 0.9
    assert artwork.engine
    assert 0 < artwork.confidence <= 1
    assert set(artwork.seconds) == {"load", "segment", "reflections", "enhance", "save"}

    limbus = api_as(alice).get(f"/api/v1/artworks/{artwork.pk}").json()["geometry"]["limbus"]
    Artwork.objects.update(options=artwork.options | {"use_anyway": False})
    moved = {"limbus": limbus | {"a": limbus["a"] * 1.1, "b": limbus["b"] * 1.1}}
    assert api_as(alice).patch(f"/api/v1/artworks/{artwork.pk}/geometry", moved).status_code == 201
    assert worker() == 1
    new = Artwork.objects.newest_first()[0]
    assert (new.parent, new.engine) == (artwork, pipeline.BY_HAND)
    assert new.geometry["limbus"]["a"] == pytest.approx(limbus["a"] * 1.1, rel=1e-3)
    assert new.geometry["pupil"]["cx"] == pytest.approx(artwork.geometry["pupil"]["cx"], abs=0.5)


def test_a_photo_without_an_eye_is_refused_with_its_way_out(
    alice: User, make_photo: Any, submit: Any, worker: Any, api_as: Any
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 140, 90)).save(buffer, "JPEG")
    job_id = submit(agree(alice), make_photo(alice, content=buffer.getvalue())).json()["id"]
    worker()
    said = api_as(alice).get(f"/api/v1/processing/jobs/{job_id}").json()
    assert (said["status"], said["error_type"], said["error_code"]) == ("failed", "quality_issue", "no_eye")
    assert said["suggestion"].endswith(".")
    assert not Artwork.objects.exists()


def test_a_refused_eye_tells_where_it_was_found(  # noqa: PLR0917
    alice: User, eye: Any, make_photo: Any, submit: Any, worker: Any, api_as: Any
) -> None:
    buffer = io.BytesIO()
    small = Image.fromarray(eye.photo).resize((eye.photo.shape[1] // 8, eye.photo.shape[0] // 8))
    small.save(buffer, "JPEG", quality=95)
    photo = make_photo(agree(alice), content=buffer.getvalue(), width=small.width, height=small.height)
    job_id = submit(alice, photo).json()["id"]
    worker()
    said = api_as(alice).get(f"/api/v1/processing/jobs/{job_id}").json()
    assert (said["status"], said["error_type"]) == ("failed", "quality_issue")
    assert said["details"]["gate"]["diameter"] < 100
    assert said["details"]["geometry"]["limbus"]["cx"] == pytest.approx(eye.geometry.limbus.cx / 8, abs=4)


def test_a_preview_of_a_rendered_eye_finds_its_outlines(alice: User, eye: Any, eye_photo: Any, worker: Any) -> None:
    from artworks.actions import previewing

    job = previewing.start_preview(actor=agree(alice), photo=eye_photo(alice), options={"use_anyway": True})
    worker()
    found = previewing.wait_for_preview(actor=alice, job_id=job.pk)
    assert max(Image.open(io.BytesIO(found.jpeg)).size) <= 1024
    assert found.facts["geometry"]["limbus"]["cx"] == pytest.approx(eye.geometry.limbus.cx, abs=12)
    assert not Job.objects.exists()


def test_the_pipelines_versions_are_the_ones_artworks_are_told_apart_by() -> None:
    assert PIPELINES == {
        "iris": pipeline.VERSION,
        "enhance": enlarging.VERSION,
        "layers": layers.VERSION,
        "painterly": painterly.VERSION,
        "photo": as_it_is.VERSION,
        "render": facade.VERSION,
    }


def test_any_photo_is_enlarged_in_the_real_sandbox(  # noqa: PLR0917
    alice: User, make_photo: Any, submit: Any, settings: Any, tmp_path: Any, api_as: Any
) -> None:
    settings.WORK_DIR = tmp_path / "work"
    content = synthetic.jpeg(320, 240)
    job_id = submit(alice, make_photo(alice, content=content), pipeline="enhance", enhance=4).json()["id"]
    assert runner.drain(Queue.DEFAULT) == 1
    sandbox.close_all()
    said = api_as(alice).get(f"/api/v1/processing/jobs/{job_id}").json()
    assert said["status"] == "completed", said
    artwork = Artwork.objects.get()
    assert (artwork.width, artwork.height, artwork.engine) == (1280, 960, "shock-backprojection-1")
    assert picture(artwork, "result.jpg").shape == (960, 1280, 3)
    assert picture(artwork, "512.webp").shape == (384, 512, 3)
