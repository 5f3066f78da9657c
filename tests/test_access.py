"""Every route x every role: the hidden answers like the absent, and no route is without a row."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client

from circles.models import User
from tests.access import things
from tests.access.matrix import ROWS, SOCKETS, Operators, Own, Public, Row, Signed, SignedIn, Staff, Visitors
from tests.access.routes import Route, every_route, socket_routes

METHODS = ("get", "post", "put", "patch", "delete")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Expires is the moment of the answer, where nothing may be kept.
VARYING_HEADERS = {
    "Date", "Expires", "X-Request-ID", "Content-Security-Policy", "Set-Cookie", "Content-Length", "Server-Timing",
}  # fmt: skip
ROUTES = {route.path: route for route in every_route() if not route.path.startswith("admin/")}


def rows_of(*kinds: type[Row]) -> list[Any]:
    return [pytest.param(path, row, id=path or "/") for path, row in ROWS.items() if isinstance(row, kinds)]


def address(route: Route, kwargs: dict[str, Any]) -> str:
    """The route's path with its arguments filled in, by hand: a name may serve several paths."""
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: str(kwargs[m[1]]), route.path)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(kwargs[m[1]]), path)
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


def ask(client: Client, method: str, url: str, row: Own | None = None) -> HttpResponse:
    if method == "get":
        return client.get(url)
    if row and row.content:
        return getattr(client, method)(url, data=row.content, content_type=row.type)
    return getattr(client, method)(url, data=row.body if row else {}, content_type="application/json")


def comparable(response: HttpResponse, *ids: Any) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what differs from one answer to the next."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode("utf-8", "replace")
    text = re.sub(r'(nonce|csrf-token|csrfmiddlewaretoken)("?[=: ]+|" value=)"[^"]*"', "", text)
    text = re.sub(r'value="[A-Za-z0-9]{64}"|"X-CSRFToken": ?"[^"]*"', "", text)
    headers = {k: v for k, v in response.headers.items() if k not in VARYING_HEADERS}
    for value in ids:
        pattern = rf"\b{re.escape(str(value))}\b" if isinstance(value, uuid.UUID) else rf"(?<=/){value}(?=/)"
        text = re.sub(pattern, "ID", text)
        headers = {k: re.sub(pattern, "ID", v) for k, v in headers.items()}
    return response.status_code, headers, text


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": disk}


@pytest.fixture
def alice(alice: User) -> User:
    """She has a password and two-factor, so that every page of an account has something to show."""
    alice.password = "argon2$kept-out-of-the-way"
    alice.save()
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)
    return alice


@pytest.fixture
def admin_user(make_user: Callable[..., User]) -> User:
    return make_user("admin@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user("staff@example.com", is_staff=True)


@pytest.fixture
def signed_in() -> Callable[[User | None], Client]:
    def make(user: User | None) -> Client:
        client = Client(raise_request_exception=True)
        if user is not None:
            client.force_login(user, backend=BACKEND)
        return client

    return make


def test_every_route_has_a_row() -> None:
    missing = sorted(set(ROUTES) - set(ROWS))
    assert not missing, f"routes without a row in tests/access/matrix.py: {missing}"


def test_every_row_has_a_route() -> None:
    assert not sorted(set(ROWS) - set(ROUTES))


def test_every_socket_has_a_row() -> None:
    assert {route.path for route in socket_routes()} == SOCKETS


def test_a_route_without_a_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROUTES, "new/<uuid:thing_id>", Route("new/<uuid:thing_id>", "new", ("thing_id",)))
    with pytest.raises(AssertionError, match="new/<uuid:thing_id>"):
        test_every_route_has_a_row()


@pytest.mark.parametrize(("path", "row"), rows_of(Public, Visitors))
def test_anybody_may_open_what_is_public(path: str, row: Public | Visitors, db: None, client: Client) -> None:
    answer = ask(client, getattr(row, "method", "get"), address(ROUTES[path], row.kwargs))
    assert answer.status_code == row.answers


@pytest.mark.parametrize(("path", "row"), rows_of(SignedIn))
def test_nobody_gets_in_unsigned(path: str, row: SignedIn, db: None, client: Client) -> None:
    url = address(ROUTES[path], row.kwargs)
    for method in METHODS:
        answer = ask(client, method, url)
        assert refused(answer, url), f"{method} {url}: {answer.status_code}"


