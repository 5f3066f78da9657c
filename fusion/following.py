"""What follows here when somebody gives, refuses or takes back a consent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from circles import feed
from circles.models import FeedItem, User
from consent.models import Consent
from consent.policy import Permission
from fusion import gate
from fusion.actions import ending, making
from fusion.models import FusionArtwork, FusionPart, FusionSource
from fusion.querysets import FusionQuerySet
from processing.errors import AureoleError

if TYPE_CHECKING:
    from uuid import UUID


def consent_granted(consent: Consent) -> None:
    """Whoever waits for it remembers it as it is now, and starts if it was the last one.

    Starting comes after the commit: of two last consents given at the same moment neither sees the other before.
    Should the process end in between, the reconciler starts it.
    """
    for fusion in _waiting_for(consent).select_for_update(of=("self",), no_key=True).order_by("pk"):
        parts = FusionPart.objects.filter(fusion=fusion, artwork__owner=consent.granter_id)
        if consent.artwork_id:
            parts = FusionPart.objects.filter(fusion=fusion, artwork=consent.artwork_id)
        gate.remember(fusion, [Permission(consent.pk, consent.epoch, part.part_id) for part in parts])
        transaction.on_commit(partial(_start, fusion.pk), robust=True)


def consent_refused(consent: Consent) -> None:
    """Whoever waits for it ends, and its creator hears that somebody does not want it."""
    for fusion_id in _waiting_for(consent).values_list("pk", flat=True):
        transaction.on_commit(partial(_start, fusion_id), robust=True)


def consents_withdrawn(consents: Iterable[Consent]) -> None:
    """In the transaction that takes them back: nothing made with one of them is there from its commit on."""
    ending.withdraw([consent.pk for consent in consents])


def consents_narrowed(consents: Iterable[Consent], person: User | None, artwork_ids: list["UUID"]) -> None:
    """The same for what somebody made who may use them no longer, or of artworks they cover no longer."""
    ending.withdraw([consent.pk for consent in consents], creator=person, artwork_ids=artwork_ids)


def works(fusion_ids: Collection["UUID"]) -> dict["UUID", str]:
    """What else is in these, for whoever is asked: what its creator put in by name, of other people's only how many."""
    sources = FusionSource.objects.filter(fusion__in=fusion_ids).select_related("artwork", "fusion")
    by_fusion: dict[UUID, list[FusionSource]] = {}
    for source in sources:
        by_fusion.setdefault(source.fusion_id, []).append(source)
    return {pk: _beside(found) for pk, found in by_fusion.items()}


def _beside(sources: list[FusionSource]) -> str:
    own = [f"“{each.artwork}”" for each in sources if each.artwork and each.artwork.owner_id == each.fusion.creator_id]
    others = len(sources) - len(own) - 1
    more = [f"{others} more" if own else f"{others} other artwork{'' if others == 1 else 's'}"] if others > 0 else []
    words = [*own, *more]
    return f"with {', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}" if words else ""


def sentence(item: FeedItem) -> str:
    """For the feed; names are those people have now."""
    number = {2: "two", 3: "three", 4: "four"}.get(item.details.get("count", 0), "several")
    what = "put {} artworks side by side" if item.details.get("type") == "composition" else "fused {} artworks"
    return f"{item.actor.public_name} {what.format(number)}."


def pictures_of_news(user: User, items: Sequence[FeedItem]) -> Mapping["UUID", feed.Drawn]:
    """The finished fusion that each item of the feed is about, for who may see it."""
    wanted = [item.subject_id for item in items if item.subject_id]
    found = FusionArtwork.objects.visible_to(user).ready().in_bulk(wanted)
    return {item.pk: feed.Drawn([_picture(found[item.subject_id])], 1) for item in items if item.subject_id in found}


def _picture(fusion: FusionArtwork) -> feed.Picture:
    template = reverse("fusion-thumb", args=[fusion.pk, 256, "webp"]).replace("256.webp", "{size}.{format}")
    page = reverse("fusion:detail", args=[fusion.pk])
    return feed.Picture(fusion.pk, "fusion", str(fusion), fusion.width, fusion.height, "", template, page)


def _waiting_for(consent: Consent) -> FusionQuerySet:
    """Waiting fusions of the same purpose and circle that this consent may be about."""
    waiting = FusionArtwork.objects.waiting().filter(fusion_type=consent.purpose)
    if consent.work_id:
        return waiting.filter(pk=consent.work_id)
    for_circle, for_person = Q(circle=consent.circle_id) | Q(circle=None), Q(circle=None, creator=consent.recipient_id)
    # A word for a circle also covers what its members make for themselves.
    waiting = waiting.filter(for_circle if consent.circle_id else for_person)
    is_meant = Q(artwork=consent.artwork_id) if consent.artwork_id else Q(artwork__owner=consent.granter_id)
    parts = FusionPart.objects.filter(is_meant, artwork__isnull=False)
    return waiting.filter(pk__in=parts.values("fusion"))


def _start(fusion_id: "UUID") -> None:
    # What cannot start now (a full queue) is started by the reconciler.
    with suppress(AureoleError):
        making.start_waiting(fusion_id)
