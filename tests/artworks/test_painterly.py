"""A photo painted: asked for by an app, made by the real recipe, and nobody else's."""

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from artworks.actions import previewing
from artworks.models import Artwork
from artworks.versions import PIPELINES
from artworks.views import painterly
from circles.models import User
from processing import files, runner, sandbox
from processing.imaging.depth.scenes import scene
from processing.imaging.painterly import names
from processing.models import Job
from processing.states import Queue
from tests.artworks.test_layers import file_of, png, real  # noqa: F401 - a fixture

# The sandbox is a process of its own, and renews its leases over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def asked(photo: Any, **options: Any) -> dict[str, Any]:
    return {"photo_id": str(photo.pk), "pipeline": "painterly", "options": options}


def test_a_photo_becomes_a_painting_that_only_its_owner_sees(
    alice: User,
    charlie: User,
    make_photo: Any,
    api_as: Any,
    real: Callable[[], None],  # noqa: F811
) -> None:
    photo = make_photo(alice, content=png(scene(3, 180, 240).photo), title="The square")
    body = asked(photo, style="pencil", strength=0.75, seed=7)
    assert api_as(alice).post("/api/v1/processing/submit", body).status_code == 201
    real()
    artwork = Artwork.objects.get()
    assert (artwork.kind, artwork.title, artwork.engine) == ("painterly", "The square", "pencil-hatching-1")
    assert artwork.version == f"painterly-{PIPELINES['painterly']}"
    assert artwork.options == {"style": "pencil", "strength": 0.75, "seed": 7}
    assert artwork.facts["is_smaller"] is False
    picture = Image.open(io.BytesIO(file_of(api_as(alice), artwork, "result.jpg")))
    assert picture.size == (240, 180)
    assert api_as(charlie).get(f"/api/v1/artworks/{artwork.pk}/files/result.jpg").status_code == 404
    again = api_as(alice).post("/api/v1/processing/submit", body).json()
    assert (again["status"], Artwork.objects.count()) == ("completed", 1)


def test_who_says_nothing_gets_the_usual(alice: User, make_photo: Any, api_as: Any, settings: Any) -> None:
    settings.DEFAULT_PAINTERLY_STRENGTH, settings.DEFAULT_PAINTERLY_SEED = 0.7, 9
    assert api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice))).status_code == 201
    assert Job.objects.get().options == {"style": "oil", "strength": 0.7, "seed": 9}


@pytest.mark.parametrize(
    "options",
    [{"style": "fresco"}, {"strength": 1.1}, {"strength": "NaN"}, {"seed": -1}, {"seed": 2**31}, {"oil": 1}],
)
def test_odd_options_are_refused_by_name(alice: User, make_photo: Any, api_as: Any, options: dict[str, Any]) -> None:
    answer = api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice), **options))
    assert answer.status_code == 400
    assert set(options) <= set(answer.json()["fields"]["options"])
    assert not Job.objects.exists()


def test_a_style_that_is_not_installed_says_how_to_get_it(
    alice: User, make_photo: Any, api_as: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    answer = api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice), style="la_muse"))
    assert answer.status_code == 400
    [reason] = answer.json()["fields"]["options"]["style"]
    assert "manage.py models install fast-neural-style/la-muse-720" in reason
    assert not Job.objects.exists()


@pytest.fixture
def live(real: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """A worker that begins as soon as somebody waits."""
    waiting = previewing.wait_for_preview

    def work_then_wait(**words: Any) -> Any:
        while runner.drain(Queue.HIGH):
            pass
        sandbox.close_all()
        return waiting(**words)

    monkeypatch.setattr(previewing, "wait_for_preview", work_then_wait)


@pytest.mark.usefixtures("live")
def test_a_look_is_small_says_its_engine_and_leaves_nothing(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, content=png(scene(3, 480, 640).photo))
    photo.renditions.all().delete()
    body = asked(photo, style="watercolour", strength=0.6, seed=1)
    answer = api_as(alice).post("/api/v1/preview", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.content)).size == (512, 384)
    said = api_as(alice).post("/api/v1/preview", body | {"with_facts": True}).json()
    assert (said["engine"], said["geometry"]) == ("watercolour-pigment-1", None)
    assert not Job.objects.exists()
    assert not Artwork.objects.exists()


