"""Joining a circle by its link: who may, how often, and what the others are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from circles import sweeping
from circles.actions import accounts, circle_invitations, circles
from circles.actions.circle_invitations import InvitationGone, accept_invitation
from circles.models import Circle, CircleInvitation, Membership, SiteInvitation, User
from processing.errors import Refused, TooOften

pytestmark = pytest.mark.django_db
NEW = {"name": "Dora", "email": "dora@example.com", "password1": "a quiet gallery of irises"}
NEW_BY_API = {"name": "Dora", "email": "dora@example.com", "password": "a quiet gallery of irises"}
Invite = Callable[..., tuple[CircleInvitation, str]]


@pytest.fixture
def circle(alice: User) -> Circle:
    return circles.create_circle(actor=alice, name="Anna & Ben", description="Summers at the lake.")


@pytest.fixture
def invite(circle: Circle, alice: User) -> Invite:
    def make(**fields) -> tuple[CircleInvitation, str]:
        return circle_invitations.make_invitation(actor=alice, circle_id=circle.pk, **fields)

    return make


def is_in(user: User, circle: Circle) -> bool:
    return Membership.objects.filter(user=user, circle=circle).exists()


def test_bob_joins_by_the_link_and_twice_is_once(api_as, circle, alice, bob):
    made = api_as(alice).post(f"/api/v1/circles/{circle.pk}/invitations", {"max_uses": 2}, format="json")
    assert made.status_code == 201
    assert made.json()["link"].endswith(f"/join/{made.json()['token']}")
    path = f"/api/v1/invitations/{made.json()['token']}/accept"
    for _ in range(2):
        answer = api_as(bob).post(path)
        assert (answer.status_code, answer.json()["my_role"]) == (200, "member")
    assert CircleInvitation.objects.get().uses == 1
    feed = api_as(bob).get(f"/api/v1/circles/{circle.pk}/feed").json()["results"]
    assert [item["sentence"] for item in feed] == ["Bob joined.", "Alice made this circle."]


def test_the_secret_is_told_once_and_stored_hashed(api_as, circle, alice, invite):
    made, token = invite()
    assert len(token) >= 43, "256 bits"
    assert token not in str(CircleInvitation.objects.filter(pk=made.pk).values().get())
    for path in (f"/api/v1/circles/{circle.pk}/invitations", f"/api/v1/invitations/{made.pk}"):
        listed = api_as(alice).get(path)
        assert listed.status_code == 200
        assert token not in listed.content.decode()
        assert made.token_hash not in listed.content.decode()


def test_used_old_revoked_foreign_and_invented_links_answer_alike(*, api_as, session_of, circle, alice, bob, invite):
    used = invite()[1]
    accept_invitation(actor=User.objects.create(email="dora@example.com"), token=used)
    revoked, revoked_token = invite()
    circle_invitations.revoke_invitation(actor=alice, invitation_id=revoked.pk)
    old, old_token = invite()
    CircleInvitation.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    tokens = (used, revoked_token, old_token, invite(email="eve@example.com")[1], "x" * 43, "%00'\"<script>")
    answers = [api_as(bob).post(f"/api/v1/invitations/{token}/accept") for token in tokens]
    assert {(a.status_code, a.content) for a in answers} == {(404, answers[0].content)}
    assert not is_in(bob, circle)
    for token in tokens[:4]:
        for ask in (session_of(bob).get, session_of(bob).post):
            page = ask(f"/join/{token}")
            assert page.status_code == 404
            assert "no longer opens" in page.content.decode()
            assert "Anna" not in page.content.decode()


def test_a_link_for_an_address_opens_for_that_address_only(circle, bob, charlie, invite):
    _, token = invite(email="Bob@Example.com")
    with pytest.raises(InvitationGone):
        accept_invitation(actor=charlie, token=token)
    accept_invitation(actor=bob, token=token)
    assert is_in(bob, circle)
    with pytest.raises(Refused):
        invite(email="bob@example.com", max_uses=2)


def test_a_counted_link_lets_that_many_in(circle, make_user, invite):
    _, token = invite(max_uses=2)
    people = [make_user(f"p{n}@example.com") for n in range(3)]
    for user in people[:2]:
        accept_invitation(actor=user, token=token)
    with pytest.raises(InvitationGone):
        accept_invitation(actor=people[2], token=token)


def test_only_owners_and_admins_invite_and_see_invitations(api_as, circle, alice, bob, invite):
    made, token = invite()
    accept_invitation(actor=bob, token=token)
    path = f"/api/v1/circles/{circle.pk}/invitations"
    assert api_as(bob).get(path).json()["error"] == "role_too_low"
    assert api_as(bob).post(path, {}, format="json").json()["error"] == "role_too_low"
    assert api_as(bob).delete(f"/api/v1/invitations/{made.pk}").status_code == 404
    Membership.objects.filter(user=bob).update(role="admin")
    assert [row["state"] for row in api_as(bob).get(path).json()["results"]] == ["used"]
    assert api_as(bob).post(path, {}, format="json").status_code == 201


@pytest.mark.parametrize("body", [{"max_uses": 0}, {"max_uses": 101}, {"days": 91}, {"email": "none"}, {"token": "x"}])
def test_what_cannot_be_an_invitation_is_named(api_as, circle, alice, body):
    refused = api_as(alice).post(f"/api/v1/circles/{circle.pk}/invitations", body, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, list(body))


def test_twenty_invitations_an_hour_are_enough_whatever_happens_to_the_circle(circle, alice, invite):
    for _ in range(20):
        invite()
    circles.delete_circle(actor=alice, circle_id=circle.pk)
    another = circles.create_circle(actor=alice, name="Another")
    with pytest.raises(TooOften) as refused:
        circle_invitations.make_invitation(actor=alice, circle_id=another.pk)
    assert 3500 < refused.value.retry_after <= 3601
    CircleInvitation.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    circle_invitations.make_invitation(actor=alice, circle_id=another.pk)


def test_a_mailed_invitation_says_who_and_what_for(*, mail_on, api_as, circle, alice, link_in, bob):
    path = f"/api/v1/circles/{circle.pk}/invitations"
    made = api_as(alice).post(path, {"email": bob.email}, format="json").json()
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([bob.email], "Alice invites you to Anna & Ben")
    assert link_in(sent.body) == f"/join/{made['token']}"
    assert made["sent_at"]
    assert sent.body.strip().splitlines()[-1].startswith("Aureole at ")


def test_a_stranger_sees_whose_circle_it_is_and_signs_up_into_it(circle, invite):
    _, token = invite()
    client = Client()
    page = client.get(f"/join/{token}").content.decode()
    assert "Anna &amp; Ben" in page
    assert "Alice invites you" in page
    assert f"/accounts/signup/?next=%2Fjoin%2F{token}" in page
    answer = client.post("/accounts/signup/", NEW | {"next": f"/join/{token}"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/circles/{circle.pk}"
    dora = User.objects.get(email=NEW["email"])
    assert is_in(dora, circle)
    assert Client().get(f"/join/{token}").status_code == 404, "one link, one person"


def test_the_app_signs_up_with_a_circles_link(circle, invite):
    _, token = invite()
    first = APIClient().post("/api/v1/auth/signup", NEW_BY_API | {"invitation": token}, format="json")
    assert first.status_code == 201
    again = NEW_BY_API | {"invitation": token, "email": "eve@example.com"}
    second = APIClient().post("/api/v1/auth/signup", again, format="json")
    assert (second.status_code, second.json()["error"]) == (403, "registration_closed")
    assert list(Membership.objects.filter(role="member").values_list("user__email", flat=True)) == [NEW["email"]]


def test_an_account_and_its_use_of_the_link_come_together_or_not_at_all(circle, invite, monkeypatch):
    """The link is taken back between opening the door and joining."""
    _, token = invite()
    real = circle_invitations.accept_invitation

    def too_late(**words):
        CircleInvitation.objects.update(revoked_at=timezone.now())
        return real(**words)

    monkeypatch.setattr(circle_invitations, "accept_invitation", too_late)
    answer = APIClient().post("/api/v1/auth/signup", NEW_BY_API | {"invitation": token}, format="json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invitation_invalid")
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_an_admin_may_keep_the_door_closed_to_circles(circle, invite, settings):
    settings.CIRCLES_LET_IN = False
    _, token = invite()
    client = Client()
    assert "Sign up" not in client.get(f"/join/{token}").content.decode()
    assert "by invitation" in client.post("/accounts/signup/", NEW).content.decode()
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_somebody_with_an_account_signs_in_and_joins_by_a_button(circle, invite, bob, browser):
    _, token = invite()
    signed_out = Client().post(f"/join/{token}")
    assert (signed_out.status_code, is_in(bob, circle)) == (200, False), "asked, not joined"
    client = browser(bob)
    assert "Join</button>" in client.get(f"/join/{token}").content.decode()
    assert not is_in(bob, circle), "looking is not joining"
    assert client.post(f"/join/{token}")["Location"] == f"/circles/{circle.pk}"
    assert client.get(f"/join/{token}")["Location"] == f"/circles/{circle.pk}"


def test_a_servers_invitation_still_leads_onto_the_server_only(invitation, circle):
    _, token = invitation()
    client = Client()
    assert client.get(f"/join/{token}")["Location"] == "/accounts/signup/"
    client.post("/accounts/signup/", NEW)
    dora = User.objects.get(email=NEW["email"])
    assert (dora.invitation, is_in(dora, circle)) == (SiteInvitation.objects.get(), False)


def test_what_names_a_person_goes_with_their_account_and_old_links_go_by_themselves(invite, bob):
    invite(email=bob.email)
    accounts.delete_account(actor=bob)
    assert not CircleInvitation.objects.exists()
    invite()
    CircleInvitation.objects.update(expires_at=timezone.now() - timedelta(days=91))
    sweeping.forget_expired()
    assert not CircleInvitation.objects.exists()
