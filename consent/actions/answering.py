"""What the person asked does: give, refuse, take back; and give unasked."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from artworks.models import Artwork
from circles.models import Block, Circle, Membership, User
from consent import consequences, holding, records, telling
from consent.actions import ending
from consent.circumstances import SERVER, Circumstances
from consent.models import CLOSED, Consent, Purpose, Scope, State
from consent.notices import notice_of
from processing.errors import Conflict, NotFound, Refused

LONGEST: Final = timedelta(days=3660)


class NoLongerAsked(Conflict):
    code = "consent_closed"
    detail = "This question has ended: what it was about, or who asked, is no longer there."
    suggestion = "If it is wanted again, you will be asked again."


class NothingGiven(Conflict):
    code = "nothing_given"
    detail = "This was not given, so there is nothing to take back."
    suggestion = "To say no to a question, refuse it."


class AlreadyGiven(Conflict):
    code = "already_given"
    detail = "You have given this already."
    suggestion = "Take it back instead."


class NoticeChanged(Conflict):
    code = "notice_changed"
    detail = "The text you read was replaced meanwhile."
    suggestion = "Read the new one, then answer."


def find_consent(*, actor: User, consent_id: uuid.UUID) -> Consent:
    """One the actor gives, asked for or received; NotFound for hidden and absent alike."""
    found = Consent.objects.visible_to(actor).with_everything().filter(pk=consent_id).first()
    if found is None:
        raise NotFound()
    return found


def grant_consent(
    *,
    actor: User,
    consent_id: uuid.UUID,
    scope: str | None = None,
    valid_until: datetime | None = None,
    notice_version: str | None = None,
    how: Circumstances = SERVER,
) -> Consent:
    """Say yes, also after a no; with a wider ``scope`` than was asked when one is named. Twice is once."""
    refuse_bad_time(valid_until)
    asked = find_own(actor=actor, consent_id=consent_id)
    if notice_version is not None and notice_version != notice_of(asked.purpose).version:
        raise NoticeChanged()
    with transaction.atomic():
        wider = _wider(asked, Scope(scope)) if scope and scope != asked.scope else None
        consent = _lock(asked, wider)
        if wider is not None:
            if not consent.is_given:
                records.move(consent, State.SUPERSEDED, actor=actor, how=how, reason="wider scope")
            return _given(_give(actor, wider, valid_until, how))
        if consent.is_given:
            return consent
        return _given(records.move(consent, State.GRANTED, actor=actor, how=how, **_now(consent, valid_until)))


def give_consent(
    *,
    actor: User,
    purpose: str,
    scope: str,
    artwork_id: uuid.UUID | None = None,
    circle_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
    scope_circle_id: uuid.UUID | None = None,
    valid_until: datetime | None = None,
    how: Circumstances = SERVER,
) -> Consent:
    """Say yes before anybody asks: an artwork, or all of one's own in a circle, for a circle or a person in one."""
    refuse_bad_time(valid_until)
    if purpose == Purpose.SHARING and (scope == Scope.CIRCLE or circle_id is None):
        raise Refused(fields={"purpose": ["To be seen as it is, name one artwork and the circle."]})
    with transaction.atomic():
        recipient, circle = _recipient(actor, person_id, circle_id)
        fields: dict[str, Any] = {"granter": actor, "purpose": purpose, "recipient": recipient, "circle": circle}
        if scope == Scope.CIRCLE:
            fields |= {"scope": Scope.CIRCLE, "scope_circle": _circle(actor, scope_circle_id or circle_id)}
        else:
            fields |= {"scope": Scope.ARTWORK} | _my_artwork(actor, artwork_id)
        return _given(_give(actor, fields, valid_until, how))


def refuse_consent(*, actor: User, consent_id: uuid.UUID, how: Circumstances = SERVER) -> Consent:
    """Say no to a question. Twice is once."""
    with transaction.atomic():
        consent = _locked(actor, consent_id)
        if consent.state == State.REFUSED:
            return consent
        if consent.state == State.GRANTED:
            raise AlreadyGiven()
        if consent.state != State.REQUESTED:
            raise NoLongerAsked()
        records.move(consent, State.REFUSED, actor=actor, how=how)
        consequences.refused.happen(consent)
        telling.answered(consent)
    return consent


def revoke_consent(*, actor: User, consent_id: uuid.UUID, how: Circumstances = SERVER) -> Consent:
    """Take it back: with this very transaction nothing new appears under it, and what there is, is hidden."""
    with transaction.atomic():
        consent = _locked(actor, consent_id)
        if consent.state == State.WITHDRAWN:
            return consent
        if consent.state != State.GRANTED:
            raise NothingGiven()
        ending.end_rows([consent], State.WITHDRAWN, reason="", actor=actor, how=how)
    return consent


def refuse_bad_time(valid_until: datetime | None) -> None:
    now = timezone.now()
    if valid_until is not None and not now < valid_until <= now + LONGEST:
        raise Refused(fields={"valid_until": ["Choose a time to come, at most ten years ahead."]})


def find_own(*, actor: User, consent_id: uuid.UUID) -> Consent:
    """One the actor alone answers; NotFound for hidden and absent alike."""
    found = Consent.objects.answered_by(actor).with_everything().filter(pk=consent_id).first()
    if found is None:
        raise NotFound()
    return found


