"""Receipts: what was answered, when, to which text, signed by this server. Anybody can check one with its public key.

Ed25519 over the receipt's canonical JSON (keys sorted, no spaces, UTF-8). The key comes from SECRET_KEY, so there is
nothing more to keep; keys of SECRET_KEY_FALLBACKS are still known as this server's own.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from consent import chain
from consent.models import Consent, ConsentEvent
from consent.notices import NOTICES

FORMAT: Final = "aureole-consent-receipt-1"
ALGORITHM: Final = "Ed25519"


class ReceiptInvalid(Exception):
    """A sentence: why a receipt proves nothing."""


def make_receipt(consent: Consent) -> dict[str, Any]:
    """The receipt of a record, with every line of the ledger about it, and its signature."""
    lines = list(ConsentEvent.objects.of_record(consent.pk))
    last = lines[-1]
    notice = NOTICES[consent.purpose]
    is_same_text = notice.sha256 == last.notice_sha256
    receipt = {
        "format": FORMAT,
        "standards": ["ISO/IEC TS 27560:2023", "Kantara Consent Receipt 1.1"],
        "receipt_id": str(last.receipt_id),
        "record_id": str(consent.pk),
        "issued_at": timezone.now().isoformat(),
        "controller": last.controller,
        "state": last.event,
        "notice": {
            "id": last.notice_id,
            "version": last.notice_version,
            "sha256": last.notice_sha256,
            "language": last.language,
            "text": [notice.title, *notice.paragraphs] if is_same_text else None,
        },
        "how_to_withdraw": last.how_to_withdraw,
        "lines": [chain.content_of(line) | {"hash": line.hash} for line in lines],
    }
    return {"receipt": receipt, "signature": _sign(receipt)}


def check_receipt(document: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt, when this server signed it and its ledger still says so; ReceiptInvalid else."""
    try:
        receipt, signature = document["receipt"], document["signature"]
        public, value = _bytes(signature["public_key"]), _bytes(signature["value"])
        Ed25519PublicKey.from_public_bytes(public).verify(value, chain.canonical(receipt))
    except InvalidSignature:
        raise ReceiptInvalid("The signature does not fit: it was changed after it was signed.") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReceiptInvalid("This is not a receipt of Aureole.") from None
    if public not in {_public(_key(secret)) for secret in _secrets()}:
        raise ReceiptInvalid("It was signed with a key that is not this server's.")
    written = set(ConsentEvent.objects.of_record(receipt["record_id"]).values_list("hash", flat=True))
    if not {line["hash"] for line in receipt["lines"]} <= written:
        raise ReceiptInvalid("This server's ledger does not have these lines.")
    return receipt


def _sign(receipt: dict[str, Any]) -> dict[str, str]:
    key = _key(settings.SECRET_KEY)
    public = _public(key)
    return {
        "algorithm": ALGORITHM,
        "key_id": hashlib.sha256(public).hexdigest()[:16],
        "public_key": _text(public),
        "value": _text(key.sign(chain.canonical(receipt))),
    }


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def _key(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"aureole consent receipts").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