@pytest.mark.usefixtures("live")
def test_a_style_is_chosen_by_its_picture(alice: User, make_photo: Any, session_of: Callable[[User], Any]) -> None:
    photo = make_photo(alice, content=png(scene(3, 480, 640).photo))
    # What pages show of it is there sooner than the original, and looks the same.
    shown = photo.renditions.get(size=1024, format="jpeg")
    shown.key = default_storage.save("shown/1024.jpeg", ContentFile(png(scene(3, 300, 400).photo)))
    shown.save()
    default_storage.delete(photo.original.key)
    answer = session_of(alice).get(f"/studio/painterly/{photo.pk}/cards/pencil")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.content)).size == (384, 288)
    assert answer.headers["Cache-Control"].startswith("private")
    assert not Job.objects.exists()


def test_as_long_as_there_is_no_picture_of_a_style_the_photo_stands_there(
    alice: User, make_photo: Any, session_of: Callable[[User], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painterly, "CARD_SECONDS", 0.05)
    page = session_of(alice)
    photo = make_photo(alice)
    assert page.get(f"/studio/painterly/{photo.pk}/cards/oil").headers["Location"].startswith("/api/v1/photos/")
    assert page.get(f"/studio/painterly/{photo.pk}/cards/fresco").status_code == 404


def test_a_newer_look_takes_the_place_of_one_that_waits_and_of_no_card(alice: User, make_photo: Any) -> None:
    photo = make_photo(alice)
    card = previewing.start_card(actor=alice, photo=photo, style="oil")
    first = previewing.start_preview(actor=alice, photo=photo, options={}, pipeline="painterly")
    second = previewing.start_preview(actor=alice, photo=photo, options={"seed": 1}, pipeline="painterly")
    assert set(Job.objects.values_list("pk", flat=True)) == {card.pk, second.pk}
    assert first.pk != second.pk


def test_the_page_works_without_a_script(alice: User, make_photo: Any, session_of: Callable[[User], Any]) -> None:
    photo = make_photo(alice)
    page, address = session_of(alice), f"/studio/painterly/{photo.pk}"
    assert page.get(f"{address}?style=pencil&strength=0.8&seed=3").status_code == 200
    told = {"style": "pencil", "strength": "0.8", "seed": "3"}
    rolled = page.post(address, told | {"roll": "1"}).context["form"]
    assert (rolled["style"].value(), rolled["strength"].value()) == ("pencil", "0.8")
    assert rolled["seed"].value() != "3"
    assert not Job.objects.exists()
    odd = page.post(address, told | {"style": "fresco"})
    assert "style" in odd.context["form"].errors
    made = page.post(address, told)
    assert made.headers["Location"] == f"/studio/jobs/{Job.objects.get().pk}"
    assert Job.objects.get().options == {"style": "pencil", "strength": 0.8, "seed": 3}


def test_a_painting_that_is_cancelled_in_the_middle_leaves_no_file(
    alice: User, make_photo: Any, api_as: Any, settings: Any, media: Path
) -> None:
    settings.WORK_DIR = media.parent / "work"
    photo = make_photo(alice, content=png(scene(3, 1500, 2000).photo))
    before = {path for path in media.rglob("*") if path.is_file()}
    job_id = api_as(alice).post("/api/v1/processing/submit", asked(photo, style="oil")).json()["id"]
    worker = threading.Thread(target=drained)
    worker.start()
    until(lambda: Job.objects.get(pk=job_id).step == "paint")
    assert api_as(alice).post(f"/api/v1/processing/jobs/{job_id}/cancel").status_code == 200
    until(lambda: Job.objects.get(pk=job_id).state == "cancelled")
    worker.join(20)
    files.drain_deletions()
    assert {path for path in media.rglob("*") if path.is_file()} == before
    assert not any(path.is_file() for path in settings.WORK_DIR.rglob("*"))
    assert not Artwork.objects.exists()


def drained() -> None:
    """A worker's thread."""
    try:
        while runner.drain(Queue.DEFAULT):
            pass
        sandbox.close_all()
    finally:
        connection.close()


def until(happens: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_every_style_has_a_name_for_people() -> None:
    from artworks.styles import LABELS
    from processing.imaging.painterly.painting import PAINTERS

    assert set(LABELS) == set(names.STYLES) == set(PAINTERS)
