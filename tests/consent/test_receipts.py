"""Receipts: signed, checkable by anybody with the public key, and worth nothing once a letter of one is changed."""

import base64
import copy
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.core.management import CommandError, call_command

from circles.models import User
from consent import chain, receipts
from consent.models import Consent
from consent.notices import NOTICES
from consent.receipts import ReceiptInvalid, check_receipt
from tests.consent.conftest import piece


@pytest.fixture
def receipt(alice: User, bob: User, give: Any, api_as: Any) -> dict[str, Any]:
    given = give(alice, piece(bob))
    answer = api_as(bob).get(f"/api/v1/consents/{given.pk}/receipt")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert answer["Content-Disposition"].startswith("attachment")
    return json.loads(answer.content)


def test_a_receipt_says_what_was_answered_to_which_text(receipt: dict[str, Any]) -> None:
    said = receipt["receipt"]
    given = Consent.objects.get()
    assert (said["record_id"], said["state"]) == (str(given.pk), "granted")
    assert [line["event"] for line in said["lines"]] == ["requested", "granted"]
    assert said["notice"]["text"] == [NOTICES["fusion"].title, *NOTICES["fusion"].paragraphs]
    assert said["notice"]["sha256"] == NOTICES["fusion"].sha256
    assert said["lines"][-1]["hash"] == given.head_hash


def test_anybody_can_check_the_signature_without_this_server(receipt: dict[str, Any]) -> None:
    signature = receipt["signature"]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["public_key"]))
    text = json.dumps(receipt["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    key.verify(base64.b64decode(signature["value"]), text)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature["value"]), text.replace(b"granted", b"refused"))


def test_the_server_knows_its_own(receipt: dict[str, Any], tmp_path: Path) -> None:
    assert check_receipt(receipt) == receipt["receipt"]
    path, said = tmp_path / "receipt.json", StringIO()
    path.write_text(json.dumps(receipt, indent=2))
    call_command("verify_consents", receipt=path, stdout=said)
    assert "its ledger agrees: granted" in said.getvalue()
    path.write_text("{")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_consents", receipt=path)


def test_a_changed_receipt_is_refused(receipt: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(receipt)
    changed["receipt"]["lines"][1]["valid_until"] = "2099-01-01T00:00:00Z"
    with pytest.raises(ReceiptInvalid, match="was changed"):
        check_receipt(changed)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(changed))
    with pytest.raises(CommandError, match="was changed"):
        call_command("verify_consents", receipt=path)


def test_a_receipt_of_somebody_else_s_key_is_refused(receipt: dict[str, Any]) -> None:
    key = Ed25519PrivateKey.generate()
    value = key.sign(chain.canonical(receipt["receipt"]))
    forged = {
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        "value": base64.b64encode(value).decode(),
    }
    with pytest.raises(ReceiptInvalid, match="not this server's"):
        check_receipt(receipt | {"signature": receipt["signature"] | forged})


def test_a_receipt_the_ledger_knows_nothing_of_is_refused(receipt: dict[str, Any], settings: Any) -> None:
    unknown = copy.deepcopy(receipt["receipt"])
    unknown["lines"][0]["hash"] = "0" * 64
    with pytest.raises(ReceiptInvalid, match="ledger"):
        check_receipt({"receipt": unknown, "signature": receipts._sign(unknown)})


def test_a_receipt_outlives_a_change_of_the_secret(receipt: dict[str, Any], settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret"
    assert check_receipt(receipt)["state"] == "granted"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ReceiptInvalid, match="not this server's"):
        check_receipt(receipt)


@pytest.mark.parametrize("document", [{}, {"receipt": {}}, {"receipt": {}, "signature": {"public_key": "é"}}, []])
def test_what_is_no_receipt_is_said_to_be_none(document: Any) -> None:
    with pytest.raises(ReceiptInvalid, match="not a receipt"):
        check_receipt(document)
