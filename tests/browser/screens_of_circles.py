"""Adds circles and fusions to docs/screens/. ``python -m pytest tests/browser/screens_of_circles.py``"""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from artworks.actions.sharing import share_items
from artworks.models import Artwork, ArtworkFile
from circles.actions.circles import create_circle
from circles.models import Circle, Membership, User
from consent.actions import answering
from consent.models import Consent
from consent.sharing import ask_to_share
from fusion.actions.making import make_fusion
from fusion.models import FusionArtwork
from photos.examples import EYES
from photos.models import Photo
from processing.imaging.iris import pipeline
from processing.imaging.iris.renderer import render
from processing.models import Job
from tests.artworks.conftest import agree
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.screens import LOOKS, TARGET, keep, negatives  # noqa: F401 - a fixture
from tests.browser.test_fusion import look, pick

SEEDS = (1, 4, 2, 7, 9)
BLENDED = {"fusion_type": "fusion", "layout": "yin_yang", "blend_mode": "multiband", "wanted": {"size": 1024}}


@pytest.fixture(scope="session")
def irises(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], Path]]:
    """Artworks of rendered eyes, made once by the real pipeline."""
    found = []
    for seed in SEEDS:
        work = tmp_path_factory.mktemp("iris")
        Image.fromarray(render(seed, EYES).photo).save(work / "original", "JPEG", quality=95)
        request = {"source": "original", "size": 1024, "enhance": 4, "use_anyway": True}
        found.append((pipeline.run(work, request, lambda step, share: None), work / "out"))
    return found


@pytest.fixture
def hang(irises: list[tuple[dict[str, Any], Path]], shelf: Callable[..., list[Photo]]) -> Callable[..., Artwork]:
    """Give somebody one of the irises."""

    def one(owner: User, number: int, title: str) -> Artwork:
        facts, out = irises[number]
        agree(owner)
        (photo,) = shelf(owner, 1, first=number)
        artwork = Artwork.objects.create(
            owner=owner, photo=photo, kind="iris", version="iris-1", width=facts["width"], height=facts["height"],
            geometry=facts["geometry"], whose="me", subject=owner, is_consent_ready=True, title=title,
        )  # fmt: skip
        for path in out.iterdir():
            form = {".jpg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}.get(path.suffix)
            if form is not None:
                key = default_storage.save(f"iris/{uuid.uuid4()}/{path.name}", ContentFile(path.read_bytes()))
                ArtworkFile.objects.create(
                    artwork=artwork,
                    name=path.name,
                    key=key,
                    byte_size=path.stat().st_size,
                    content_type=f"image/{form}",
                )
        return artwork

    return one


def member(circle: Circle, name: str) -> User:
    user = User.objects.create_user(f"{name.lower()}@example.com", "a-long-password", name=name)
    Membership.objects.create(circle=circle, user=user)
    return user


def finished(fusion: FusionArtwork) -> None:
    while Job.objects.unfinished().exists():
        time.sleep(0.3)
    fusion.refresh_from_db()
    assert fusion.state == "ready", fusion.message


@pytest.mark.timeout(900)
def test_screens_of_circles(alice: User, hang: Any, shelf: Any, open_page: Any) -> None:
    circle = create_circle(actor=alice, name="The lake house", description="Everybody who was there that summer.")
    bob, carla = member(circle, "Bob"), member(circle, "Carla")
    create_circle(actor=alice, name="Choir")
    hers = [hang(alice, 0, "By the window"), hang(alice, 3, "In winter")]
    his, carlas = [hang(bob, 1, "Green"), hang(bob, 4, "After the rain")], hang(carla, 2, "Hazel")
    seen = shelf(carla, 5, first=1)
    share_items(actor=carla, circle_id=circle.pk, photo_ids=[one.pk for one in seen], artwork_ids=[carlas.pk])
    share_items(actor=bob, circle_id=circle.pk, artwork_ids=[one.pk for one in his])
    share_items(actor=alice, circle_id=circle.pk, artwork_ids=[hers[0].pk])
    both = make_fusion(actor=alice, source_ids=[hers[0].pk, his[0].pk], circle_id=circle.pk, **BLENDED)
    for asked in Consent.objects.answered_by(bob).waiting():
        answering.grant_consent(actor=bob, consent_id=asked.pk)
    finished(both)
    waiting = make_fusion(actor=alice, source_ids=[hers[0].pk, his[1].pk, carlas.pk], circle_id=circle.pk,
                          **(BLENDED | {"layout": "cluster"}))  # fmt: skip
    make_fusion(actor=bob, source_ids=[his[0].pk, hers[0].pk], circle_id=circle.pk, **(BLENDED | {"layout": "eclipse"}))
    of_bob, silent = hang(alice, 3, "Bob, in the sun"), hang(carla, 1, "Not for fusing")
    Artwork.objects.filter(pk=of_bob.pk).update(whose="member", subject=bob, is_consent_ready=False)
    Artwork.objects.filter(pk=silent.pk).update(is_consent_ready=False)
    share_items(actor=carla, circle_id=circle.pk, artwork_ids=[silent.pk])
    of_bob.refresh_from_db()
    ask_to_share(actor=alice, artworks=[of_bob], circle=circle)
    addresses = {
        "circles": "/circles", "circle": f"/circles/{circle.pk}", "fusions": "/fusion", "fusion": f"/fusion/{both.pk}",
        "fusion-waiting": f"/fusion/{waiting.pk}", "share": f"/share?artwork={hers[1].pk}",
    }  # fmt: skip
    for screen, scheme in LOOKS:
        page = open_page("/", alice, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme,
                         expected=("404", "409"))  # fmt: skip
        for name, path in addresses.items():
            page.goto(path)
            keep(page, name, screen, scheme)
        page.goto(f"/fusion/new?circle={circle.pk}")
        pick(page, hers[0], his[0], carlas)
        look(page)
        page.evaluate("scrollTo(0, 0)")
        keep(page, "fusion-new", screen, scheme)
        page.locator(f'[data-source="{silent.pk}"]').scroll_into_view_if_needed()
        keep(page, "fusion-pick", screen, scheme)
        page.goto(f"/share?artwork={of_bob.pk}&circle={circle.pk}")
        page.get_by_role("button", name="Share", exact=True).click()
        keep(page, "share-ask", screen, scheme)
        page = open_page("/consents", bob, screen=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
        keep(page, "consent-sharing", screen, scheme)
        page.goto(f"/circles/{circle.pk}/fusions/{both.pk}/report")
        keep(page, "report", screen, scheme)
    assert (TARGET / "fusion-new-phone-dark.webp").exists()
