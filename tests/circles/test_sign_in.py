"""Signing in and out on the pages."""

import re

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core import mail
from django.test import Client, override_settings

from circles.models import User

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str, query: str = ""):
    return client.post(f"/accounts/login/{query}", {"login": email, "password": password})


def test_alice_signs_in_with_her_email_and_password(alice, password):
    client = Client()
    answer = sign_in(client, "Alice@Example.com", password)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_the_session_key_changes_at_sign_in(alice, password):
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client, alice.email, password)
    assert client.session.session_key != before


def test_known_and_unknown_addresses_get_the_same_answer(alice):
    def words(email: str) -> str:
        answer = sign_in(Client(), email, "not the password")
        assert answer.status_code == 200
        text = re.sub(r'nonce="[^"]+"|value="[^"]*"', "", answer.content.decode())
        return text.replace(email, "")

    assert words("alice@example.com") == words("nobody@example.com")


def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(alice, monkeypatch):
    """The time of an answer must not tell either."""
    hashed = []
    monkeypatch.setattr("circles.models.User.set_password", lambda self, raw: hashed.append("set"))
    monkeypatch.setattr("circles.models.User.check_password", lambda self, raw: hashed.append("check") or False)
    sign_in(Client(), alice.email, "wrong")
    sign_in(Client(), "nobody@example.com", "wrong")
    assert hashed == ["check", "set"]


def test_passwords_are_kept_as_argon2_hashes(settings):
    with override_settings(PASSWORD_HASHERS=__import__("config.settings", fromlist=["x"]).PASSWORD_HASHERS):
        assert identify_hasher(make_password("a quiet gallery")).algorithm == "argon2"


def test_a_switched_off_account_cannot_sign_in(alice, password):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client = Client()
    sign_in(client, alice.email, password)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_next_never_leads_to_another_site(alice, password, elsewhere):
    client = Client()
    answer = client.post("/accounts/login/", {"login": alice.email, "password": password, "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_next_leads_on_within_this_site(alice, password):
    answer = Client().post("/accounts/login/", {"login": alice.email, "password": password, "next": "/jobs"})
    assert answer["Location"] == "/jobs"


def test_signing_out_needs_a_click_and_ends_the_session(alice, browser):
    client = browser(alice)
    key = client.session.session_key
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/settings").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/settings").status_code == 302
    client.cookies["sessionid"] = key
    assert client.get("/settings").status_code == 302


@pytest.mark.usefixtures("mail_on")
def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(alice, browser, link_in, token_of, password):
    phone, _, _ = token_of(alice)
    signed_in = browser(alice)
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": alice.email})["Location"].endswith("/done/")
    [sent] = mail.outbox
    page = client.get(link_in(sent.body), follow=True)
    new = "another quiet gallery"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(Client(), alice.email, new).status_code == 302
    assert sign_in(Client(), alice.email, password).status_code == 200
    assert signed_in.get("/settings").status_code == 302, "the old session must be gone"
    assert phone.get("/api/v1/me").status_code == 401, "the old token must be gone"
    assert b"no longer works" in client.get(link_in(sent.body), follow=True).content, "the link works once"


def test_asking_for_a_new_password_never_tells_who_is_here(alice, mail_on):
    def answer(email: str):
        found = Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        return found.status_code, re.sub(r'nonce="[^"]+"', "", found.content.decode())

    assert answer(alice.email) == answer("nobody@example.com")
    assert len(mail.outbox) == 2, "both get a mail, so the time is the same too"
    assert "nothing to change" in mail.outbox[1].body


def test_a_mail_server_that_is_away_does_not_tell_either(alice, mail_on, monkeypatch):
    def away(*args, **kwargs):
        raise OSError("connection refused")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", away)
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}) for email in (alice.email, "nobody@example.com")
    ]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/accounts/password/reset/done/")}


def test_without_mail_the_reset_page_says_who_can_help(db):
    page = Client().get("/accounts/password/reset/").content.decode()
    assert "does not send mail" in page
    assert "<form" not in page.split("account-card")[1].split("account-foot")[0]


def test_alice_changes_her_address_and_the_old_one_stops(alice, mail_on, trusted_browser, link_in, password):
    client = trusted_browser(alice)
    client.post("/accounts/email/", {"action_add": "", "email": "alice@new.example"})
    link = next(link_in(m.body) for m in mail.outbox if m.to == ["alice@new.example"])
    alice.refresh_from_db()
    assert alice.email == "alice@example.com", "nothing changes before the link is opened"
    assert sign_in(Client(), alice.email, password).status_code == 302
    client.post(link)
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    assert sign_in(Client(), "alice@new.example", password).status_code == 302
    assert sign_in(Client(), "alice@example.com", password).status_code == 200


def test_changing_the_address_asks_for_the_password_again(alice, mail_on, browser, password):
    client = browser(alice)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "alice@new.example"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []
    client.post(answer["Location"], {"password": password, "next": "/accounts/email/"})
    assert ["alice@new.example"] in [m.to for m in mail.outbox], "what was asked for goes on by itself"


def test_without_mail_nobody_changes_an_address_unchecked(alice, trusted_browser):
    client = trusted_browser(alice)
    client.post("/accounts/email/", {"action_add": "", "email": "alice@new.example"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert not alice.emailaddress_set.filter(email="alice@new.example").exists()


def test_a_changed_password_signs_other_browsers_and_devices_out(alice, browser, token_of, password):
    here, there = browser(alice), browser(alice)
    phone, _, _ = token_of(alice)
    new = "another quiet gallery"
    answer = here.post("/accounts/password/change/", {"oldpassword": password, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302
    assert phone.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("weak", ["short", "password123", "1234567890"])
def test_weak_passwords_are_refused(alice, browser, password, weak):
    client = browser(alice)
    answer = client.post("/accounts/password/change/", {"oldpassword": password, "password1": weak, "password2": weak})
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(password)
