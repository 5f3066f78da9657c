"""The optional message to a client's own server when its render has ended, signed so that it can be trusted.

The receiver computes HMAC-SHA256 with its secret over ``<Aureole-Timestamp>.<body>`` and compares it with what follows
``v1=`` in ``Aureole-Signature``; it refuses what is more than five minutes old. ``receiving`` is such a receiver.
"""

import hashlib
import hmac
import json
import time
from typing import Any, Final

from facades.actions.signing import find_secret
from facades.answers import answer
from processing import jobs
from processing.models import Job

KIND: Final = "webhook"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    said = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def message_of(job: Job) -> tuple[bytes, dict[str, str]]:
    """Body and headers, signed now: an attempt later is signed anew, and its link to the picture is fresh."""
    told = answer(job)
    body = json.dumps({"event": f"render.{told['status']}", **told}, separators=(",", ":")).encode()
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "Aureole-Event": f"render.{told['status']}",
        "Aureole-Timestamp": str(timestamp),
        "Aureole-Signature": sign(find_secret(actor=job.owner).secret, timestamp, body),
    }
    return body, headers


def tell(job: Job) -> Job | None:
    """A job of its own that sends it, in the transaction that ends ``job``: it starts after the commit, or never."""
    url = job.options.get("webhook_url")
    if not url:
        return None
    options: dict[str, Any] = {"webhook_url": url, "render_id": str(job.pk)}
    return jobs.submit(actor=job.owner, kind=KIND, label=job.label, options=options)
