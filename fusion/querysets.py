"""Questions asked of fusions. HTML, API, feed and file routes all start here."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from artworks.models import Artwork
from circles.models import Block, Circle
from fusion.states import UNFINISHED, State, status
from processing.states import State as JobState

if TYPE_CHECKING:
    from fusion.models import FusionArtwork, FusionFile, FusionMask  # noqa: F401 - named in the bases


class FusionQuerySet(models.QuerySet["FusionArtwork"]):
    def visible_to(self, user: object) -> "FusionQuerySet":
        """One's own in every state; a finished one also to the owners of what is in it and to its circle, unless they
        and its creator blocked each other."""
        from fusion.models import FusionPart

        pk = getattr(user, "pk", None)
        owned = FusionPart.objects.filter(artwork__owner_id=pk).values("fusion")
        theirs = Q(pk__in=owned) | Q(circle__in=Circle.objects.visible_to(user))
        of_others = Q(state=State.READY) & theirs & ~Block.objects.against(user, "creator")
        return self.filter(Q(creator_id=pk) | of_others)

    def published_to(self, user: object) -> "FusionQuerySet":
        """Finished ones that this person may see in a circle they are in, their own among them."""
        return self.visible_to(user).ready().filter(circle__in=Circle.objects.visible_to(user))

    def editable_by(self, user: object) -> "FusionQuerySet":
        return self.filter(creator_id=getattr(user, "pk", None))

    def of_circle(self, circle: Circle) -> "FusionQuerySet":
        """Finished and published to it."""
        return self.filter(circle=circle, state=State.READY)

    def waiting(self) -> "FusionQuerySet":
        return self.filter(state=State.WAITING)

    def unfinished(self) -> "FusionQuerySet":
        return self.filter(state__in=UNFINISHED)

    def ready(self) -> "FusionQuerySet":
        return self.filter(state=State.READY)

    def with_status(self, wanted: str) -> "FusionQuerySet":
        """Those the API calls so."""
        if wanted in {"pending", "processing"}:
            is_running = Q(job__state=JobState.PROCESSING)
            return self.filter(is_running if wanted == "processing" else ~is_running, state=State.MAKING)
        return self.filter(state__in=[state for state in State if status(state, None) == wanted])

    def relying_on(self, consent_ids: Iterable[uuid.UUID], artwork_ids: Iterable[uuid.UUID] = ()) -> "FusionQuerySet":
        """Those that remember one of these consents, for one of these artworks when any are named."""
        from fusion.models import FusionPermission

        artworks = list(artwork_ids)
        relying = FusionPermission.objects.filter(consent_id__in=list(consent_ids))
        relying = relying.filter(artwork_id__in=artworks) if artworks else relying
        return self.filter(pk__in=relying.values("fusion"))

    def containing(self, artwork_ids: Iterable[uuid.UUID]) -> "FusionQuerySet":
        from fusion.models import FusionPart

        return self.filter(pk__in=FusionPart.objects.filter(part_id__in=list(artwork_ids)).values("fusion"))

    def newest_first(self) -> "FusionQuerySet":
        return self.order_by("-created_at", "-id")

    def whole(self) -> "FusionQuerySet":
        """With everything its page and the API say about it."""
        related = self.select_related("creator", "circle", "job")
        return related.prefetch_related("sources__artwork__owner", "sources__made_of", "files")


class FusionFileQuerySet(models.QuerySet["FusionFile"]):
    def visible_to(self, user: object) -> "FusionFileQuerySet":
        """Only those of finished fusions: what is withdrawn has no files for anybody."""
        from fusion.models import FusionArtwork

        return self.filter(fusion__in=FusionArtwork.objects.visible_to(user).ready())


class FusionMaskQuerySet(models.QuerySet["FusionMask"]):
    def visible_to(self, user: object) -> "FusionMaskQuerySet":
        mine = self.filter(owner_id=getattr(user, "pk", None))
        return mine.filter(artwork__in=Artwork.objects.visible_to(user))