def _locked(actor: User, consent_id: uuid.UUID) -> Consent:
    """Nothing but the record itself is locked: taking back never waits for anything else."""
    found = Consent.objects.answered_by(actor).locked().filter(pk=consent_id).first()
    if found is None:
        raise NotFound()
    return found


def _lock(asked: Consent, wider: dict[str, Any] | None) -> Consent:
    """The record, with everything locked that giving it depends on; NoLongerAsked when that is gone."""
    people = {asked.granter_id, *([asked.requester_id] if asked.requester_id else [])}
    holding.people(people)
    inside = holding.memberships(people, [asked.circle_id] if asked.circle_id else [])
    artworks = holding.artworks([asked.artwork_id] if asked.artwork_id else [])
    ids = {asked.pk, *_ids_of(wider)}
    consent = {each.pk: each for each in holding.consents(ids)}.get(asked.pk)
    if consent is None or consent.state in CLOSED:
        raise NoLongerAsked()
    if consent.scope != Scope.CIRCLE and not any(_is_theirs(consent, artwork) for artwork in artworks):
        raise NoLongerAsked()
    if consent.circle_id and not _may_give(consent, inside):
        raise NoLongerAsked()
    return consent


def _ids_of(fields: dict[str, Any] | None) -> list[uuid.UUID]:
    if fields is None:
        return []
    found = Consent.objects.open().filter(granter=fields["granter"], purpose=fields["purpose"], scope=fields["scope"])
    return list(found.values_list("pk", flat=True))


def _is_theirs(consent: Consent, artwork: Artwork) -> bool:
    if consent.role == Consent.Role.OWNER:
        return artwork.owner_id == consent.granter_id
    return artwork.subject_id == consent.granter_id or artwork.subject_email == consent.granter.email


def _may_give(consent: Consent, inside: set[tuple[uuid.UUID, uuid.UUID]]) -> bool:
    """The circle's members give their own to it; whom an artwork shows is asked wherever they are."""
    return consent.role == Consent.Role.SUBJECT or (consent.granter_id, consent.circle_id) in inside


def _wider(asked: Consent, scope: Scope) -> dict[str, Any]:
    """The terms of a permission for more than was asked."""
    fields: dict[str, Any] = {
        "granter": asked.granter,
        "role": asked.role,
        "requester": asked.requester,
        "purpose": asked.purpose,
        "recipient": asked.recipient,
        "circle": asked.circle,
        "scope": scope,
    }
    if scope == Scope.ARTWORK and asked.scope == Scope.WORK:
        return fields | {"artwork": asked.artwork}
    if scope == Scope.CIRCLE and asked.circle is not None and asked.purpose != Purpose.SHARING:
        return fields | {"scope_circle": asked.circle}
    raise Refused(fields={"scope": ["That is not wider than what was asked."]})


def _give(actor: User, fields: dict[str, Any], valid_until: datetime | None, how: Circumstances) -> Consent:
    found, is_new = records.find_or_open(actor=actor, state=State.GRANTED, how=how, **fields, valid_until=valid_until)
    if is_new or found.is_given:
        return found
    return records.move(found, State.GRANTED, actor=actor, how=how, **_now(found, valid_until))


def _now(consent: Consent, valid_until: datetime | None) -> dict[str, Any]:
    return {"valid_until": valid_until, "notice_version": notice_of(consent.purpose).version}


def _given(consent: Consent) -> Consent:
    consequences.granted.happen(consent)
    telling.answered(consent)
    return consent


def _recipient(
    actor: User, person_id: uuid.UUID | None, circle_id: uuid.UUID | None
) -> tuple[User | None, Circle | None]:
    if (person_id is None) == (circle_id is None):
        raise Refused(fields={"person_id": ["Name a person or a circle, and not both."]})
    if circle_id is not None:
        return None, _circle(actor, circle_id)
    assert person_id is not None
    holding.people([actor.pk, person_id])
    person = User.objects.filter(pk=person_id, is_active=True).exclude(pk=actor.pk).first()
    common = Membership.objects.filter(user_id=person_id, circle__in=Circle.objects.visible_to(actor))
    if person is None or not common.exists() or Block.objects.between_many(actor, [person_id]).exists():
        raise Refused(fields={"person_id": ["Nobody in your circles has this id."]})
    return person, None


def _circle(actor: User, circle_id: uuid.UUID | None) -> Circle:
    if circle_id is None or not holding.memberships([actor.pk], [circle_id]):
        raise Refused(fields={"circle_id": ["You are in no such circle."]})
    return Circle.objects.get(pk=circle_id)


def _my_artwork(actor: User, artwork_id: uuid.UUID | None) -> dict[str, Any]:
    found = {artwork.pk: artwork for artwork in holding.artworks([artwork_id] if artwork_id else [])}
    artwork = found.get(artwork_id) if artwork_id else None
    if artwork is not None and artwork.owner_id == actor.pk:
        return {"artwork": artwork, "role": Consent.Role.OWNER}
    if artwork is not None and artwork.subject_id == actor.pk:
        return {"artwork": artwork, "role": Consent.Role.SUBJECT}
    raise Refused(fields={"artwork_id": ["You have no such artwork."]})
