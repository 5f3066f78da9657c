"""Photos and artworks shared into circles, and taken back."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from artworks import consequences, subjects
from artworks.actions import offering
from artworks.models import Artwork
from artworks.subjects import SubjectNotAsked
from circles import feed
from circles.actions import reports, standing
from circles.models import Circle, FeedItem, Report, Role, User
from photos.models import CircleShare, Photo
from processing.errors import Conflict, NotFound, Refused

MOST_AT_ONCE: Final = 500
SHARED: Final = "shared"
UNSHARED: Final = "unshared"


class SubjectUnknown(Conflict):
    code = "subject_unknown"
    detail = "Nobody has said yet whose eye this is."
    suggestion = "Answer that on the artwork's page first, then share it."


@dataclass(frozen=True)
class Shared:
    """What is in a circle now; ``fresh`` was not before."""

    items: list[CircleShare]
    fresh: list[uuid.UUID]


@dataclass(frozen=True)
class TakenBack:
    """What is no longer in a circle. ``photo_ids`` and ``artwork_ids`` are the actor's own: sharing them undoes it."""

    circle: Circle
    photo_ids: list[uuid.UUID]
    artwork_ids: list[uuid.UUID]
    with_original: bool
    count: int


def share_items(
    *,
    actor: User,
    circle_id: uuid.UUID,
    photo_ids: Iterable[uuid.UUID] = (),
    artwork_ids: Iterable[uuid.UUID] = (),
    with_original: bool = False,
    offer: bool | None = None,
) -> Shared:
    """Let the members of a circle see these, all or none; what is shared there already gets ``with_original`` anew.

    ``offer``: whether others may ask to use the artworks; None leaves that as it is.

    NotFound for a circle one is not in and for things that are not one's own; SubjectUnknown, SubjectNotAsked.
    TakenOutBefore for what staff took out of this circle after a report.
    """
    wanted_photos, wanted_artworks = set(photo_ids), set(artwork_ids)
    _check_number(len(wanted_photos) + len(wanted_artworks))
    with transaction.atomic():
        here = _stand(actor, circle_id, subjects.members_in(actor, wanted_artworks))
        photos = _hold_photos(actor, wanted_photos)
        artworks = _hold_artworks(actor, wanted_artworks)
        subjects.require_words(actor, here.circle, artworks)
        if offer is not None:
            offering.change_offer(Artwork.objects.chosen(artwork.pk for artwork in artworks), is_offered=offer)
        known = CircleShare.objects.filter(membership=here.membership)
        same = list(known.filter(photo__in=photos) | known.filter(artwork__in=artworks))
        CircleShare.objects.filter(pk__in=[share.pk for share in same]).update(with_original=with_original)
        there = {share.photo_id or share.artwork_id for share in same}
        rows = [CircleShare(photo=photo) for photo in photos if photo.pk not in there]
        rows += [CircleShare(artwork=artwork) for artwork in artworks if artwork.pk not in there]
        reports.refuse_taken_out(here.circle, [row.name for row in rows])
        _add(here, rows, with_original)
    shown = CircleShare.objects.filter(pk__in=[share.pk for share in (*same, *rows)])
    items = shown.select_related("photo", "artwork", "membership__user", "membership__circle").newest_first()
    return Shared(list(items), [row.pk for row in rows])


def unshare_items(*, actor: User, circle_id: uuid.UUID, share_ids: Iterable[uuid.UUID]) -> TakenBack:
    """Take things out of a circle: one's own, or as one of those who run it anybody's. Gone ones are left out.

    NotFound for a circle one is not in, RoleTooLow for other people's things.
    """
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id)
        seen = CircleShare.objects.filter(membership__circle=here.circle, pk__in=set(share_ids))
        found = list(seen.select_related("membership").order_by("pk"))
        if here.role.rank < Role.ADMIN.rank and any(share.membership_id != here.membership.pk for share in found):
            raise standing.RoleTooLow("Only those who run a circle can take other people's things out of it.")
        remove_shares(found)
    own = [share for share in found if share.membership_id == here.membership.pk]
    return TakenBack(
        circle=here.circle,
        photo_ids=[share.photo_id for share in own if share.photo_id],
        artwork_ids=[share.artwork_id for share in own if share.artwork_id],
        with_original=bool(own) and all(share.with_original for share in own),
        count=len(found),
    )


def take_out(report: Report) -> None:
    """Those who run the server decided so, also if it was shared anew since. Part of the caller's transaction, which
    holds the circle; twice is fine."""
    kind, _, thing_id = report.thing.partition(" ")
    anew = Q(membership__circle=report.circle_id, **{kind: thing_id}) if thing_id else Q(pk__in=[])
    reported = CircleShare.objects.filter(Q(pk=report.subject_id) | anew)
    remove_shares(reported.select_related("membership").order_by("pk"))


