"""Joining: the door is closed, an invitation opens it, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from circles import sweeping
from circles.actions import invitations
from circles.models import SiteInvitation, User
from processing.errors import NotFound, Refused, TooOften

pytestmark = pytest.mark.django_db
NEW = {"name": "Dora", "email": "dora@example.com", "password1": "a quiet gallery of irises"}
NEW_BY_API = {"name": "Dora", "email": "dora@example.com", "password": "a quiet gallery of irises"}


def sign_up(client: Client, **fields: str):
    return client.post("/accounts/signup/", NEW | fields)


def api_sign_up(**fields: str):
    return APIClient().post("/api/v1/auth/signup", NEW_BY_API | fields)


def test_the_closed_page_says_why_and_what_to_do():
    page = Client().get("/accounts/signup/").content.decode()
    assert "by invitation" in page
    assert "Ask the person who runs this server" in page
    assert 'name="password1"' not in page


def test_nobody_signs_up_uninvited():
    sign_up(Client())
    answer = api_sign_up()
    assert (answer.status_code, answer.json()["error"]) == (403, "registration_closed")
    assert not User.objects.exists()


def test_an_invitation_lets_dora_in_and_signs_her_in(invitation):
    made, token = invitation()
    client = Client()
    assert client.get(f"/join/{token}")["Location"] == "/accounts/signup/"
    assert sign_up(client).status_code == 302
    dora = User.objects.get(email="dora@example.com")
    assert (dora.name, dora.invitation) == ("Dora", made)
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_an_invitation_works_once(invitation):
    _, token = invitation()
    client = Client()
    client.get(f"/join/{token}")
    sign_up(client)
    again = Client()
    assert again.get(f"/join/{token}").status_code == 404
    sign_up(again, email="eve@example.com")
    assert not User.objects.filter(email="eve@example.com").exists()
    assert api_sign_up(invitation=token, email="eve@example.com").status_code == 403


def test_a_counted_invitation_lets_that_many_in_and_no_more(invitation):
    _, token = invitation(max_uses=2)
    answers = [api_sign_up(invitation=token, email=f"p{n}@example.com").status_code for n in range(3)]
    assert answers == [201, 201, 403]


def test_the_app_signs_up_with_the_last_part_of_the_link(invitation):
    _, token = invitation()
    answer = api_sign_up(invitation=token)
    assert answer.status_code == 201
    assert answer.json() == {"status": "signed_up", "email": "dora@example.com"}
    signed_in = APIClient().post(
        "/api/v1/auth/token", {"email": NEW["email"], "password": NEW["password1"], "device": "phone"}
    )
    assert signed_in.status_code == 201


@pytest.mark.parametrize("what", ["expired", "revoked", "unknown", "garbage"])
def test_used_old_and_invented_invitations_answer_alike(invitation, staff, what):
    made, token = invitation()
    if what == "expired":
        SiteInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if what == "revoked":
        invitations.revoke_invitation(actor=staff, invitation_id=made.pk)
    token = {"unknown": "x" * 43, "garbage": "%00%ff'\"<script>"}.get(what, token)
    answer = Client().get(f"/join/{token}")
    assert answer.status_code == 404
    assert "no longer opens" in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_an_invitation_taken_back_while_the_form_is_open_opens_nothing(invitation, staff):
    made, token = invitation()
    client = Client()
    client.get(f"/join/{token}")
    invitations.revoke_invitation(actor=staff, invitation_id=made.pk)
    assert "by invitation" in sign_up(client).content.decode()
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_an_invitation_for_one_address_serves_that_address_only(invitation):
    _, token = invitation(email="Dora@Example.com")
    client = Client()
    client.get(f"/join/{token}")
    assert 'value="dora@example.com"' in client.get("/accounts/signup/").content.decode()
    assert "for another address" in sign_up(client, email="eve@example.com").content.decode()
    assert api_sign_up(invitation=token, email="eve@example.com").status_code == 400
    assert SiteInvitation.objects.get().uses == 0
    assert sign_up(client).status_code == 302


def test_the_secret_of_a_link_is_stored_hashed(invitation):
    made, token = invitation()
    kept = SiteInvitation.objects.filter(pk=made.pk).values().get()
    assert len(token) >= 43, "256 bits"
    assert token not in str(kept)
    assert kept["token_hash"] == SiteInvitation.hash_of(token)


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_use_one_invitation_at_once(invitation):
    _, token = invitation()

    def join(n: int) -> int:
        try:
            return api_sign_up(invitation=token, email=f"p{n}@example.com").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = sorted(pool.map(join, range(5)))
    assert answers.count(201) == 1
    assert User.objects.filter(email__startswith="p").count() == 1
    assert set(answers[1:]) <= {400, 403}


def test_staff_invite_on_the_page_and_copy_the_link(staff, browser):
    client = browser(staff)
    page = client.post("/settings/invitations", {"note": "for Dora", "max_uses": 1, "days": 7}).content.decode()
    link = page.split('id="secret">')[1].split("<")[0].strip()
    assert link.startswith("http://127.0.0.1")
    assert Client().get(link.split("8000")[1]).status_code == 302
    assert link not in client.get("/settings/invitations").content.decode(), "shown once"
    assert mail.outbox == []


def test_with_mail_on_the_invitation_is_mailed_and_the_link_shown_too(staff, browser, mail_on, link_in):
    fields = {"email": "dora@example.com", "max_uses": 1, "days": 7}
    page = browser(staff).post("/settings/invitations", fields).content.decode()
    [sent] = mail.outbox
    assert sent.to == ["dora@example.com"]
    assert link_in(sent.body) in page
    client = Client()
    client.get(link_in(sent.body))
    sign_up(client)
    assert User.objects.get(email="dora@example.com").emailaddress_set.get().verified, "the mail proved the address"


def test_inviting_never_tells_who_is_here_already(staff, browser, alice):
    def words(email: str) -> str:
        page = browser(staff).post("/settings/invitations", {"email": email, "max_uses": 1, "days": 7})
        return page.content.decode().split('class="notice"')[1].split('class="secret"')[0].replace(email, "")

    assert words(alice.email) == words("nobody@example.com")


def test_members_cannot_invite_and_do_not_see_the_page(alice, browser, invitation):
    made, _ = invitation()
    client = browser(alice)
    absent = client.get("/settings/there-is-no-such-page")
    for answer in (
        client.get("/settings/invitations"),
        client.post("/settings/invitations", {"max_uses": 1, "days": 7}),
        client.post(f"/settings/invitations/{made.pk}/revoke"),
    ):
        assert answer.status_code == 404
        assert answer.content == absent.content
    with pytest.raises(NotFound):
        invitations.make_invitation(actor=alice)
    assert SiteInvitation.objects.get().state == "open"
    assert "Invitations" not in client.get("/settings").content.decode()


def test_staff_take_an_invitation_back(staff, browser, invitation):
    made, token = invitation()
    browser(staff).post(f"/settings/invitations/{made.pk}/revoke")
    assert SiteInvitation.objects.get().state == "revoked"
    assert Client().get(f"/join/{token}").status_code == 404


def test_twenty_invitations_an_hour_are_enough(staff, invitation, browser):
    for _ in range(20):
        invitation()
    with pytest.raises(TooOften) as refused:
        invitation()
    assert 3500 < refused.value.retry_after <= 3601
    page = browser(staff).post("/settings/invitations", {"max_uses": 1, "days": 7})
    assert "many invitations within an hour" in page.content.decode()
    SiteInvitation.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    invitation()


@pytest.mark.parametrize("uses", [0, 101])
def test_an_invitation_lets_a_sensible_number_in(invitation, uses):
    with pytest.raises(Refused):
        invitation(max_uses=uses)


def test_with_the_door_open_anybody_signs_up(settings):
    settings.REGISTRATION_OPEN = True
    assert sign_up(Client()).status_code == 302
    assert User.objects.get().email == "dora@example.com"


@pytest.mark.usefixtures("mail_on")
def test_an_open_door_does_not_tell_who_is_here(alice, settings, link_in):
    settings.REGISTRATION_OPEN = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    pages = {sign_up(Client(), email=email)["Location"] for email in (alice.email, "new@example.com")}
    assert len(pages) == 1
    said = [api_sign_up(email=email) for email in (alice.email, "newer@example.com")]
    assert {(a.status_code, a.json()["status"]) for a in said} == {(201, "confirm_email")}
    mails = {m.to[0]: m.body for m in mail.outbox}
    assert "You have an account already" in mails[alice.email]
    by_token = {"email": "newer@example.com", "password": NEW["password1"], "device": "phone"}
    early = APIClient().post("/api/v1/auth/token", by_token)
    assert (early.status_code, early.json()["error"]) == (401, "email_not_confirmed")
    Client().post(link_in(mails["newer@example.com"]))
    assert APIClient().post("/api/v1/auth/token", by_token).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "not an address"), ("email", "a\0@b.c"), ("password", "short"), ("name", ""), ("name", "x" * 81)],
)
def test_what_cannot_be_accepted_is_named(invitation, field, value):
    _, token = invitation()
    answer = api_sign_up(invitation=token, **{field: value})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert SiteInvitation.objects.get().uses == 0


def test_somebody_signed_in_who_opens_an_invitation_stays_who_they_are(alice, browser, invitation):
    _, token = invitation()
    assert browser(alice).get(f"/join/{token}")["Location"] == "/"
    assert SiteInvitation.objects.get().uses == 0


def test_old_invitations_are_forgotten(invitation):
    invitation()
    SiteInvitation.objects.update(expires_at=timezone.now() - timedelta(days=91))
    sweeping.forget_expired()
    assert not SiteInvitation.objects.exists()
