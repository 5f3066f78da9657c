"""What every page about people carries: a policy, safe cookies, and nothing for other sites."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

OPEN_PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/x/",
    "/accounts/inactive/",
    "/join/unknown",
]
OWN_PAGES = [
    "/settings",
    "/settings/devices",
    "/settings/delete",
    "/settings/invitations",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
]


def assert_is_safe(answer) -> None:
    policy = answer["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
    page = answer.content.decode()
    for attributes in re.findall(r"<(?:script|style)\b([^>]*)>", page):
        assert "src=" in attributes or (nonce and f'nonce="{nonce[1]}"' in attributes), attributes
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page), "no inline styles or handlers"
    assert "http://" not in re.sub(r'xmlns="[^"]+"', "", page).replace("http://testserver", "").replace(
        "http://127.0.0.1", ""
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_open_pages_are_safe(path):
    answer = Client().get(path, follow=True)
    assert answer.status_code in {200, 404}
    assert_is_safe(answer)


def test_own_pages_are_safe(staff, trusted_browser, authenticator):
    client = trusted_browser(staff)
    for path in OWN_PAGES:
        if path == "/accounts/2fa/totp/deactivate/":
            authenticator(staff)
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert_is_safe(answer)


def test_the_waiting_page_is_safe(alice):
    for _ in range(6):
        answer = Client().post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    assert answer.status_code == 429
    assert_is_safe(answer)


def test_pages_look_like_the_rest(staff, trusted_browser, authenticator):
    client = trusted_browser(staff)
    pages = [Client().get(path, follow=True) for path in OPEN_PAGES]
    for path in OWN_PAGES:
        if path == "/accounts/2fa/totp/deactivate/":
            authenticator(staff)
        pages.append(client.get(path))
    for page in pages:
        assert "css/tokens.css" in page.content.decode(), page.request["PATH_INFO"]
        assert page.content.decode().count("<h1") == 1, page.request["PATH_INFO"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(alice, password):
    client = Client()
    client.post("/accounts/login/", {"login": alice.email, "password": password})
    session = client.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    client.get("/accounts/login/")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def test_forms_from_other_sites_are_refused(alice, password):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/login/", {"login": alice.email, "password": password}).status_code == 403


def test_pages_with_secrets_are_not_kept_by_browsers(staff, browser):
    client = browser(staff)
    for path in ("/settings/devices", "/settings/invitations"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_a_refused_action_is_a_page_with_a_way_out(alice, browser, monkeypatch):
    from processing.errors import Conflict, TooOften

    client = browser(alice)

    def refuse(*, actor):
        raise Conflict("The circle is busy.", suggestion="Wait a moment.")

    monkeypatch.setattr("circles.actions.sessions.sign_out_everywhere", refuse)
    answer = client.post("/settings/devices/sign-out-everywhere")
    assert answer.status_code == 409
    assert "The circle is busy." in answer.content.decode()
    assert "Wait a moment." in answer.content.decode()
    assert_is_safe(answer)

    def wait(*, actor):
        raise TooOften(retry_after=7)

    monkeypatch.setattr("circles.actions.sessions.sign_out_everywhere", wait)
    answer = client.post("/settings/devices/sign-out-everywhere")
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
