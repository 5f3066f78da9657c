"""Questions asked of artworks. HTML, API and file routes all start here."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When

from photos.models import CircleShare
from photos.rendering import FORMATS, SIZES

if TYPE_CHECKING:
    from artworks.models import Artwork, ArtworkFile, HandMask  # noqa: F401 - named in the bases

PICTURES: Final = tuple(f"{size}.{form}" for size in SIZES for form in FORMATS)
RESULTS: Final = ("result.jpg", "result.png")


class ArtworkQuerySet(models.QuerySet["Artwork"]):
    def visible_to(self, user: object) -> "ArtworkQuerySet":
        """What this person may see: their own artworks, and those shared into circles they are in."""
        shared = CircleShare.objects.reaching(user).of_artworks().values("artwork")
        return self.filter(Q(owner_id=getattr(user, "pk", None)) | Q(pk__in=shared))

    def owned_by(self, user: object) -> "ArtworkQuerySet":
        """This person's own; what others share with them is not among them."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def shared_into(self, circle_id: uuid.UUID, user: object) -> "ArtworkQuerySet":
        """Those this person may see in that circle, their own among them; none in one they are not in."""
        here = CircleShare.objects.visible_to(user).of_artworks().filter(membership__circle=circle_id)
        return self.filter(pk__in=here.values("artwork"))

    def with_given(self, user: object) -> "ArtworkQuerySet":
        """Each with ``is_own``, and ``is_given``: its owner gave the result in full size to a circle of theirs."""
        given = CircleShare.objects.reaching(user).with_originals().filter(artwork=OuterRef("pk"))
        own = Case(When(owner_id=getattr(user, "pk", None), then=True), default=False, output_field=BooleanField())
        return self.annotate(is_own=own, is_given=Exists(given))

    def editable_by(self, user: object) -> "ArtworkQuerySet":
        return self.filter(owner_id=getattr(user, "pk", None))

    def offered_to(self, user: object) -> "ArtworkQuerySet":
        """This person's own, and what others let be asked for; whether they see it is another question."""
        return self.filter(Q(owner_id=getattr(user, "pk", None)) | Q(is_consent_ready=True))

    def not_offered_to(self, user: object) -> "ArtworkQuerySet":
        """Other people's that they do not let be asked for."""
        return self.filter(is_consent_ready=False).exclude(owner_id=getattr(user, "pk", None))

    def of_photo(self, photo_id: uuid.UUID) -> "ArtworkQuerySet":
        return self.filter(photo_id=photo_id)

    def of_kind(self, kind: str) -> "ArtworkQuerySet":
        return self.filter(kind=kind)

    def not_made_again(self) -> "ArtworkQuerySet":
        """Those that were not made again with other options."""
        from artworks.models import Artwork

        return self.filter(~Exists(Artwork.objects.filter(parent=OuterRef("pk"))))

    def made_the_same_way(self, *, kind: str, version: str, options_hash: str) -> "ArtworkQuerySet":
        """By this very version of the engines, with exactly these options."""
        return self.filter(kind=kind, version=version, options_hash=options_hash)

    def newest_first(self) -> "ArtworkQuerySet":
        return self.order_by("-created_at", "-id")

    def chosen(self, ids: Iterable[uuid.UUID | str]) -> "ArtworkQuerySet":
        return self.filter(pk__in=list(ids))


class ArtworkFileQuerySet(models.QuerySet["ArtworkFile"]):
    def visible_to(self, user: object) -> "ArtworkFileQuerySet":
        """All files of one's own artworks. Of shared ones the pictures to look at, and the result where it was given.

        Masks, outlines and strips are of somebody's body: they are their owner's alone.
        """
        shared = CircleShare.objects.reaching(user).of_artworks()
        looked_at = Q(name__in=PICTURES, artwork__in=shared.values("artwork"))
        given = Q(name__in=RESULTS, artwork__in=shared.with_originals().values("artwork"))
        return self.filter(Q(artwork__owner_id=getattr(user, "pk", None)) | looked_at | given)


class HandMaskQuerySet(models.QuerySet["HandMask"]):
    def visible_to(self, user: object) -> "HandMaskQuerySet":
        return self.filter(owner_id=getattr(user, "pk", None))
