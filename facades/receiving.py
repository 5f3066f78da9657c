"""How a receiver knows that a message is ours. People copy it from their settings: it needs nothing of this project."""

import hashlib
import hmac
import time
from collections.abc import Mapping


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """``body`` as it came over the line, before it is read as JSON; no message is older than five minutes."""
    stamp = headers["Aureole-Timestamp"]
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    said = stamp.encode() + b"." + body
    wanted = "v1=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), headers["Aureole-Signature"].encode())
