"""What happened in a circle: kept as rows, told live to whoever is in it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from circles.models import Circle, FeedItem, Membership, Role, User
from processing import push


@dataclass(frozen=True)
class Picture:
    """Something shared, as an item of the feed shows it. ``thumb_template`` has ``{size}`` and ``{format}``."""

    id: uuid.UUID
    kind: str
    words: str
    width: int
    height: int
    colours: str
    thumb_template: str
    page: str


@dataclass(frozen=True)
class Drawn:
    """The first pictures of an item that one person may see, and how many there are in all."""

    pictures: Sequence[Picture] = ()
    total: int = 0


@dataclass(frozen=True)
class Told:
    """An item with what one person may see of it."""

    item: FeedItem
    drawn: Drawn


Words = Callable[[FeedItem], str]
Pictures = Callable[[User, Sequence[FeedItem]], Mapping[uuid.UUID, Drawn]]
MADE: Final = "made"
CHANGED: Final = "changed"
JOINED: Final = "joined"
LEFT: Final = "left"
REMOVED: Final = "removed"
ROLE_CHANGED: Final = "role_changed"
HANDED_OVER: Final = "handed_over"
INHERITED: Final = "inherited"


def publish(
    *,
    circle: Circle,
    actor: User,
    verb: str,
    person: User | None = None,
    subject_id: uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
) -> FeedItem:
    """Write it down inside the caller's transaction; after the commit everybody in the circle is told.

    Whoever it is about is told as well, also when they are no longer in it. ``verb`` needs words (``say``).
    """
    item = FeedItem.objects.create(
        circle=circle, actor=actor, verb=verb, person=person, subject_id=subject_id, details=details or {}
    )
    about = {actor.pk, person.pk} if person else {actor.pk}
    tell(circle.pk, verb, also=about)
    return item


def tell(circle_id: uuid.UUID, verb: str, *, also: set[uuid.UUID] | None = None) -> None:
    """After the commit, say to every member (and ``also``) that this circle's page has changed; no more than that."""

    def send() -> None:
        members = Membership.objects.filter(circle_id=circle_id).values_list("user_id", flat=True)
        for user_id in {*members, *(also or ())}:
            push.to_person(user_id, {"type": "circle", "circle_id": circle_id, "verb": verb})

    transaction.on_commit(send, robust=True)


def sentence(item: FeedItem) -> str:
    """The item in words, for everybody alike; names are those people have now."""
    return _words[item.verb](item) if item.verb in _words else "Something happened."


def say(verb: str, words: Words) -> None:
    """How items of this verb are said; rooms above bring theirs in ``AppConfig.ready``."""
    _words[verb] = words


def draw(verb: str, pictures: Pictures) -> None:
    """What items of this verb show to a person, by the item's id; rooms above bring theirs in ``AppConfig.ready``."""
    _pictures[verb] = pictures


def told(user: User, items: Sequence[FeedItem]) -> list[Told]:
    """Each with its pictures. An item about things of which this person may see none is left out."""
    found: dict[uuid.UUID, Drawn] = {}
    for verb, pictures in _pictures.items():
        drawn = [item for item in items if item.verb == verb]
        found |= pictures(user, drawn) if drawn else {}
    shown = [Told(item, found.get(item.pk, Drawn())) for item in items]
    return [each for each in shown if each.drawn.total or each.item.verb not in _pictures]


def _actor(words: str) -> Words:
    return lambda item: f"{item.actor.public_name} {words}."


def _both(words: str) -> Words:
    return lambda item: words.format(item.actor.public_name, _person(item))


def _person(item: FeedItem) -> str:
    return item.person.public_name if item.person else "somebody"


def _changed_role(item: FeedItem) -> str:
    role = Role(item.details.get("role", Role.MEMBER))
    article = "a" if role is Role.MEMBER else "an"
    return f"{item.actor.public_name} made {_person(item)} {article} {role.label.lower()}."


def _changed(item: FeedItem) -> str:
    name = item.details.get("name")
    return f"{item.actor.public_name} {f'called this circle {name}' if name else 'changed what this circle is for'}."


_pictures: dict[str, Pictures] = {}
_words: dict[str, Words] = {
    MADE: _actor("made this circle"),
    CHANGED: _changed,
    JOINED: _actor("joined"),
    LEFT: _actor("left"),
    REMOVED: _both("{} removed {}."),
    ROLE_CHANGED: _changed_role,
    INHERITED: _actor("owns the circle now, because its owner is gone"),
    HANDED_OVER: _both("{} handed the circle over to {}."),
}
