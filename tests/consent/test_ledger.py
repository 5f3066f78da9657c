"""The ledger: written once, chained, known to nobody by name; and whoever changes it is found."""

import hashlib
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ForeignKey

from circles.actions.accounts import delete_account
from circles.models import User
from consent import chain
from consent.actions import answering
from consent.circumstances import Circumstances, truncated
from consent.models import Consent, ConsentEvent, ConsentEvidence, Pseudonym
from consent.notices import NOTICES
from consent.records import evidence_hash
from tests.consent.conftest import piece

BY_PAGE = Circumstances("page", "a-request-id", "203.0.113.0", "a browser")


@pytest.fixture
def record(alice: User, bob: User, ask: Any) -> Consent:
    """Asked, given, taken back."""
    asked = ask(alice, piece(bob))
    answering.grant_consent(actor=bob, consent_id=asked.pk, how=BY_PAGE)
    return answering.revoke_consent(actor=bob, consent_id=asked.pk, how=BY_PAGE)


def lines_of(consent: Consent) -> list[ConsentEvent]:
    return list(ConsentEvent.objects.of_record(consent.pk))


def verify() -> str:
    said = StringIO()
    call_command("verify_consents", stdout=said)
    return said.getvalue()


def forge(statement: str, *values: Any) -> None:
    """What only somebody can do who owns the database: silence the trigger, and write."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_consentevent DISABLE TRIGGER consent_ledger_append_only")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE consent_consentevent ENABLE TRIGGER consent_ledger_append_only")


def test_every_answer_is_a_line_that_follows_the_one_before(record: Consent, bob: User, alice: User) -> None:
    lines = lines_of(record)
    assert [(line.sequence, line.event, line.epoch) for line in lines] == [
        (1, "requested", 1), (2, "granted", 2), (3, "withdrawn", 3),
    ]  # fmt: skip
    assert [line.previous_hash for line in lines] == ["", lines[0].hash, lines[1].hash]
    record.refresh_from_db()
    assert (record.head_hash, record.sequence, record.epoch) == (lines[2].hash, 3, 3)
    assert verify() == "The ledger is whole: 3 lines.\n"


def test_a_line_has_the_fields_of_the_standards(record: Consent, alice: User, bob: User) -> None:
    asked, given, _ = lines_of(record)
    his, hers = (Pseudonym.objects.get(user=user).ref for user in (bob, alice))
    notice = NOTICES["fusion"]
    assert (given.subject_ref, given.actor_ref, given.recipient_ref, given.recipient_kind) == (his, his, hers, "person")
    assert asked.actor_ref == hers
    assert (given.notice_version, given.notice_sha256, given.language) == (notice.version, notice.sha256, "en")
    assert (given.artwork_ref, given.purpose, given.scope) == (record.artwork_id, "fusion", "artwork")
    assert (given.data_types, given.special_category) == (["iris"], "biometric (iris)")
    assert (given.method, given.request_id) == ("page", "a-request-id")
    for name in ("controller", "lawful_basis", "storage", "retention", "how_to_withdraw", "jurisdiction", "receipt_id"):
        assert getattr(given, name)


def test_a_text_and_its_hash_belong_together() -> None:
    for notice in NOTICES.values():
        text = "".join(f"{line}\n" for line in (notice.title, *notice.paragraphs))
        assert notice.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert "downloaded cannot be called back" in text


def test_the_ledger_knows_nobody_by_name_and_points_at_nothing(record: Consent, alice: User, bob: User) -> None:
    assert not [field for field in ConsentEvent._meta.fields if isinstance(field, ForeignKey)]
    text = json.dumps([chain.content_of(line) for line in lines_of(record)])
    for word in (str(alice.pk), str(bob.pk), alice.email, bob.email, alice.name, BY_PAGE.address, BY_PAGE.user_agent):
        assert word not in text


@pytest.mark.parametrize("how", ["update", "delete", "sql update", "sql delete"])
def test_the_database_refuses_to_change_or_delete_a_line(record: Consent, how: str) -> None:
    acts = {
        "update": lambda: ConsentEvent.objects.update(event="granted"),
        "delete": lambda: ConsentEvent.objects.all().delete(),
        "sql update": lambda: connection.cursor().execute("UPDATE consent_consentevent SET epoch = 9"),
        "sql delete": lambda: connection.cursor().execute("DELETE FROM consent_consentevent"),
    }
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        acts[how]()
    assert len(lines_of(record)) == 3


def test_a_changed_line_is_named(record: Consent) -> None:
    line = lines_of(record)[1]
    forge("UPDATE consent_consentevent SET event = 'refused' WHERE id = %s", line.pk)
    said = StringIO()
    with pytest.raises(CommandError, match="broken in 1 record"):
        call_command("verify_consents", stdout=said)
    assert said.getvalue() == f"Record {record.pk}, line 2 ({line.pk}): it is not what was written.\n"


def test_every_field_of_a_line_counts(record: Consent) -> None:
    line = lines_of(record)[1]
    for field in ConsentEvent._meta.fields:
        if field.name == "hash":
            continue
        other = lines_of(record)[1]
        value = getattr(other, field.attname)
        changed = {"data_types": ["other"]}.get(field.name, f"{value}x" if isinstance(value, str) else None)
        setattr(other, field.attname, changed if changed is not None or value is not None else "something")
        assert chain.hash_of(other) != line.hash, field.name


def test_a_changed_line_with_a_new_hash_is_found_by_the_next(record: Consent) -> None:
    line = lines_of(record)[1]
    line.event = "refused"
    forge("UPDATE consent_consentevent SET event = 'refused', hash = %s WHERE id = %s", chain.hash_of(line), line.pk)
    assert [(each.sequence, each.reason) for each in chain.breaks()] == [(3, "it does not follow the line before it.")]


def test_a_deleted_line_is_found(record: Consent) -> None:
    forge("DELETE FROM consent_consentevent WHERE record_id = %s AND sequence = 2", record.pk)
    assert [(each.sequence, each.reason) for each in chain.breaks()] == [(3, "the lines before it are missing.")]


def test_a_cut_off_end_is_found(record: Consent) -> None:
    forge("DELETE FROM consent_consentevent WHERE record_id = %s AND sequence = 3", record.pk)
    assert ["current state is not what the last line says" in each.reason for each in chain.breaks()] == [True]


def test_a_ledger_that_forgot_a_record_is_found(record: Consent) -> None:
    forge("DELETE FROM consent_consentevent WHERE record_id = %s", record.pk)
    assert [each.reason for each in chain.breaks()] == ["the ledger has no line about it."]


def test_a_state_nobody_wrote_a_line_about_is_found(record: Consent) -> None:
    Consent.objects.filter(pk=record.pk).update(state="granted")
    assert ["current state is not what the last line says" in each.reason for each in chain.breaks()] == [True]


def test_a_state_that_vanished_is_found(record: Consent) -> None:
    Consent.objects.filter(pk=record.pk).delete()
    assert ["though it was not closed" in each.reason for each in chain.breaks()] == [True]


def test_where_an_answer_came_from_is_kept_apart_and_provable(record: Consent, bob: User) -> None:
    _, given, _ = lines_of(record)
    evidence = ConsentEvidence.objects.get(event_id=given.pk)
    assert (evidence.user, evidence.address, evidence.user_agent) == (bob, "203.0.113.0", "a browser")
    assert given.evidence_hash == evidence_hash(evidence)


def test_of_a_deleted_account_only_the_pseudonymous_ledger_stays(record: Consent, bob: User) -> None:
    delete_account(actor=bob)
    assert not Consent.objects.exists()
    assert not ConsentEvidence.objects.exists()
    assert not Pseudonym.objects.filter(user_id=bob.pk).exists()
    lines = lines_of(record)
    assert (lines[-1].event, lines[-1].reason) == ("invalidated", "left")
    assert verify() == "The ledger is whole: 4 lines.\n"


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0"), ("2001:db8:1:2:3::4", "2001:db8:1::"), ("0.0.0.0", "")],
)
def test_an_address_loses_its_last_part(address: str, kept: str) -> None:
    assert truncated(address) == kept
