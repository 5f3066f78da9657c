"""A consent as one of its sides sees it: who asks must not learn whose word it was that is no longer there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse

from artworks.models import Artwork
from circles.models import User
from circles.notices import Notice
from consent import works
from consent.forms import GrantForm
from consent.models import CLOSED, Consent, ConsentQuerySet, Purpose, Scope, State
from consent.notices import notice_of

GONE: Final = "gone"
ASKED, GIVEN, RECEIVED, HISTORY = "asked", "given", "received", "history"
BOXES: Final = (ASKED, GIVEN, RECEIVED, HISTORY)
TITLES: Final = {ASKED: "Asked", GIVEN: "Given", RECEIVED: "Received", HISTORY: "History"}
SHOWN: Final = 30
MOST_SKIPPED: Final = 100_000
_ANSWERABLE: Final = (State.REQUESTED, State.REFUSED, State.WITHDRAWN, State.EXPIRED)
_NOT_TOLD: Final = (State.WITHDRAWN, State.EXPIRED, *CLOSED)
_MINE: Final[dict[State, str]] = {
    State.GRANTED: "You gave it.",
    State.REFUSED: "You said no.",
    State.WITHDRAWN: "You took it back.",
    State.EXPIRED: "Its time is over.",
    State.SUPERSEDED: "Another answer of yours, or a newer text, took its place.",
    State.INVALIDATED: "It ended by itself: the artwork, the circle or the person is no longer there.",
}

_HAPPENED: Final[dict[State, str]] = {
    State.GRANTED: "You agreed",
    State.REFUSED: "You refused",
    State.WITHDRAWN: "You took it back",
    State.EXPIRED: "Its time is over",
    State.SUPERSEDED: "Another answer, or a newer text, took its place",
    State.INVALIDATED: "It ended by itself",
}


def contents(user: User, name: str) -> ConsentQuerySet:
    """``asked``: waits for this person's answer · ``given`` · ``received``: from others · ``history``: the rest."""
    mine = Consent.objects.answered_by(user).not_ones_own().with_everything()
    if name == ASKED:
        return mine.waiting()
    if name == GIVEN:
        return mine.given()
    if name == HISTORY:
        return mine.exclude(state__in=(State.REQUESTED, State.GRANTED))
    return Consent.objects.received_by(user).with_everything()


def boxed(user: User, *, box: str = "", purpose: str = "", artwork: uuid.UUID | None = None) -> ConsentQuerySet:
    """A box, or without its name everything this person may see, narrowed to a purpose or an artwork."""
    everything = Consent.objects.visible_to(user).not_ones_own().with_everything()
    found = contents(user, box) if box else everything
    found = found.filter(purpose=purpose) if purpose else found
    return found.told_to(user).filter(artwork=artwork) if artwork else found


@dataclass(frozen=True)
class Box:
    """One list of the page, and where it goes on."""

    name: str
    title: str
    rows: Sequence["Shown"]
    following: int | None


@dataclass(frozen=True)
class Page:
    """``box`` is empty for the first page: questions, and what was given."""

    box: str
    boxes: Sequence[Box]
    tabs: Sequence[tuple[str, str, int]]

    @property
    def is_empty(self) -> bool:
        return not any(box.rows for box in self.boxes)


def page(user: User, name: str, start: int = 0) -> Page:
    """What the page of consents shows: the box of this name, or the first two."""
    names = (name,) if name in BOXES else (ASKED, GIVEN)
    counts = [(each, TITLES[each], contents(user, each).count()) for each in BOXES]
    return Page(name if name in BOXES else "", [_filled(user, each, start) for each in names], counts)


def _filled(user: User, name: str, start: int) -> Box:
    start = min(start, MOST_SKIPPED)
    rows = list(contents(user, name).newest_first()[start : start + SHOWN + 1])
    following = start + SHOWN if len(rows) > SHOWN else None
    words = works.tell({row.work_id for row in rows if row.work_id})
    shown = [Shown(row, user, words.get(row.work_id, "") if row.work_id else "") for row in rows[:SHOWN]]
    return Box(name, TITLES[name], shown, following)


