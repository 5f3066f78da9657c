"""Textures that nobody has to bring: seen, chosen and laid like one's own."""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from PIL import Image

from artworks.models import Artwork
from circles.models import User
from facades.textures import NAMES
from processing import facade_job
from processing.imaging.facade.texture import samples, swatches
from processing.models import Job
from tests.facades.conftest import BRICK, HOUSE, JOBS

LIST = "/api/v1/render/textures"


def test_what_is_offered_is_what_is_drawn() -> None:
    assert set(NAMES) == set(samples.SAMPLES)
    for name in NAMES:
        small = np.asarray(Image.open(io.BytesIO(swatches.swatch(name))).convert("RGB"), np.int16)
        whole = cv2.resize(samples.SAMPLES[name](0), (256, 256), interpolation=cv2.INTER_AREA)
        assert np.abs(small - whole).mean() < 6


@pytest.mark.django_db
def test_a_client_sees_them_and_asks_for_one_by_name(
    alice: User, api_as: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = api_as(alice).get(LIST).json()
    assert [(one["name"], one["title"]) for one in listed] == list(NAMES.items())
    assert listed[0]["picture_url"] == f"{LIST}/brick.webp"
    laid: list[Any] = []
    pixels = facade_job.pipeline.run

    def look(folder: Any, request: dict[str, Any], report: Any) -> dict[str, Any]:
        laid.append(np.asarray(Image.open(folder / request["texture"])))
        return pixels(folder, request, report)

    monkeypatch.setattr(facade_job.pipeline, "run", look)
    sent = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_sample": "stone"})
    assert sent.status_code == 201, sent.json()
    work()
    assert api_as(alice).get(sent.json()["poll_url"]).json()["status"] == "completed"
    assert Artwork.objects.get().options["texture_sample"] == "stone"
    assert np.array_equal(laid[0], samples.stone(0))


@pytest.mark.django_db
@pytest.mark.parametrize("texture", [{"texture_sample": "marble"}, {"texture_sample": "brick", "texture_url": BRICK}])
def test_an_unknown_one_and_two_at_once_are_refused(alice: User, api_as: Any, texture: dict[str, str]) -> None:
    refused = api_as(alice).post(JOBS, {"image_url": HOUSE} | texture)
    assert (refused.status_code, refused.json()["error"]) == (400, "validation_failed")
    assert set(refused.json()["details"]) & set(texture)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_picture_is_kept_by_browsers_and_asked_for_anew(alice: User, session_of: Any) -> None:
    first = session_of(alice).get(f"{LIST}/brick.webp")
    assert (first.status_code, first["Content-Type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(first.content)).size == (256, 256)
    assert first["Cache-Control"] == "private, max-age=86400"
    again = session_of(alice).get(f"{LIST}/brick.webp", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert session_of(alice).get(f"{LIST}/stone.webp")["ETag"] != first["ETag"]
    assert session_of(alice).get(f"{LIST}/marble.webp").status_code == 404
    assert Client().get(f"{LIST}/brick.webp").status_code == 401


@pytest.mark.django_db
def test_the_page_works_with_them_alone(
    alice: User, session_of: Any, library: Any, work: Callable[[], int], api_as: Any
) -> None:
    photo, texture = library(alice)
    texture.delete()
    browser = session_of(alice)
    page = browser.get(f"/studio/render/{photo.pk}").content.decode()
    assert "There is no other photo in your library yet" in page
    for name, title in NAMES.items():
        assert f'value="{name}"' in page
        assert title in page
    body = {"texture": "timber", "real_world_scale": "9", "engine": "network", "seamless": "on"}
    sent = browser.post(f"/studio/render/{photo.pk}", body)
    assert sent.status_code == 302
    work()
    artwork = Artwork.objects.get()
    assert artwork.options["texture_sample"] == "timber"
    again = browser.get(f"/studio/render/{photo.pk}?again={artwork.pk}").content.decode()
    assert again.count("checked") == page.count("checked") + 1
    other = api_as(alice).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {"options": {"real_world_scale": 6}})
    assert other.status_code == 201, other.json()
    work()
    assert Artwork.objects.newest_first().first().options["texture_sample"] == "timber"