def remove_shares(shares: Collection[CircleShare]) -> None:
    """They are seen no more from the caller's commit on; the feed forgets them, and rooms above hear of it."""
    CircleShare.objects.filter(pk__in=[share.pk for share in shares]).delete()
    forget_news([share.news_id for share in shares if share.news_id])
    by_circle: dict[uuid.UUID, list[uuid.UUID]] = {}
    for share in shares:
        ids = by_circle.setdefault(share.membership.circle_id, [])
        ids += [share.artwork_id] if share.artwork_id else []
    for circle_id, artwork_ids in by_circle.items():
        feed.tell(circle_id, UNSHARED)
        if artwork_ids:
            consequences.artworks_unshared.happen(circle_id, artwork_ids)


def forget_artworks(ids: Collection[uuid.UUID]) -> None:
    """They are being deleted, or may not be shown any more."""
    remove_shares(CircleShare.objects.filter(artwork__in=ids).select_related("membership"))


def forget_photos(ids: Collection[uuid.UUID]) -> None:
    """They are being deleted, or may not be shown any more."""
    remove_shares(CircleShare.objects.filter(photo__in=ids).select_related("membership"))


def forget_news(ids: Iterable[uuid.UUID]) -> None:
    """The feed tells of what is still shared: items with nothing left go, the others count what is."""
    told = FeedItem.objects.filter(pk__in=set(ids), verb=SHARED)
    told.filter(shares=None).delete()
    for item in told.annotate(photos=Count("shares__photo"), artworks=Count("shares__artwork")):
        details = {"photos": item.photos, "artworks": item.artworks}  # type: ignore[attr-defined]
        FeedItem.objects.filter(pk=item.pk).update(details=details)


def forget_member(circle: Circle, user: User) -> None:
    """Their shares went with the membership; what the feed told of them goes now."""
    FeedItem.objects.filter(circle=circle, actor=user, verb=SHARED).delete()


def words(item: FeedItem) -> str:
    """How the feed says it."""
    photos, artworks = item.details.get("photos", 0), item.details.get("artworks", 0)
    parts = [_counted(photos, "photo", "a"), _counted(artworks, "artwork", "an")]
    return f"{item.actor.public_name} shared {' and '.join(part for part in parts if part) or 'something'}."


def _counted(number: int, noun: str, article: str) -> str:
    if number > 1:
        return f"{number} {noun}s"
    return f"{article} {noun}" if number else ""


def _check_number(count: int) -> None:
    if not count:
        raise Refused("Nothing was chosen.", suggestion="Choose at least one photo or artwork.")
    if count > MOST_AT_ONCE:
        raise Refused(f"{count} at once are too many.", suggestion=f"Choose at most {MOST_AT_ONCE}.")


def _stand(actor: User, circle_id: uuid.UUID, shown: set[uuid.UUID]) -> standing.Standing:
    """The actor's place in the circle; whom the artworks show is locked along with it, before any artwork is."""
    standing.hold_people(actor.pk, *shown)
    here = standing.take(actor=actor, circle_id=circle_id)
    if shown:
        standing.hold_memberships(here.circle, {actor.pk, *shown})
    return here


def _hold_photos(actor: User, ids: set[uuid.UUID]) -> list[Photo]:
    mine = Photo.objects.owned_by(actor).in_library().chosen(ids)
    held = list(mine.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if len(held) != len(ids):
        raise NotFound()
    if any(photo.state != Photo.State.READY for photo in held):
        raise Conflict(
            "One of these photos is not finished.", code="not_ready", suggestion="Wait until it can be seen."
        )
    if Artwork.objects.filter(photo__in=held, whose=Artwork.Whose.MEMBER).exists():
        raise SubjectNotAsked(
            "Artworks were made of this photo that show another member.",
            suggestion="Make an artwork of the photo as it is, and share that: they can be asked about it.",
        )
    return held


def _hold_artworks(actor: User, ids: set[uuid.UUID]) -> list[Artwork]:
    held = list(Artwork.objects.owned_by(actor).chosen(ids).select_for_update(no_key=True).order_by("pk"))
    if len(held) != len(ids):
        raise NotFound()
    for artwork in held:
        if artwork.kind == Artwork.Kind.IRIS and not artwork.whose:
            raise SubjectUnknown()
    return held


def _add(here: standing.Standing, rows: list[CircleShare], with_original: bool) -> None:
    if not rows:
        return
    photos = sum(row.photo_id is not None for row in rows)
    told = {"photos": photos, "artworks": len(rows) - photos}
    now = timezone.now()
    news = feed.publish(
        circle=here.circle, actor=here.membership.user, verb=SHARED, subject_id=rows[0].pk, details=told
    )
    for row in rows:
        row.membership, row.with_original, row.news, row.created_at = here.membership, with_original, news, now
    CircleShare.objects.bulk_create(rows)
