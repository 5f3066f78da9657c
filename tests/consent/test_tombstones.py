"""An older backup comes back: what had ended since stays ended, who had gone stays gone."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from circles.actions.accounts import delete_account
from circles.models import User
from consent import chain, consequences, tombstones
from consent.actions import answering
from consent.models import Consent
from processing.management.commands import restore
from processing.upkeep import afterwards
from tests.consent.conftest import Cast, piece


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def after(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def as_backed_up(consent: Consent) -> dict[str, Any]:
    """The row and its end of the ledger as a backup of this moment has them."""
    return {name: getattr(consent, name) for name in ("state", "epoch", "sequence", "head_hash")}


def test_a_word_taken_back_since_is_taken_back_again(cast: Cast, give: Any, after: Any, folder: Path) -> None:
    given, kept = give(cast.alice, piece(cast.bob)), give(cast.alice, piece(cast.bob))
    with after():
        answering.revoke_consent(actor=cast.bob, consent_id=given.pk)
    stones = [json.loads(line) for line in (folder / "tombstones.jsonl").read_text().splitlines()]
    assert [(stone["consent"], stone["epoch"], stone["state"]) for stone in stones] == [(str(given.pk), 3, "withdrawn")]
    assert cast.bob.email not in str(stones)

    # The backup of before: the word stands again, at the epoch it had.
    Consent.objects.filter(pk=given.pk).update(state="granted", epoch=2)
    heard: list[Any] = []
    consequences.withdrawn.then(heard.extend)
    try:
        assert "1 permissions had ended" in tombstones.replay()
    finally:
        consequences.withdrawn.forget(heard.extend)
    given.refresh_from_db()
    kept.refresh_from_db()
    assert (given.state, kept.state) == ("invalidated", "granted")
    assert [each.pk for each in heard] == [given.pk]
    assert tombstones.replay() == ""


def test_a_word_given_anew_before_the_backup_stands(cast: Cast, give: Any, after: Any) -> None:
    given = give(cast.alice, piece(cast.bob))
    with after():
        answering.revoke_consent(actor=cast.bob, consent_id=given.pk)
    answering.grant_consent(actor=cast.bob, consent_id=given.pk)
    assert tombstones.replay() == ""
    given.refresh_from_db()
    assert given.state == "granted"


def test_an_account_deleted_since_is_deleted_again(cast: Cast, after: Any, make_user: Any) -> None:
    gone = make_user("gone@example.com")
    pk = gone.pk
    with after():
        delete_account(actor=gone)
    User(pk=pk, email="gone@example.com", date_joined=timezone.now() - timezone.timedelta(days=1)).save()
    assert "1 accounts had gone" in tombstones.replay()
    assert not User.objects.filter(pk=pk).exists()


def test_half_a_line_and_no_list_at_all_stop_nothing(cast: Cast, give: Any, after: Any, folder: Path) -> None:
    assert tombstones.replay() == ""
    (folder / "tombstones.jsonl").write_text('{"consent": "8c1f')
    assert tombstones.replay() == ""


def test_what_is_not_committed_leaves_no_stone(cast: Cast, give: Any, folder: Path) -> None:
    given = give(cast.alice, piece(cast.bob))
    answering.revoke_consent(actor=cast.bob, consent_id=given.pk)
    assert not (folder / "tombstones.jsonl").exists()


def test_restoring_replays_it(monkeypatch: pytest.MonkeyPatch, db: None) -> None:

    class Manifest:
        files: dict[str, str] = {}
        rows: dict[str, int] = {}

    monkeypatch.setattr(restore, "restore_backup", lambda folder, replace: Manifest())
    monkeypatch.setattr(restore, "count_rows", dict)
    monkeypatch.setattr(afterwards, "_tasks", [lambda: "Two are gone again.", lambda: ""])
    said = StringIO()
    call_command("restore", "anywhere", stdout=said)
    assert said.getvalue().splitlines()[0] == "Two are gone again."
    monkeypatch.undo()
    assert tombstones.replay in afterwards._tasks


def test_the_ledger_is_whole_after_a_replay(cast: Cast, give: Any, after: Any) -> None:
    given = give(cast.alice, piece(cast.bob))
    before = as_backed_up(given)
    with after():
        answering.revoke_consent(actor=cast.bob, consent_id=given.pk)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_consentevent DISABLE TRIGGER consent_ledger_append_only")
        cursor.execute("DELETE FROM consent_consentevent WHERE record_id = %s AND sequence = 3", [given.pk])
        cursor.execute("ALTER TABLE consent_consentevent ENABLE TRIGGER consent_ledger_append_only")
    Consent.objects.filter(pk=given.pk).update(**before)
    assert list(chain.breaks()) == []
    tombstones.replay()
    assert list(chain.breaks()) == []