@pytest.mark.parametrize(("path", "row"), rows_of(SignedIn))
def test_a_signed_in_person_gets_their_own_things(
    path: str, row: SignedIn, alice: User, signed_in: Callable[[User | None], Client]
) -> None:
    url = address(ROUTES[path], row.kwargs)
    answer = ask(signed_in(alice), row.method, url)
    assert row.signs_out or answer.status_code == 405 or not refused(answer, url)
    assert answer.status_code not in {401, 403, 404}
    assert answer.status_code < 500


@pytest.mark.parametrize(("path", "row"), rows_of(Own))
def test_anonymous_learns_nothing_about_a_thing(path: str, row: Own, alice: User, client: Client) -> None:
    kwargs = row.make(alice)
    gone = things.absent(kwargs)
    for method in METHODS:
        mine = ask(client, method, address(ROUTES[path], kwargs), row)
        none = ask(client, method, address(ROUTES[path], gone), row)
        assert refused(mine, address(ROUTES[path], kwargs)), f"{method}: {mine.status_code}"
        assert comparable(mine, *kwargs.values()) == comparable(none, *gone.values())


@pytest.mark.parametrize("role", ["charlie", "staff", "admin_user"])
@pytest.mark.parametrize(("path", "row"), rows_of(Own))
def test_the_hidden_answers_like_the_absent(
    path: str, row: Own, role: str, alice: User, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue("signed_in")(request.getfixturevalue(role))
    kwargs = row.make(alice)
    gone = things.absent(kwargs)
    for method in METHODS:
        hidden = ask(client, method, address(ROUTES[path], kwargs), row)
        none = ask(client, method, address(ROUTES[path], gone), row)
        assert comparable(hidden, *kwargs.values()) == comparable(none, *gone.values()), method
        assert hidden.status_code in {404, 405, 400}, f"{method}: {hidden.status_code}"
    assert ask(client, row.method, address(ROUTES[path], kwargs), row).status_code == 404


@pytest.mark.parametrize(("path", "row"), rows_of(Own))
def test_the_owner_may_open_it(path: str, row: Own, alice: User, signed_in: Callable[[User | None], Client]) -> None:
    answer = ask(signed_in(alice), row.method, address(ROUTES[path], row.make(alice)), row)
    answer.close()
    assert answer.status_code not in {401, 403, 404, 405}, answer.content
    assert answer.status_code < 500


@pytest.mark.parametrize(("path", "row"), rows_of(Signed))
def test_a_signed_address_refuses_a_wrong_signature(
    path: str, row: Signed, alice: User, signed_in: Callable[[User | None], Client]
) -> None:
    kwargs = row.make(alice)
    gone = things.absent(kwargs)
    for person in (None, alice):
        client = signed_in(person)
        for method in METHODS:
            here = ask(client, method, address(ROUTES[path], kwargs))
            none = ask(client, method, address(ROUTES[path], gone))
            assert here.status_code in {401, 403, 404, 405}, method
            assert comparable(here, *kwargs.values()) == comparable(none, *gone.values())


@pytest.mark.parametrize(("path", "row"), rows_of(Staff))
def test_what_is_for_staff_does_not_exist_for_members(
    path: str, row: Staff, alice: User, staff: User, signed_in: Callable[[User | None], Client]
) -> None:
    url = address(ROUTES[path], row.make(staff))
    assert refused(ask(signed_in(None), row.method, url), url)
    assert ask(signed_in(alice), row.method, url).status_code == 404
    assert ask(signed_in(staff), row.method, url).status_code in {200, 302}


@pytest.mark.parametrize(("path", "row"), rows_of(Operators))
def test_operators_routes_are_closed_to_the_outside(path: str, row: Operators, alice: User) -> None:
    outside = Client(REMOTE_ADDR="203.0.113.9")
    outside.force_login(alice, backend=BACKEND)
    assert outside.get(address(ROUTES[path], row.kwargs)).status_code in {403, 404}


def refused(answer: HttpResponse, url: str) -> bool:
    """401, or sent to the sign-in page; a method that does not exist may say so."""
    if answer.status_code in {401, 405}:
        return True
    return answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login")


def test_absent_ids_are_new_every_time() -> None:
    kwargs = {"photo_id": uuid.uuid4(), "size": 256}
    assert things.absent(kwargs)["photo_id"] != kwargs["photo_id"]
    assert things.absent(kwargs)["size"] == 256
