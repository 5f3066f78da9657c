"""Two-factor with real codes: on the pages and for apps."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator as Kept
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_clock(monkeypatch):
    """Codes of one 30 s step, however slow the machine is; it is the real time, because the cache has its own clock."""
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)


def ask_for_token(user, password, **more):
    return APIClient().post("/api/v1/auth/token", {"email": user.email, "password": password, "device": "x", **more})


def begin(user, password) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": password})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    return client


def test_alice_turns_it_on_with_her_app_and_gets_recovery_codes(alice, trusted_browser):
    client = trusted_browser(alice)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'class="secret">([A-Z2-7=]+)<', page)[1]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
    assert "It is on" in client.get("/accounts/2fa/").content.decode()


def test_turning_it_on_asks_for_the_password_first(alice, browser):
    answer = browser(alice).get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_the_secret_is_encrypted_in_the_database(alice, authenticator):
    app = authenticator(alice)
    kept = str(Kept.objects.filter(user=alice).values_list("data", flat=True))
    assert app.secret not in kept
    assert not any(code in kept for code in app.recovery_codes)


def test_a_new_secret_key_still_reads_with_the_old_one_as_fallback(alice, authenticator, settings, password):
    app = authenticator(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another long random text, just rotated by the admin"
    assert ask_for_token(alice, password, otp=app.code()).status_code == 201


def test_the_password_alone_does_not_sign_in(alice, authenticator, password):
    authenticator(alice)
    client = begin(alice, password)
    assert client.get("/settings").status_code == 302
    assert "_auth_user_id" not in client.session


def test_password_and_code_sign_in(alice, authenticator, password):
    app = authenticator(alice)
    client = begin(alice, password)
    assert client.post("/accounts/2fa/authenticate/", {"code": app.code()})["Location"] == "/"
    assert client.get("/settings").status_code == 200


def test_a_code_works_once(alice, authenticator, password):
    app = authenticator(alice)
    assert begin(alice, password).post("/accounts/2fa/authenticate/", {"code": app.code()}).status_code == 302
    again = begin(alice, password).post("/accounts/2fa/authenticate/", {"code": app.code()})
    assert "used already" in again.content.decode()
    assert ask_for_token(alice, password, otp=app.code()).status_code == 401


def test_a_recovery_code_works_once(alice, authenticator, password):
    code = authenticator(alice).recovery_codes[0]
    assert begin(alice, password).post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert begin(alice, password).post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert ask_for_token(alice, password, otp=code).json()["error"] == "otp_invalid"


def test_old_and_future_codes_do_not_work(alice, authenticator, password):
    app = authenticator(alice)
    for steps in (-2, 2):
        assert ask_for_token(alice, password, otp=app.code(steps)).json()["error"] == "otp_invalid"


def test_wrong_codes_are_limited_to_five_a_minute(alice, authenticator, password):
    app = authenticator(alice)
    client = begin(alice, password)
    for _ in range(5):
        assert "is not right" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    page = client.post("/accounts/2fa/authenticate/", {"code": app.code()}).content.decode()
    assert "too often" in page
    answer = ask_for_token(alice, password, otp=app.code())
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    cache.clear()
    assert ask_for_token(alice, password, otp=app.code()).status_code == 201


def test_an_app_is_asked_for_the_code_only_after_the_right_password(alice, authenticator, password):
    app = authenticator(alice)
    asked = ask_for_token(alice, password)
    assert (asked.status_code, asked.json()["error"]) == (401, "otp_required")
    wrong = ask_for_token(alice, "wrong", otp=app.code())
    assert wrong.json()["error"] == "invalid_credentials"
    assert ask_for_token(alice, password, otp=app.code()).status_code == 201


@pytest.mark.parametrize("otp", ["", "   ", "abc", "1" * 20, "０００００００", "\0"])
def test_hostile_codes_are_refused_with_a_sentence(alice, authenticator, password, otp):
    authenticator(alice)
    answer = ask_for_token(alice, password, otp=otp)
    assert answer.status_code in {400, 401}
    assert answer.json()["suggestion"]


def test_turning_it_off_voids_the_recovery_codes(alice, authenticator, password):
    app = authenticator(alice)
    client = begin(alice, password)
    client.post("/accounts/2fa/authenticate/", {"code": app.code()})
    client.post("/accounts/reauthenticate/", {"password": password})
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Kept.objects.filter(user=alice).exists()
    assert ask_for_token(alice, password).status_code == 201


def test_new_recovery_codes_replace_the_old_ones(alice, authenticator, password):
    app = authenticator(alice)
    client = begin(alice, password)
    client.post("/accounts/2fa/authenticate/", {"code": app.code()})
    client.post("/accounts/reauthenticate/", {"password": password})
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert ask_for_token(alice, password, otp=app.recovery_codes[3]).status_code == 401
    text = client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert app.recovery_codes[3] not in text
    fresh = re.findall(r"\d{8}", text)
    assert ask_for_token(alice, password, otp=fresh[0]).status_code == 201


def test_one_persons_codes_are_not_anothers(alice, bob, authenticator, password):
    app = authenticator(alice)
    authenticator(bob)
    assert ask_for_token(bob, password, otp=app.recovery_codes[0]).status_code == 401
    assert ask_for_token(bob, password, otp=app.code()).status_code == 401