def news(user: User) -> ConsentQuerySet:
    """What happened to consents, as far as this person may know."""
    return boxed(user).newest_first()


def told(user: User, consents: Sequence[Consent]) -> list[Consent]:
    """Those of them this person may know of."""
    visible = Consent.objects.visible_to(user).filter(pk__in=[consent.pk for consent in consents])
    seen = set(visible.values_list("pk", flat=True))
    return [consent for consent in consents if consent.pk in seen]


def asked_of(user: User) -> int:
    """How many questions wait for this person."""
    return Consent.objects.answered_by(user).waiting().count()


@dataclass(frozen=True)
class Shown:
    """One consent, seen by ``viewer``: its granter, whoever asked, or whom it was given to."""

    consent: Consent
    viewer: User
    beside: str = ""
    type = "consent"

    @property
    def url(self) -> str:
        """The box it lies in; what may be shown now, to where it is shared."""
        if not self.is_mine and self.may_be_shared:
            return f"{reverse('pages:share')}?artwork={self.consent.artwork_id}&circle={self.consent.circle_id}"
        if not self.is_mine:
            return reverse("consent:inbox") + f"?box={RECEIVED}"
        box = {State.REQUESTED: ASKED, State.GRANTED: GIVEN}.get(State(self.consent.state), HISTORY)
        return reverse("consent:inbox") + f"?box={box}"

    @property
    def is_mine(self) -> bool:
        return self.consent.granter_id == self.viewer.pk

    @property
    def is_hidden(self) -> bool:
        """What ended is told to the other side without whose it was and what it was about."""
        return not self.is_mine and (self.consent.state in _NOT_TOLD or self._has_run_out)

    @property
    def state(self) -> str:
        if self.is_hidden:
            return GONE
        return str(State.EXPIRED) if self._has_run_out else str(self.consent.state)

    @property
    def granter(self) -> User | None:
        """Whose word it is. Whom a picture shows is its owner's to tell, and a no has no name."""
        is_told = self.consent.role == Consent.Role.OWNER and self.consent.state != State.REFUSED
        return self.consent.granter if self.is_mine or (is_told and not self.is_hidden) else None

    @property
    def artwork(self) -> Artwork | None:
        return None if self.is_hidden else self.consent.artwork

    @property
    def recipient(self) -> dict[str, Any] | None:
        """Who sees what is made: a person, or the members of a circle."""
        if self.consent.circle:
            return {"kind": "circle", "id": self.consent.circle.pk, "name": self.consent.circle.name}
        person = self.consent.recipient
        return {"kind": "person", "id": person.pk, "name": person.public_name} if person else None

    @property
    def picture_url(self) -> str:
        is_there = self.artwork is not None and not (self.is_mine and self.consent.state in CLOSED)
        return reverse("consent-picture", args=[self.consent.pk]) if is_there else ""

    @property
    def can(self) -> list[str]:
        """What the viewer may do with it."""
        if not self.is_mine:
            return ["receipt"] if self.state == State.GRANTED and self._has_asked else []
        verbs = []
        if self.consent.state in _ANSWERABLE and self._is_still_about_something:
            verbs.append("grant")
        if self.consent.state == State.REQUESTED:
            verbs.append("refuse")
        if self.consent.state == State.GRANTED:
            verbs.append("revoke")
        return [*verbs, "receipt"]

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        if self.is_mine:
            return self._asked() if self.consent.state == State.REQUESTED else self._mine()
        return self._theirs()

    @property
    def news(self) -> str:
        """What happened, in a line that stands by itself."""
        if not self.is_mine or self.consent.state == State.REQUESTED:
            return self.sentence
        return f"{_HAPPENED[State(self.state)]}: {self.what}, for {self.for_whom}."

    @property
    def what(self) -> str:
        """What is allowed with what, without who."""
        purpose = self.consent.get_purpose_display()
        if self.is_about_sharing:
            return f"“{self.consent.artwork}” as it is" if self.consent.artwork else "an artwork as it is"
        if self.consent.scope == Scope.CIRCLE:
            name = self.consent.scope_circle.name if self.consent.scope_circle else "a circle"
            return f"everything of yours in {name}, each time for {purpose}"
        each = "" if self.consent.scope == Scope.WORK else ", each time"
        return f"“{self.consent.artwork}” for {purpose}{each}" if self.consent.artwork else f"an artwork for {purpose}"

    @property
    def what_short(self) -> str:
        """The same in a row that names the person already."""
        return f"{self.what}."

    @property
    def for_what(self) -> str:
        purpose = self.consent.get_purpose_display()
        if self.is_about_sharing:
            return purpose
        if self.consent.scope == Scope.WORK:
            return f"{purpose}, this one only"
        return f"{purpose}, each time"

    @property
    def notice(self) -> Notice:
        return notice_of(self.consent.purpose)

    @property
    def message(self) -> str:
        """Between who asked and who is asked."""
        return self.consent.message if self.is_mine or self._has_asked else ""

    @property
    def until(self) -> str:
        """When it ends by itself, for people."""
        ends = self.consent.valid_until
        return f"{ends:%-d %B %Y}" if ends else "taken back"

    @property
    def form(self) -> GrantForm:
        return GrantForm(self.consent)

    @property
    def _has_asked(self) -> bool:
        return self.viewer.pk in (self.consent.requester_id, self.consent.recipient_id)

    @property
    def for_whom(self) -> str:
        if self.consent.circle:
            return f"the members of {self.consent.circle.name}"
        return self.consent.recipient.public_name if self.consent.recipient else "nobody any more"

    @property
    def notice_id(self) -> str:
        return f"consent-{self.consent.purpose}"

    @property
    def notice_sha256(self) -> str:
        """Of the text as it is now; the receipt has the one that was answered."""
        return notice_of(self.consent.purpose).sha256

    @property
    def is_about_sharing(self) -> bool:
        """Seen as it is, instead of used in something new."""
        return self.consent.purpose == Purpose.SHARING

    @property
    def may_be_shared(self) -> bool:
        """By the viewer, whose it is: whom it shows agreed."""
        is_theirs = self.artwork is not None and self.artwork.owner_id == self.viewer.pk
        return is_theirs and self.is_about_sharing and self.state == State.GRANTED

    @property
    def _has_run_out(self) -> bool:
        return self.consent.state == State.GRANTED and not self.consent.is_given

    @property
    def _is_still_about_something(self) -> bool:
        return self.consent.scope == Scope.CIRCLE or self.consent.artwork_id is not None

    def _asked(self) -> str:
        asker = self.consent.requester.public_name if self.consent.requester else "Somebody"
        return f"{asker} asks to {'show' if self.is_about_sharing else 'use'} {self.what}."

    def _mine(self) -> str:
        return _MINE[State(self.state)]

    def _theirs(self) -> str:
        if self.is_hidden:
            return "A permission is no longer there."
        if self.state == State.REFUSED:
            return f"The answer was no: {self.what}."
        if self.is_about_sharing and self.state == State.GRANTED:
            return f"{self.what} may be seen by {self.for_whom}."
        whose = self.granter.public_name if self.granter else "whoever it shows"
        if self.state == State.REQUESTED:
            return f"You asked {whose} to let you {'show' if self.is_about_sharing else 'use'} {self.what}."
        return f"From {whose}: {self.what}." if self.consent.scope != Scope.CIRCLE else self._all_of(whose)

    def _all_of(self, whose: str) -> str:
        name = self.consent.scope_circle.name if self.consent.scope_circle else "a circle"
        return f"From {whose}: all artworks in {name}, each time for {self.consent.get_purpose_display()}."


def find_picture(viewer: User, consent: Consent) -> Artwork | None:
    """The artwork a viewer may look at because of this consent: asked about it, or able to see it anyway."""
    shown = Shown(consent, viewer)
    if not shown.picture_url or shown.artwork is None:
        return None
    if shown.is_mine:
        return shown.artwork
    return Artwork.objects.visible_to(viewer).filter(Q(pk=shown.artwork.pk)).first()
