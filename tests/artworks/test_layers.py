"""A photo as layers: asked for by an app, made by the real recipe, downloaded, and nobody else's."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artworks.models import Artwork
from artworks.versions import PIPELINES
from circles.models import User
from processing import runner, sandbox
from processing.imaging.depth.scenes import scene
from processing.models import Job
from processing.states import Queue

# The sandbox is a process of its own, and renews its leases over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def real(settings: Any, tmp_path: Path) -> Callable[[], None]:
    settings.WORK_DIR = tmp_path / "work"

    def work() -> None:
        while runner.drain(Queue.DEFAULT):
            pass
        sandbox.close_all()

    return work


def png(pixels: np.ndarray) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def file_of(api: Any, artwork: Artwork, name: str) -> bytes:
    return b"".join(api.get(f"/api/v1/artworks/{artwork.pk}/files/{name}").streaming_content)


def test_what_is_downloaded_lies_on_each_other_as_the_photo(
    alice: User, charlie: User, make_photo: Any, api_as: Any, real: Callable[[], None]
) -> None:
    pixels = scene(3, 240, 320).photo
    photo = make_photo(alice, content=png(pixels), title="The square")
    body = {"photo_id": str(photo.pk), "pipeline": "layers", "options": {"num_layers": 3}}
    assert api_as(alice).post("/api/v1/processing/submit", body).status_code == 201
    real()
    artwork = Artwork.objects.get()
    told = (artwork.kind, artwork.title, artwork.engine, artwork.version, artwork.options)
    made = {"num_layers": 3, "softness": 0.05, "engine": "best"}
    assert told == ("layers", "The square", "geometric-cues-1", f"layers-{PIPELINES['layers']}", made)
    manifest = json.loads(file_of(api_as(alice), artwork, "layer_manifest.json"))
    names = [layer["name"] for layer in manifest["layers"]]
    assert names == ["Layer_1_background.png", "Layer_2_midground.png", "Layer_3_foreground.png"]
    layers = [Image.open(io.BytesIO(file_of(api_as(alice), artwork, name))).convert("RGBA") for name in names]
    seen = Image.alpha_composite(Image.alpha_composite(layers[0], layers[1]), layers[2])
    assert np.array_equal(np.asarray(seen)[..., :3], pixels)
    with zipfile.ZipFile(io.BytesIO(file_of(api_as(alice), artwork, "layers.zip"))) as archive:
        assert {*names, "depth.png", "layer_manifest.json"} == set(archive.namelist())
    with Image.open(io.BytesIO(file_of(api_as(alice), artwork, "parallax.webp"))) as moving:
        assert moving.is_animated
    for name in (*names, "parallax.webp", "depth.png", "layers.zip", "layer_manifest.json"):
        assert api_as(charlie).get(f"/api/v1/artworks/{artwork.pk}/files/{name}").status_code == 404


def test_the_same_again_is_not_made_again(
    alice: User, make_photo: Any, api_as: Any, real: Callable[[], None], session_of: Callable[[User], Any]
) -> None:
    photo = make_photo(alice, content=png(scene(4, 120, 160).photo))
    body = {"photo_id": str(photo.pk), "pipeline": "layers"}
    api_as(alice).post("/api/v1/processing/submit", body)
    real()
    again = api_as(alice).post("/api/v1/processing/submit", body).json()
    assert (again["status"], Artwork.objects.count()) == ("completed", 1)
    page = session_of(alice).get(f"/artworks/{Artwork.objects.get().pk}")
    assert page.status_code == 200


def test_the_page_says_what_was_odd_and_starts_nothing(
    alice: User, make_photo: Any, session_of: Callable[[User], Any]
) -> None:
    photo = make_photo(alice)
    answer = session_of(alice).post(f"/studio/layers/{photo.pk}", {"num_layers": "9", "softness": "0.05"})
    assert "9 is not one of the available choices" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "options", [{"num_layers": 1}, {"num_layers": 9}, {"softness": 2}, {"depth": 1}, {"engine": "guess"}]
)
def test_odd_options_are_refused_by_name(alice: User, make_photo: Any, api_as: Any, options: dict[str, Any]) -> None:
    body = {"photo_id": str(make_photo(alice).pk), "pipeline": "layers", "options": options}
    answer = api_as(alice).post("/api/v1/processing/submit", body)
    assert answer.status_code == 400
    assert set(options) <= set(answer.json()["fields"]["options"])
    assert not Job.objects.exists()
