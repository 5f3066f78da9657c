"""What the page of a circle shows, and what this person may do on it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from circles import feed
from circles.models import Block, Circle, CircleInvitation, FeedItem, Membership, Role, User
from fusion.models import FusionArtwork
from pages.sharing import ON_BOARD, Wall, wall

FEED_SHOWN: Final = 30
FUSIONS_SHOWN: Final = 12
INVITATIONS_SHOWN: Final = 50
PICTURES_SHOWN: Final = 5


@dataclass(frozen=True)
class Member:
    """A member with the buttons beside them."""

    membership: Membership
    is_me: bool
    roles: Sequence[tuple[str, str]]
    can_be_removed: bool
    is_blocked: bool


@dataclass(frozen=True)
class News:
    """An item of the feed in words, with its pictures."""

    told: feed.Told
    sentence: str

    @property
    def item(self) -> FeedItem:
        return self.told.item

    @property
    def pictures(self) -> Sequence[feed.Picture]:
        return self.told.drawn.pictures[:PICTURES_SHOWN]

    @property
    def more(self) -> int:
        return max(0, self.told.drawn.total - PICTURES_SHOWN)


@dataclass(frozen=True)
class Board:
    circle: Circle
    role: Role
    members: Sequence[Member]
    wall: Wall
    news: Sequence[News]
    invitations: Sequence[CircleInvitation]
    fusions: Sequence[FusionArtwork] = ()

    @property
    def runs_it(self) -> bool:
        return self.role.rank >= Role.ADMIN.rank

    @property
    def owns_it(self) -> bool:
        return self.role is Role.OWNER

    @property
    def others(self) -> Sequence[Member]:
        return [member for member in self.members if not member.is_me]

    @property
    def may_leave(self) -> bool:
        """Not the last owner, who hands over or deletes."""
        return not self.owns_it or any(other.membership.role == Role.OWNER for other in self.others)


def board(user: User, circle: Circle) -> Board:
    """``circle`` as ``find_circle`` gives it, for one of its members; as many queries whatever their number."""
    role = Role(circle.my_role)  # type: ignore[attr-defined]
    blocked = set(Block.objects.visible_to(user).values_list("blocked_id", flat=True))
    members = Membership.objects.visible_to(user).filter(circle=circle).select_related("user").longest_first()
    items = FeedItem.objects.visible_to(user).filter(circle=circle).with_people().newest_first()[:FEED_SHOWN]
    invitations = CircleInvitation.objects.visible_to(user).filter(circle=circle).select_related("made_by")
    return Board(
        circle,
        role,
        [_member(member, user, role, blocked) for member in members],
        wall(user, circle.pk, most=ON_BOARD),
        [News(told, feed.sentence(told.item)) for told in feed.told(user, list(items))],
        list(invitations[:INVITATIONS_SHOWN]),
        list(FusionArtwork.objects.visible_to(user).of_circle(circle).newest_first()[:FUSIONS_SHOWN]),
    )


def _member(membership: Membership, user: User, role: Role, blocked: set[uuid.UUID]) -> Member:
    is_me = membership.user_id == user.pk
    roles = Role.choices if role is Role.OWNER and not is_me else []
    is_below = role is Role.OWNER or (role is Role.ADMIN and membership.role == Role.MEMBER)
    return Member(membership, is_me, roles, is_below and not is_me, membership.user_id in blocked)
