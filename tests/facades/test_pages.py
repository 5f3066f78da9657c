"""The page of the studio: without a script, refused in words, nobody else's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from artworks.models import Artwork, HandMask
from circles.models import User
from processing.imaging.facade import following
from processing.models import Job
from processing.states import State
from tests.facades.conftest import BRICK, png

pytestmark = pytest.mark.django_db
SEND = {"real_world_scale": "12", "engine": "classical", "seamless": "on"}
KNOWN = {"x1": "10", "y1": "20", "x2": "110", "y2": "20", "metres": "3", "tile_metres": "0.5"}


def test_the_whole_way_without_a_script(
    alice: User, session_of: Any, library: Any, work: Callable[[], int], api_as: Any
) -> None:
    photo, texture = library(alice)
    browser = session_of(alice)
    page = browser.get(f"/studio/render/{photo.pk}").content.decode()
    assert f'value="{texture.pk}"' in page
    assert f'value="{photo.pk}"' not in page
    sent = browser.post(f"/studio/render/{photo.pk}", SEND | KNOWN | {"texture": str(texture.pk)})
    job = Job.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/studio/jobs/{job.pk}")
    waiting = browser.get(sent["Location"]).content.decode()
    assert "Fetching the pictures" in waiting
    assert "Finding the wall" in waiting
    work()
    artwork = Artwork.objects.get()
    assert artwork.options["reference"] == {"points": [[10, 20], [110, 20]], "metres": 3, "tile_metres": 0.5}
    assert (artwork.options["engine"], artwork.options["seamless"]) == ("classical", True)
    shown = browser.get(f"/artworks/{artwork.pk}")
    assert shown.status_code == 200
    text = shown.content.decode()
    assert f"/studio/render/{photo.pk}?again={artwork.pk}" in text
    assert "Texture as a tile" in text
    again = browser.get(f"/studio/render/{photo.pk}?again={artwork.pk}").content.decode()
    assert 'name="metres" value="3' in again
    assert 'value="12' in again
    assert 'href="/studio/render/' in browser.get(f"/studio/photos/{photo.pk}").content.decode()


def test_who_went_over_its_details_is_said(alice: User, session_of: Any, library: Any, work: Callable[[], int]) -> None:
    photo, texture = library(alice)
    browser = session_of(alice)
    browser.post(f"/studio/render/{photo.pk}", SEND | {"texture": str(texture.pk)})
    work()
    made = Artwork.objects.get()
    for engine, words in (
        ("", ""),
        ("edge-aware-detail-1", "The photo&#x27;s own relief and grain"),
        ("one-step-diffusion@0123", "An installed diffusion model, which invents detail"),
    ):
        Artwork.objects.update(facts=made.facts | {"refinement": engine})
        text = browser.get(f"/artworks/{made.pk}").content.decode()
        assert ("Details by" in text, words in text) == (bool(engine), True)


def test_a_wall_painted_by_hand_is_a_new_render(
    alice: User, session_of: Any, api_as: Any, library: Any, work: Callable[[], int]
) -> None:
    photo, texture = library(alice)
    browser = session_of(alice)
    browser.post(f"/studio/render/{photo.pk}", SEND | {"texture": str(texture.pk)})
    work()
    first = Artwork.objects.get()
    tab = browser.get(f"/artworks/{first.pk}?view=brush").content.decode()
    assert f"/artworks/{first.pk}/files/mask.png" in tab
    assert "data-plain" in tab
    sent = api_as(alice).put(
        f"/api/v1/artworks/{first.pk}/mask",
        data=png(np.full((photo.height, photo.width), 255, np.uint8)),
        content_type="image/png",
    )
    assert sent.status_code == 201, sent.json()
    work()
    second = Artwork.objects.newest_first().first()
    assert (second.parent, second.options["mask"]) == (first, str(HandMask.objects.get().pk))
    assert second.options["texture_photo_id"] == str(texture.pk)


def test_what_looks_like_the_strokes_follows_when_it_shall(
    alice: User, session_of: Any, library: Any, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, texture = library(alice)
    browser = session_of(alice)
    browser.post(f"/studio/render/{photo.pk}", SEND | {"texture": str(texture.pk)})
    work()
    first = Artwork.objects.get()
    before = b"".join(browser.get(f"/api/v1/artworks/{first.pk}/files/mask.png").streaming_content)
    heard: list[bytes] = []
    monkeypatch.setattr(
        following, "follow", lambda work, asked: heard.append((work / asked["mask_before"]).read_bytes())
    )
    painted = png(np.full((photo.height, photo.width), 255, np.uint8))
    for follow in ({}, {"follow": "on"}):
        browser.post(
            f"/artworks/{first.pk}/mask", {"mask": SimpleUploadedFile("mask.png", painted, "image/png")} | follow
        )
        work()
    assert heard == [before]
    address = f"/api/v1/artworks/{first.pk}/mask?follow=true"
    assert browser.put(address, data=painted, content_type="image/png").status_code == 201
    first.delete()
    work()
    assert (len(heard), Artwork.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Choose a material"),
        ({"texture": "marble"}, "Enter a valid UUID"),
        ({"texture_url": "http://127.0.0.1/"}, "Invalid or unreachable"),
        ({"texture_url": BRICK, "metres": "3"}, "A known length needs both ends"),
        ({"texture_url": BRICK} | KNOWN | {"x2": "10"}, "Two different points"),
        ({"texture": "0b8f3f0e-6c0a-4d2e-9f53-3a4f3a1f6f10"}, "There is no such photo"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    alice: User, session_of: Any, library: Any, body: dict[str, str], sentence: str
) -> None:
    photo, _ = library(alice)
    answer = session_of(alice).post(f"/studio/render/{photo.pk}", SEND | body)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Job.objects.exists()


def test_other_people_find_no_such_page(alice: User, charlie: User, session_of: Any, library: Any) -> None:
    photo, texture = library(alice)
    own, _ = library(charlie)
    assert session_of(charlie).get(f"/studio/render/{photo.pk}").status_code == 404
    taken = session_of(charlie).post(f"/studio/render/{own.pk}", SEND | {"texture": str(texture.pk)})
    assert taken.status_code == 400
    assert str(texture.pk) not in session_of(charlie).get(f"/studio/render/{own.pk}").content.decode()


def test_the_page_counts_with_the_api(alice: User, session_of: Any, library: Any) -> None:
    photo, texture = library(alice)
    browser = session_of(alice)
    body = SEND | {"texture": str(texture.pk)}
    statuses = [browser.post(f"/studio/render/{photo.pk}", body).status_code for _ in range(11)]
    assert statuses == [302] * 10 + [429]


def test_without_another_photo_the_way_out_is_shown(alice: User, session_of: Any, library: Any) -> None:
    photo, texture = library(alice)
    texture.delete()
    assert (
        "There is no other photo in your library yet"
        in session_of(alice).get(f"/studio/render/{photo.pk}").content.decode()
    )


def test_a_render_that_failed_says_why_and_leads_back(
    alice: User, session_of: Any, library: Any, work: Callable[[], int]
) -> None:
    photo, _ = library(alice)
    sent = session_of(alice).post(f"/studio/render/{photo.pk}", SEND | {"texture_url": BRICK + "x"})
    work()
    assert Job.objects.get().state == State.FAILED
    page = session_of(alice).get(sent["Location"]).content.decode()
    assert "No picture could be downloaded from that address" in page
    assert f"/studio/render/{photo.pk}" in page
