"""Agreeing to what is sensitive, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from circles import consequences
from circles.models import OptIn, User
from circles.notices import NOTICES, Notice
from processing.errors import Conflict, NotFound, Refused


class OptInRequired(Refused):
    code = "opt_in_required"
    status = 403
    detail = "Working on irises is switched off for your account, because an iris is as personal as a fingerprint."
    suggestion = "Read what it means under Settings, and switch it on there if you agree."


class TextChanged(Conflict):
    code = "text_changed"
    detail = "The text has changed since you read it."
    suggestion = "Read the text as it is now, then decide."


@dataclass(frozen=True)
class Standing:
    """How a person stands to one purpose. ``given_at`` None: off."""

    notice: Notice
    given_at: datetime | None = None
    accepted_version: str = ""

    @property
    def is_on(self) -> bool:
        return self.given_at is not None and self.accepted_version == self.notice.version


def standing_of(*, actor: User) -> list[Standing]:
    """Every purpose there is, with what this person said to it; one query."""
    given = {row.purpose: row for row in OptIn.objects.visible_to(actor).standing()}
    return [_standing(notice, given.get(purpose)) for purpose, notice in NOTICES.items()]


def find_standing(*, actor: User, purpose: str) -> Standing:
    """NotFound for a purpose that does not exist."""
    notice = _notice(purpose)
    return _standing(notice, OptIn.objects.visible_to(actor).standing().filter(purpose=purpose).first())


def opt_in(*, actor: User, purpose: str, version: str) -> Standing:
    """Agree to the text of that version; TextChanged when it is not the one in force. Twice is fine."""
    notice = _notice(purpose)
    if version != notice.version:
        raise TextChanged()
    with transaction.atomic():
        _locked(actor)
        rows = OptIn.objects.visible_to(actor)
        if not rows.to_text(purpose, version).exists():
            rows.standing().filter(purpose=purpose).update(withdrawn_at=timezone.now())
            OptIn.objects.create(user=actor, purpose=purpose, text_version=version, text_sha256=notice.sha256)
    return find_standing(actor=actor, purpose=purpose)


def opt_out(*, actor: User, purpose: str) -> Standing:
    """Take it back: what was made under it goes in this transaction, its files within a minute. Twice is fine."""
    notice = _notice(purpose)
    with transaction.atomic():
        user = _locked(actor)
        # The same row is locked by whoever publishes, so that nothing comes after this.
        rows = OptIn.objects.visible_to(user).standing().filter(purpose=purpose).select_for_update()
        OptIn.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawn_at=timezone.now())
        consequences.opted_out.happen(user, purpose)
    return Standing(notice)


def require_opt_in(*, actor: User, purpose: str, is_publishing: bool = False) -> None:
    """OptInRequired unless this person agreed to the text in force; ``is_publishing`` holds their word until commit."""
    rows = OptIn.objects.visible_to(actor).to_text(purpose, _notice(purpose).version)
    found = rows.select_for_update(no_key=True) if is_publishing else rows
    if found.first() is None:
        raise OptInRequired()


def _standing(notice: Notice, row: OptIn | None) -> Standing:
    return Standing(notice, row.given_at, row.text_version) if row else Standing(notice)


def _notice(purpose: str) -> Notice:
    if purpose not in NOTICES:
        raise NotFound()
    return NOTICES[purpose]


def _locked(actor: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=actor.pk)
