"""How fusions are shown: who is asked still, what it is made of, what can be done with it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from artworks.models import Artwork
from circles.models import User
from fusion import gate
from fusion.actions.taking_out import consents_of
from fusion.forms import COMPOSITIONS, FUSION_LAYOUTS, MODES
from fusion.models import FusionArtwork, FusionSource
from fusion.states import State
from processing import presenting
from processing.errors import NotFound
from processing.presenting import Shown


def find_fusion(*, actor: User, fusion_id: uuid.UUID) -> FusionArtwork:
    """A fusion this person may see; NotFound for hidden and absent alike."""
    found = FusionArtwork.objects.visible_to(actor).whole().filter(pk=fusion_id).first()
    if found is None:
        raise NotFound()
    return found


def pending_ids(fusion: FusionArtwork) -> list[uuid.UUID]:
    """The artworks whose consent a waiting fusion lacks."""
    if fusion.state != State.WAITING:
        return []
    try:
        artworks = gate.artworks_of(fusion)
    except gate.SourceGone:
        return []
    return list(dict.fromkeys(one.artwork_id for one in gate.missing(fusion, artworks)))


@dataclass(frozen=True)
class ShownSource:
    """One of the pictures, as this person may see it; ``is_waited_for``: somebody has to agree still."""

    title: str
    whose: str
    url: str
    picture: str
    is_waited_for: bool = False


@dataclass(frozen=True)
class ShownFusion:
    """A fusion with everything its page says about it to one person."""

    fusion: FusionArtwork
    user: User

    @property
    def is_mine(self) -> bool:
        return self.fusion.creator_id == self.user.pk

    @property
    def is_open(self) -> bool:
        return self.fusion.state in {State.WAITING, State.MAKING}

    @cached_property
    def job(self) -> Shown | None:
        """How far it is, while it is made."""
        is_running = self.fusion.job is not None and self.fusion.state == State.MAKING
        return presenting.show(self.fusion.job) if is_running and self.fusion.job else None

    @cached_property
    def sources(self) -> Sequence[ShownSource]:
        pending = set(pending_ids(self.fusion)) if self.is_mine else set()
        visible = Artwork.objects.visible_to(self.user).chosen(
            [one.artwork_id for one in self.fusion.sources.all() if one.artwork_id]  # type: ignore[attr-defined]
        )
        seen = set(visible.values_list("pk", flat=True))
        return [self._source(one, seen, pending) for one in self.fusion.sources.all()]  # type: ignore[attr-defined]

    @property
    def waited_for(self) -> list[ShownSource]:
        return [source for source in self.sources if source.is_waited_for]

    @cached_property
    def may_take_out(self) -> bool:
        return bool(consents_of(self.user, self.fusion))

    @cached_property
    def may_report(self) -> bool:
        """Other people's, where it was published."""
        return not self.is_mine and FusionArtwork.objects.published_to(self.user).filter(pk=self.fusion.pk).exists()

    @property
    def method(self) -> str:
        names = dict((*FUSION_LAYOUTS, *COMPOSITIONS))
        mode = dict(MODES).get(self.fusion.blend_mode)
        return f"{names[self.fusion.layout]}, {mode.lower()}" if mode else names[self.fusion.layout]

    @property
    def fallback(self) -> str:
        """Why another mode was used than the one asked for."""
        reasons = self.fusion.facts.get("reasons") or []
        return str(reasons[0]) if reasons else ""

    def _source(self, source: FusionSource, seen: set[uuid.UUID], pending: set[uuid.UUID]) -> ShownSource:
        artwork, inner = source.artwork, source.made_of
        if artwork is not None and artwork.pk in seen:
            whose = "Yours" if artwork.owner_id == self.user.pk else f"{artwork.owner.public_name}’s"
            page = reverse("artworks:detail", args=[artwork.pk]) if artwork.owner_id == self.user.pk else ""
            picture = reverse("artworks-thumb", args=[artwork.pk, 256, "webp"])
            return ShownSource(str(artwork), whose, page, picture, artwork.pk in pending)
        if inner is not None and inner.creator_id == self.user.pk and inner.state == State.READY:
            picture = reverse("fusion-thumb", args=[inner.pk, 256, "webp"])
            return ShownSource(str(inner), "Yours", reverse("fusion:detail", args=[inner.pk]), picture)
        return ShownSource("A picture you do not see", "", "", "")


def show(fusion: FusionArtwork, user: User) -> ShownFusion:
    return ShownFusion(fusion, user)
