"""Alice and bob share a circle; both have artworks; charlie is in a circle of his own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from artworks.models import Artwork
from circles.actions.circles import create_circle
from circles.models import Circle, Membership, User
from consent.actions import answering, asking
from consent.models import Consent
from tests.access import things


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@dataclass(frozen=True)
class Cast:
    """Alice and bob, in one circle; charlie, who is not."""

    alice: User
    bob: User
    charlie: User
    circle: Circle


@pytest.fixture
def cast(alice: User, bob: User, charlie: User, circle: Circle) -> Cast:
    return Cast(alice, bob, charlie, circle)


def piece(owner: User, **fields: Any) -> Artwork:
    """An artwork of somebody's, as publishing leaves it."""
    photo = things.photo_of(owner, state="ready", width=8, height=6)
    wanted = {
        "kind": "iris", "version": "iris-1", "width": 8, "height": 8, "whose": "me", "subject": owner,
        "is_consent_ready": True,
    }  # fmt: skip
    return Artwork.objects.create(owner=owner, photo=photo, **(wanted | fields))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody sees every artwork: who may is asked elsewhere."""
    monkeypatch.setattr("artworks.querysets.ArtworkQuerySet.visible_to", lambda self, user: self.all())


@pytest.fixture
def ask(seen: None, circle: Circle) -> Callable[..., Consent]:
    """The question about one artwork: for a person by default, for a circle when one is named."""

    def make(actor: User, artwork: Artwork, purpose: str = "fusion", **terms: Any) -> Consent:
        return asking.request_consents(actor=actor, artworks=[artwork], purpose=purpose, **terms)[0]

    return make


@pytest.fixture
def give(ask: Callable[..., Consent]) -> Callable[..., Consent]:
    """Asked and given."""

    def make(actor: User, artwork: Artwork, until: Any = None, **terms: Any) -> Consent:
        asked = ask(actor, artwork, **terms)
        return answering.grant_consent(actor=asked.granter, consent_id=asked.pk, valid_until=until)

    return make
