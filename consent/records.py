"""The only writers of permissions: the row moves and the ledger gets its line in the same transaction, or neither."""

import hashlib
import secrets
import uuid
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from circles.models import User
from consent import chain
from consent.circumstances import SERVER, Circumstances
from consent.models import Consent, ConsentEvent, ConsentEvidence, Pseudonym, Scope, State
from consent.notices import LANGUAGE, notice_of
from processing.errors import Conflict

IRIS: Final = "biometric (iris)"
LAWFUL_BASIS: Final = "consent: GDPR Art. 6(1)(a), 9(2)(a)"
STORAGE: Final = "the files of this server, for as long as the permission stands"
RETENTION: Final = "this record stays; files made under it go within a minute of its end"
HOW_TO_WITHDRAW: Final = "on the page Consents, or POST /api/v1/consents/<id>/revoke"


def find_or_open(*, actor: User | None, state: str, how: Circumstances = SERVER, **fields: Any) -> tuple[Consent, bool]:
    """The open record with these ``fields`` of its identity, locked, or a new one in ``state``; whether it is new.

    Two at once end in one record. Inside the caller's transaction.
    """
    identity = {name: fields.get(name) for name in _IDENTITY}
    wanted = {f"{name}__isnull": True for name, value in identity.items() if value is None}
    wanted |= {name: value for name, value in identity.items() if value is not None}
    for _ in range(2):
        found = Consent.objects.open().locked().filter(**wanted).first()
        if found is not None:
            return found, False
        try:
            with transaction.atomic():
                return _open(actor, state, how, fields), True
        except IntegrityError:
            # Somebody else was faster: theirs is found now.
            continue
    raise Conflict()


def move(
    consent: Consent,
    to: State,
    *,
    actor: User | None,
    how: Circumstances = SERVER,
    reason: str = "",
    **changes: Any,
) -> Consent:
    """Another state, the next epoch, the next line. The row must be locked by the caller's transaction; Conflict when
    it is no longer what ``consent`` says.
    """
    now = timezone.now()
    values = changes | {"state": to, "epoch": consent.epoch + 1, "changed_at": now} | _answer(to, now)
    if not Consent.objects.filter(pk=consent.pk, epoch=consent.epoch).update(**values):
        raise Conflict()
    for name, value in values.items():
        setattr(consent, name, value)
    _write_line(consent, actor, how, reason, now)
    return consent


def pseudonym_of(user: User) -> uuid.UUID:
    """The name the ledger knows a person by."""
    return Pseudonym.objects.get_or_create(user=user)[0].ref


_IDENTITY: Final = ("granter", "artwork", "scope_circle", "work_id", "purpose", "recipient", "circle")


def _open(actor: User | None, state: str, how: Circumstances, fields: dict[str, Any]) -> Consent:
    now = timezone.now()
    consent = Consent.objects.create(
        state=state,
        notice_version=notice_of(fields["purpose"]).version,
        artwork_ref=fields["artwork"].pk if fields.get("artwork") else None,
        asked_at=now,
        changed_at=now,
        **_answer(state, now),
        **fields,
    )
    _write_line(consent, actor, how, "", now)
    return consent


def _answer(state: str, now: datetime) -> dict[str, datetime]:
    return {"answered_at": now} if state in (State.GRANTED, State.REFUSED) else {}


def _write_line(consent: Consent, actor: User | None, how: Circumstances, reason: str, now: datetime) -> None:
    notice = notice_of(consent.purpose)
    line = ConsentEvent(
        record_id=consent.pk,
        sequence=consent.sequence + 1,
        previous_hash=consent.head_hash,
        schema_version=chain.SCHEMA_VERSION,
        event=consent.state,
        epoch=consent.epoch,
        actor_ref=pseudonym_of(actor) if actor else None,
        controller=settings.SITE_URL,
        lawful_basis=LAWFUL_BASIS,
        storage=STORAGE,
        retention=RETENTION,
        notice_id=f"consent-{notice.purpose}",
        notice_version=notice.version,
        notice_sha256=notice.sha256,
        language=LANGUAGE,
        at=now,
        method=how.method,
        reason=reason,
        request_id=how.request_id,
        how_to_withdraw=HOW_TO_WITHDRAW,
        jurisdiction=settings.CONSENT_JURISDICTION,
        **_what(consent),
    )
    line.evidence_hash = _keep_evidence(line, actor, how)
    line.hash = chain.hash_of(line)
    line.save(force_insert=True)
    consent.sequence, consent.head_hash = line.sequence, line.hash
    Consent.objects.filter(pk=consent.pk).update(sequence=line.sequence, head_hash=line.hash)


def _what(consent: Consent) -> dict[str, Any]:
    """Whose word it is, on what, for whom."""
    is_for_circle = consent.circle_id is not None
    scope_ref = {Scope.WORK: consent.work_id, Scope.CIRCLE: consent.scope_circle_id}.get(Scope(consent.scope))
    may_be_iris = consent.artwork is None or consent.artwork.kind != "enhance"
    return {
        "subject_ref": pseudonym_of(consent.granter),
        "role": consent.role,
        "recipient_kind": "circle" if is_for_circle else "person",
        "recipient_ref": consent.circle_id if is_for_circle else _recipient_ref(consent),
        "artwork_ref": consent.artwork_ref,
        "scope": consent.scope,
        "scope_ref": scope_ref,
        "purpose": consent.purpose,
        "data_types": [consent.artwork.kind if consent.artwork else "all artworks"],
        "special_category": IRIS if may_be_iris else "",
        "valid_until": consent.valid_until,
    }


def _recipient_ref(consent: Consent) -> uuid.UUID:
    assert consent.recipient is not None
    return pseudonym_of(consent.recipient)


def _keep_evidence(line: ConsentEvent, actor: User | None, how: Circumstances) -> str:
    if actor is None or not (how.address or how.user_agent):
        return ""
    evidence = ConsentEvidence.objects.create(
        event_id=line.pk,
        user=actor,
        address=how.address or None,
        user_agent=how.user_agent,
        salt=secrets.token_hex(32),
    )
    return evidence_hash(evidence)


def evidence_hash(evidence: ConsentEvidence) -> str:
    """What the ledger keeps of it: without the salt it can be traced to nobody."""
    said = "\n".join((evidence.salt, evidence.address or "", evidence.user_agent))
    return hashlib.sha256(said.encode()).hexdigest()
