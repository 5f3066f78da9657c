"""Guessing is slow: 5 wrong passwords a minute for an account, 20 for an address, at every door."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axes.models import AccessFailureLog
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from circles import sweeping
from circles.throttle import client_network

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def guess(email: str, password: str = "wrong", **meta: str):
    return Client().post(LOGIN, {"login": email, "password": password}, **meta)


def token(email: str, password: str = "wrong", **meta: str):
    return APIClient().post("/api/v1/auth/token", {"email": email, "password": password, "device": "x"}, **meta)


def a_minute_passes() -> None:
    for row in AccessFailureLog.objects.all():
        AccessFailureLog.objects.filter(pk=row.pk).update(attempt_time=row.attempt_time - timedelta(seconds=61))


def test_the_sixth_guess_within_a_minute_waits_even_if_it_is_right(alice, password):
    assert [guess(alice.email).status_code for _ in range(5)] == [200] * 5
    answer = guess(alice.email, password)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "A moment, please" in answer.content.decode()
    assert f"we wait {answer['Retry-After']} second" in answer.content.decode()


def test_after_a_minute_the_door_opens_again(alice, password):
    for _ in range(6):
        guess(alice.email)
    a_minute_passes()
    assert guess(alice.email, password).status_code == 302


def test_waiting_is_not_made_longer_by_trying(alice):
    for _ in range(5):
        guess(alice.email)
    first = int(guess(alice.email)["Retry-After"])
    assert int(guess(alice.email)["Retry-After"]) <= first


def test_an_account_is_guarded_wherever_the_guesses_come_from(alice, password):
    for n in range(5):
        guess(alice.email, REMOTE_ADDR=f"203.0.113.{n}")
    assert guess(alice.email, password, REMOTE_ADDR="203.0.113.99").status_code == 429


def test_other_people_are_not_kept_waiting(alice, bob, password):
    for _ in range(6):
        guess(alice.email)
    assert guess(bob.email, password).status_code == 302


def test_unknown_addresses_wait_like_known_ones(alice):
    def answers(email: str) -> list[int]:
        return [guess(email, REMOTE_ADDR="203.0.113.7").status_code for _ in range(7)]

    assert answers("nobody@example.com") == answers(alice.email)


def test_one_address_may_guess_twenty_times_a_minute_in_all(alice, password):
    for n in range(20):
        assert guess(f"somebody{n}@example.com", REMOTE_ADDR="203.0.113.5").status_code == 200
    assert guess(alice.email, password, REMOTE_ADDR="203.0.113.5").status_code == 429
    assert guess(alice.email, password, REMOTE_ADDR="203.0.113.6").status_code == 302


def test_an_ipv6_caller_is_their_whole_64(alice, password):
    for n in range(20):
        guess(f"somebody{n}@example.com", REMOTE_ADDR=f"2001:db8:1:2::{n:x}")
    assert guess(alice.email, password, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert guess(alice.email, password, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_the_right_password_does_not_count(alice, password):
    assert [guess(alice.email, password).status_code for _ in range(8)] == [302] * 8


def test_an_own_account_does_not_wipe_the_guesses(alice, bob, password):
    """A guesser who signs in as themselves in between gains nothing."""
    for _ in range(5):
        guess(alice.email)
        guess(bob.email, password)
    assert guess(alice.email).status_code == 429


def test_the_api_shares_the_limit_and_says_it_in_its_own_shape(alice, password):
    for _ in range(3):
        guess(alice.email)
    for _ in range(2):
        assert token(alice.email).status_code == 401
    answer = token(alice.email, password)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert set(answer.json()) == {"error", "detail", "suggestion"}
    assert answer.json()["error"] == "throttled"


def test_the_admin_has_no_door_of_its_own(staff, password):
    answer = Client().post("/admin/login/", {"username": staff.email, "password": password})
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)


def test_asking_for_the_password_again_is_guarded_too(alice, browser):
    client = browser(alice)
    for _ in range(5):
        assert client.post("/settings/delete", {"password": "wrong"}).status_code == 200
    assert client.post("/settings/delete", {"password": "wrong"}).status_code == 429


@pytest.mark.parametrize(
    "name", ["alice\0@example.com", "x" * 5000, "ALICE@example.com ", "é@ü.example", "' OR 1=1 --"]
)
def test_hostile_names_are_counted_and_never_break_the_page(alice, name):
    assert guess(name).status_code == 200


def test_spelling_does_not_make_another_account(alice):
    for name in (
        "alice@example.com",
        "ALICE@example.com",
        " alice@example.com",
        "Alice@Example.Com",
        "aLice@example.com",
    ):
        guess(name)
    assert guess(alice.email).status_code == 429


def test_forwarded_addresses_count_only_behind_known_proxies(rf: RequestFactory, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.9, 203.0.113.4")
    assert client_network(request) == "10.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_network(request) == "203.0.113.4", "the nearest proxy's word, not the caller's own"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    assert client_network(request) == "10.0.0.1", "a chain that is too short did not come through the proxies"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("::ffff:203.0.113.4", "203.0.113.4"),
        ("2001:db8::1", "2001:db8::"),
        ("", "0.0.0.0"),
        ("unix:", "0.0.0.0"),
    ],
)
def test_every_caller_has_a_network(rf: RequestFactory, address, network):
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


def test_the_limits_survive_a_lost_redis(alice, settings):
    """They are rows in PostgreSQL: nothing of sign-in asks Redis."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(5):
        guess(alice.email)
    assert guess(alice.email).status_code == 429
    assert AccessFailureLog.objects.filter(username=alice.email, locked_out=False).count() == 5
    assert "db.DatabaseCache" in settings.CACHES["default"]["BACKEND"]


def test_floods_of_sign_ups_and_resets_wait_too(db, mail_on):
    answers = [Client().post("/accounts/password/reset/", {"email": "a@example.com"}) for _ in range(6)]
    assert [a.status_code for a in answers] == [302] * 5 + [429]
    assert answers[-1]["Retry-After"] == "60"
    api = APIClient().post("/api/v1/auth/reset", {"email": "a@example.com"})
    assert (api.status_code, api.json()["error"]) == (429, "throttled"), "the page and the API share one limit"


def test_the_failure_log_forgets_after_a_month(alice):
    guess(alice.email)
    AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(days=31))
    sweeping.forget_expired()
    assert not AccessFailureLog.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_do_not_slip_through_together(alice):
    """Each attempt is written down before the password is looked at."""

    def one(_: int) -> int:
        try:
            return guess(alice.email).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(10)))
    cache.clear()
    assert answers.count(200) <= 5
    assert answers.count(429) >= 5
