"""Tokens of apps: 256 bits, hashed, listed, revocable, and unable to make themselves stronger."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from circles import sweeping
from circles.actions.tokens import MOST_TOKENS
from circles.models import DeviceToken, User

pytestmark = pytest.mark.django_db


def sign_in(user, password, **more):
    return APIClient().post(
        "/api/v1/auth/token", {"email": user.email, "password": password, "device": "phone", **more}
    )


def test_email_and_password_give_a_token_that_opens_the_api(alice, password):
    answer = sign_in(alice, password)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"token", "id", "device", "expires_at"}
    assert APIClient(HTTP_AUTHORIZATION=f"Token {body['token']}").get("/api/v1/me").json()["email"] == alice.email


def test_a_token_has_256_bits_and_only_its_hash_is_kept(alice, password):
    secret = sign_in(alice, password).json()["token"]
    assert len(bytes.fromhex(secret)) == 32
    kept = DeviceToken.objects.values().get()
    assert secret not in str(kept)
    assert len(kept["digest"]) == 128


def test_unknown_addresses_wrong_passwords_and_closed_accounts_answer_alike(alice, bob, password):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    nobody = User(email="nobody@example.com")
    answers = [sign_in(alice, "wrong"), sign_in(nobody, password), sign_in(bob, password)]
    assert {a.status_code for a in answers} == {401}
    assert len({a.content for a in answers}) == 1
    assert answers[0].json()["error"] == "invalid_credentials"


def test_her_tokens_are_listed_without_their_secrets(alice, token_of):
    phone, token, secret = token_of(alice)
    token_of(alice, "tablet")
    page = phone.get("/api/v1/auth/tokens")
    assert [row["device"] for row in page.json()["results"]] == ["tablet", "phone"]
    assert [row["is_current"] for row in page.json()["results"]] == [False, True]
    assert set(page.json()["results"][0]) == {
        "id", "device", "created_at", "last_used_at", "expires_at", "is_current",
    }  # fmt: skip
    assert secret not in page.content.decode()
    assert token.digest not in page.content.decode()


def test_a_token_taken_back_stops_at_once(alice, token_of):
    phone, token, _ = token_of(alice)
    tablet, _, _ = token_of(alice, "tablet")
    assert tablet.delete(f"/api/v1/auth/tokens/{token.id}").status_code == 204
    assert phone.get("/api/v1/me").status_code == 401


def test_signing_out_takes_back_the_token_in_use_and_no_other(alice, token_of):
    phone, _, _ = token_of(alice)
    tablet, _, _ = token_of(alice, "tablet")
    assert phone.delete("/api/v1/auth/token").status_code == 204
    assert phone.get("/api/v1/me").status_code == 401
    assert tablet.get("/api/v1/me").status_code == 200


def test_bob_cannot_see_or_take_back_alices_tokens(alice, bob, token_of):
    _, token, _ = token_of(alice)
    his, _, _ = token_of(bob)
    absent = "00000000-0000-4000-8000-000000000000"
    for ask in (his.get, his.delete):
        hidden, missing = ask(f"/api/v1/auth/tokens/{token.id}"), ask(f"/api/v1/auth/tokens/{absent}")
        assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert token.device not in [row["device"] for row in his.get("/api/v1/auth/tokens").json()["results"][1:]]
    assert DeviceToken.objects.filter(pk=token.pk).exists()


def test_a_token_cannot_widen_itself(alice, token_of, password):
    phone, _, _ = token_of(alice)
    assert phone.post("/api/v1/auth/token", {"device": "more"}).status_code == 400, "it needs email and password"
    assert phone.post("/api/v1/auth/tokens", {"device": "more"}).status_code == 405
    for field in ("password", "email", "is_staff", "is_superuser", "quota_bytes", "quota"):
        assert phone.patch("/api/v1/me", {field: "x"}).status_code == 400
    for page in ("/settings", "/settings/devices/tokens", "/accounts/password/change/", "/admin/", "/accounts/2fa/"):
        assert phone.get(page).status_code in {302, 405}, "pages know sessions only"
    assert phone.delete("/api/v1/me").status_code == 400, "leaving asks for the password"
    alice.refresh_from_db()
    assert alice.check_password(password)
    assert DeviceToken.objects.count() == 1


def test_an_old_token_no_longer_opens_and_is_swept(alice, token_of):
    phone, _, _ = token_of(alice)
    DeviceToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert phone.get("/api/v1/me").status_code == 401
    sweeping.forget_expired()
    assert not DeviceToken.objects.exists()


def test_a_switched_off_persons_token_opens_nothing(alice, token_of):
    phone, _, _ = token_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert phone.get("/api/v1/me").status_code == 401


def test_the_last_use_is_written_at_most_once_a_minute(alice, token_of, django_assert_num_queries):
    phone, token, _ = token_of(alice)
    phone.get("/api/v1/auth/tokens")
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(2):
        phone.get("/api/v1/auth/tokens")
    token.refresh_from_db()
    assert token.last_used_at == first
    DeviceToken.objects.update(last_used_at=first - timedelta(seconds=61))
    phone.get("/api/v1/auth/tokens")
    token.refresh_from_db()
    assert token.last_used_at > first - timedelta(seconds=30)


@pytest.mark.parametrize(
    "header",
    ["Token", "Token a b", "Token " + "f" * 64, "Token \xff\xfe", "Token " + "x" * 9000, "Token \x00", "Bearer x"],
)
def test_hostile_headers_are_a_401_with_a_sentence(alice, token_of, header):
    token_of(alice)
    answer = APIClient(HTTP_AUTHORIZATION=header).get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert set(answer.json()) == {"error", "detail", "suggestion"}


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "alice@example.com"}, [], "text", {"email": [], "password": {}, "device": 1}, {"device": "x" * 81}],
)
def test_malformed_bodies_are_a_400(db, body):
    answer = APIClient().post("/api/v1/auth/token", body, format="json")
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")


def test_unknown_fields_are_refused_by_name(alice, password):
    answer = sign_in(alice, password, admin=True)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["admin"]


def test_a_person_has_a_limited_number_of_tokens(alice, password):
    DeviceToken.objects.bulk_create(
        DeviceToken(user=alice, digest=f"{n:0128d}", token_key=f"{n}", device="x") for n in range(MOST_TOKENS)
    )
    answer = sign_in(alice, password)
    assert (answer.status_code, answer.json()["error"]) == (400, "too_many_tokens")


def test_a_token_made_on_the_page_is_shown_once(alice, trusted_browser):
    client = trusted_browser(alice)
    page = client.post("/settings/devices/tokens", {"device": "backup script"}).content.decode()
    secret = page.split('id="secret">')[1].split("<")[0].strip()
    assert APIClient(HTTP_AUTHORIZATION=f"Token {secret}").get("/api/v1/me").status_code == 200
    later = client.get("/settings/devices").content.decode()
    assert "backup script" in later
    assert secret not in later


def test_making_a_token_on_the_page_asks_for_the_password_again(alice, browser):
    answer = browser(alice).post("/settings/devices/tokens", {"device": "backup script"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not DeviceToken.objects.exists()
