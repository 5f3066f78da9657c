"""Who may hold a socket open, and how long. All of it is asked of PostgreSQL, so a Redis outage changes nothing."""

import hashlib
import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http.request import validate_host
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from knox.models import get_token_model

from processing.models import OpenSocket, SocketTicket

TICKET_SECONDS: Final = 30
SOCKETS_MOST: Final = 5
BEAT_LOST: Final = timedelta(seconds=40)


@dataclass(frozen=True)
class Pass:
    """What let a socket in, and what keeps it open: a session, a token, or (neither named) the account alone."""

    user_id: uuid.UUID
    session_key: str = ""
    token_digest: str = ""


def issue_ticket(*, user: Any, session_key: str = "", token_digest: str = "") -> tuple[str, datetime]:
    """A one-use ticket of 256 bits and the moment it expires; what it came from decides how long its socket lives."""
    ticket = secrets.token_urlsafe(32)
    now = timezone.now()
    SocketTicket.objects.filter(expires_at__lt=now).delete()
    kept = SocketTicket.objects.create(
        digest=_digest(ticket),
        user=user,
        session_key=session_key,
        token_digest=token_digest,
        expires_at=now + timedelta(seconds=TICKET_SECONDS),
    )
    return ticket, kept.expires_at


def admit(scope: Mapping[str, Any]) -> Pass | None:
    """The pass of a connecting socket: by its ticket, else by the session cookie of a page of this very site."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if "ticket" in query:
        found = _spend_ticket(query["ticket"][0])
    else:
        found = _session_pass(scope) if is_same_origin(scope) else None
    return found if found and found in still_valid({found}) else None


def still_valid(passes: Collection[Pass]) -> set[Pass]:
    """Those whose person is active and whose session or token still stands; three queries, however many they are."""
    people = get_user_model().objects.filter(is_active=True).in_bulk({p.user_id for p in passes})
    now = timezone.now()
    keys = {p.session_key for p in passes} - {""}
    sessions = {s.session_key: s for s in Session.objects.filter(session_key__in=keys, expire_date__gt=now)}
    digests = {p.token_digest for p in passes} - {""}
    tokens = dict(
        get_token_model().objects.filter(digest__in=digests).exclude(expiry__lte=now).values_list("digest", "user_id")
    )
    return {
        p
        for p in passes
        if (person := people.get(p.user_id))
        and (not p.session_key or _belongs(sessions.get(p.session_key), person))
        and (not p.token_digest or tokens.get(p.token_digest) == p.user_id)
    }


def take_place(user_id: uuid.UUID) -> uuid.UUID | None:
    """The id of a newly counted socket, or None when this person holds five already, or is gone."""
    now = timezone.now()
    with transaction.atomic():
        if get_user_model().objects.select_for_update().filter(pk=user_id).first() is None:
            # The account ended while its page was being opened.
            return None
        OpenSocket.objects.filter(user_id=user_id, beat_at__lt=now - BEAT_LOST).delete()
        if OpenSocket.objects.filter(user_id=user_id).count() >= SOCKETS_MOST:
            return None
        return OpenSocket.objects.create(user_id=user_id, beat_at=now).pk


def keep_places(ids: Collection[uuid.UUID]) -> None:
    OpenSocket.objects.filter(pk__in=ids).update(beat_at=timezone.now())


def leave_place(place: uuid.UUID) -> None:
    OpenSocket.objects.filter(pk=place).delete()


def is_same_origin(scope: Mapping[str, Any]) -> bool:
    """Whether the page that opens the socket is ours; a missing Origin is not, because cookies travel without one."""
    origin = _header(scope, b"origin")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or (settings.SESSION_COOKIE_SECURE and parts.scheme != "https"):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return parts.netloc == _header(scope, b"host") and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)


def _spend_ticket(ticket: str) -> Pass | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {SocketTicket._meta.db_table} WHERE digest = %s"  # noqa: S608 - a constant
            " RETURNING user_id, session_key, token_digest, expires_at > now()",
            [_digest(ticket)],
        )
        row = cursor.fetchone()
    return Pass(*row[:3]) if row and row[3] else None


def _session_pass(scope: Mapping[str, Any]) -> Pass | None:
    try:
        cookie = SimpleCookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None:
        return None
    session = Session.objects.filter(session_key=cookie.value, expire_date__gt=timezone.now()).first()
    user_id = session.get_decoded().get(SESSION_KEY) if session else None
    return Pass(get_user_model()._meta.pk.to_python(user_id), session_key=cookie.value) if user_id else None


def _belongs(session: Session | None, person: Any) -> bool:
    """The session is this person's and was made with the password they have now."""
    if session is None:
        return False
    kept = session.get_decoded()
    return (
        kept.get(SESSION_KEY) == str(person.pk)
        and kept.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(kept.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope.get("headers", []) if key == name), "")


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
