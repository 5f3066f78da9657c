"""Alice and bob share a circle and irises; a worker in this very process does the real pixels, small ones."""

import io
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
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
from fusion.models import FusionArtwork
from processing.imaging.iris.artwork import FILL
from tests.access import things
from tests.artworks.conftest import agree, stand_in, work  # noqa: F401 - fixtures
from tests.imaging.fusion.eyes import iris
from tests.photos.conftest import media  # noqa: F401 - a fixture

SIDE = 192
OUTLINES = {
    "pupil": {"cx": 96.0, "cy": 96.0, "a": 24.0, "b": 24.0, "angle": 0.0},
    "limbus": {"cx": 96.0, "cy": 96.0, "a": 80.0, "b": 80.0, "angle": 0.0},
}


def drawn(seed: int) -> Image.Image:
    """An iris on black, as the studio leaves it."""
    pixels = iris(seed, SIDE).pixels
    solid = pixels[..., :3] * (pixels[..., 3:].astype(float) / 255)
    side = round(SIDE * 0.9 / FILL)
    sheet = Image.new("RGB", (side, side))
    sheet.paste(Image.fromarray(solid.astype(np.uint8)), ((side - SIDE) // 2,) * 2)
    return sheet


def keep(artwork: Artwork, name: str, picture: Image.Image) -> None:
    """A file of an artwork, as publishing leaves it."""
    buffer = io.BytesIO()
    form = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name.rpartition(".")[2]]
    picture.save(buffer, form, quality=95)
    key = default_storage.save(f"iris/{uuid.uuid4()}/{uuid.uuid4()}/{name}", ContentFile(buffer.getvalue()))
    ArtworkFile.objects.create(
        artwork=artwork, name=name, key=key, byte_size=len(buffer.getvalue()), content_type=f"image/{form.lower()}"
    )


def piece(owner: User, seed: int = 1, **fields: Any) -> Artwork:
    """A finished iris of somebody's, with its files, which others may ask for."""
    agree(owner)
    photo = things.photo_of(owner, state="ready", width=8, height=6)
    picture = drawn(seed)
    made = {
        "kind": "iris", "version": "iris-1", "width": picture.width, "height": picture.height, "geometry": OUTLINES,
        "whose": "me", "subject": owner, "is_consent_ready": True, "title": f"{owner.name}'s eye",
    }  # fmt: skip
    artwork = Artwork.objects.create(owner=owner, photo=photo, **(made | fields))
    for name in ("result.jpg", "1024.webp", "512.webp", "256.webp"):
        keep(artwork, name, picture)
    return artwork


@pytest.fixture(autouse=True)
def _disk(media: Path) -> None:  # noqa: F811 - the fixture
    """Files lie where the test can look."""


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def mine(alice: User) -> Artwork:
    return piece(alice, 1)


@pytest.fixture
def his(bob: User, circle: Circle) -> Artwork:
    """Bob's, shared into the circle."""
    made = piece(bob, 2)
    share_items(actor=bob, circle_id=circle.pk, artwork_ids=[made.pk])
    return made


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What follows a commit happens when the block ends."""

    @contextmanager
    def block() -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return block


@pytest.fixture
def fuse(api_as: Any) -> Callable[..., Any]:
    """POST fusion; small, unless the test says otherwise."""

    def ask(owner: User, *sources: Artwork, headers: Any = None, **body: Any) -> Any:
        options = {"size": 256} | body.pop("options", {})
        circle = body.pop("circle", None)
        said = {"source_artwork_ids": [str(one.pk) for one in sources], "options": options, **body}
        if circle is not None:
            said["circle_id"] = str(circle.pk)
        return api_as(owner).post("/api/v1/fusion", said, headers=headers)

    return ask


@pytest.fixture
def asked_of() -> Callable[[User], list[Consent]]:
    """The questions that wait for somebody's answer."""
    return lambda user: list(Consent.objects.answered_by(user).waiting())


@pytest.fixture
def grant(asked_of: Any, committed: Any) -> Callable[[User], list[Consent]]:
    """Somebody says yes to everything they are asked; what follows, follows."""

    def say(user: User) -> list[Consent]:
        with committed():
            return [answering.grant_consent(actor=user, consent_id=one.pk) for one in asked_of(user)]

    return say


@pytest.fixture
def shared_fusion(  # noqa: PLR0917
    fuse: Any,
    grant: Any,
    work: Any,  # noqa: F811 - the fixture
    alice: User,
    bob: User,
    circle: Circle,
    mine: Artwork,
    his: Artwork,
) -> FusionArtwork:
    """Alice's and bob's eyes as one picture, in their circle."""
    answer = fuse(alice, mine, his, circle=circle)
    assert answer.status_code == 202, answer.json()
    grant(bob)
    work()
    found = FusionArtwork.objects.get()
    assert found.state == "ready", (found.state, found.message)
    return found
