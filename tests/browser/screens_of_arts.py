"""Adds layers, paintings and facades to docs/screens/. ``python -m pytest tests/browser/screens_of_arts.py``"""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from artworks.actions.making import make_artwork
from artworks.models import Artwork
from circles.models import User
from facades.actions.rendering import submit_render
from photos import doing
from photos.models import Photo
from processing.models import Job
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.screens import LOOKS, TARGET, keep
from tests.browser.test_painterly import pictured
from tests.browser.test_render import house  # noqa: F401 - a fixture

PLACE, FLOWERS = "japanese_shop", "book_flowers"


@pytest.fixture
def places(alice: User) -> list[Photo]:
    """Public domain and Creative Commons, as the licences beside them say."""
    folder = Path(os.environ["AUREOLE_TEST_DATA"]) / "photos"
    files = [SimpleUploadedFile(f"{name}.jpg", (folder / f"{name}.jpg").read_bytes()) for name in (PLACE, FLOWERS)]
    made = doing.take_files(actor=alice, files=files)
    return [Photo.objects.get(pk=one.photo_id) for one in made]


@pytest.mark.timeout(900)
def test_screens_of_arts(alice: User, places: list[Photo], house: Photo, open_page: Any) -> None:  # noqa: F811
    until_idle()
    place, flowers = places
    make_artwork(actor=alice, photo=place, kind="layers", options={"num_layers": 4})
    make_artwork(actor=alice, photo=flowers, kind="painterly", options={"style": "oil", "strength": 0.9, "seed": 7})
    asked = {"photo_id": house.pk, "texture_photo_id": Photo.objects.get(filename="brick.png").pk}
    submit_render(actor=alice, asked=asked | {"options": {"real_world_scale": 14}})
    until_idle()
    works = {work.kind: work.pk for work in Artwork.objects.all()}
    addresses = {
        "studio-photo": f"/studio/photos/{place.pk}", "layers": f"/artworks/{works['layers']}",
        "studio-painterly": f"/studio/painterly/{flowers.pk}", "painting": f"/artworks/{works['painterly']}",
        "studio-render": f"/studio/render/{house.pk}", "render": f"/artworks/{works['render']}",
        "render-wall": f"/artworks/{works['render']}?view=brush",
    }  # fmt: skip
    for screen, scheme in LOOKS:
        page = open_page("/", alice, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
        for name, path in addresses.items():
            page.goto(path)
            if name == "studio-painterly":
                page.locator("look-ahead[data-shown]").wait_for()
                pictured(page)
            keep(page, name, screen, scheme)
    assert (TARGET / "render-wall-phone-dark.webp").exists()


def until_idle() -> None:
    while Job.objects.unfinished().exists():
        time.sleep(0.3)
