"""Running the people of this server, without seeing their secrets."""

import pytest
from allauth.mfa.models import Authenticator as Kept
from django.contrib.auth.models import Permission
from django.test import Client

from circles import consequences
from circles.actions.circles import create_circle
from circles.models import Circle, DeviceToken, Membership, SiteInvitation, User

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/circles/user/"


@pytest.fixture
def desk(staff, browser):
    return browser(staff)


@pytest.fixture
def helper(make_user, with_password, browser):
    """Staff who may change people and are no admin."""
    user = with_password(make_user("helper@example.com", is_staff=True))
    codenames = ("view_user", "change_user", "delete_user")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return browser(user)


@pytest.mark.parametrize(
    "path",
    [
        "circles/user/",
        "circles/user/add/",
        "circles/siteinvitation/",
        "circles/siteinvitation/add/",
        "circles/circle/",
        "axes/accessfailurelog/",
    ],
)
def test_every_list_opens_under_our_csp(desk, path, alice, invitation):
    invitation()
    Client().post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    answer = desk.get(f"/admin/{path}")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "<script>" not in page
    assert " onclick=" not in page


def test_members_and_staff_without_rights_see_nothing(alice, browser, make_user, with_password):
    assert browser(alice).get(PEOPLE, follow=True).status_code == 403
    bare = with_password(make_user("bare@example.com", is_staff=True))
    assert browser(bare).get(PEOPLE).status_code == 403
    anonymous = Client().get(PEOPLE, follow=True)
    assert anonymous.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_persons_page_shows_no_hash_and_no_digest(desk, alice, token_of, authenticator):
    _, token, _ = token_of(alice, "Alice's phone")
    app = authenticator(alice)
    page = desk.get(f"{PEOPLE}{alice.pk}/change/").content.decode()
    assert "Alice&#x27;s phone" in page
    for secret in (token.digest, token.token_key, alice.password, app.secret):
        assert secret not in page


def test_secrets_have_no_admin_of_their_own(desk):
    for path in ("mfa/authenticator/", "circles/devicetoken/", "knox/authtoken/", "account/emailconfirmation/"):
        assert desk.get(f"/admin/{path}").status_code == 404


def test_nobody_chooses_a_password_for_somebody_else(desk, alice):
    assert desk.get(f"{PEOPLE}{alice.pk}/password/").status_code == 404


def change(client: Client, user: User, **fields: str):
    shown = {"email": user.email, "name": user.name, "is_active": "on", "quota_bytes": "", **fields}
    return client.post(f"{PEOPLE}{user.pk}/change/", shown)


def test_an_admin_sets_the_quota(desk, alice):
    assert change(desk, alice, quota_bytes="12345").status_code == 302
    alice.refresh_from_db()
    assert alice.quota_allowed == 12345


def test_an_admin_changes_an_address_for_somebody_whom_no_mail_reaches(desk, alice, password):
    change(desk, alice, email="Alice@New.example")
    signed_in = Client().post("/accounts/login/", {"login": "alice@new.example", "password": password})
    assert signed_in.status_code == 302
    assert alice.emailaddress_set.get().email == "alice@new.example"


def act(client: Client, action: str, *users: User):
    return client.post(PEOPLE, {"action": action, "_selected_action": [u.pk for u in users]}, follow=True)


def test_an_admin_makes_a_link_to_choose_a_new_password(desk, alice, password):
    page = act(desk, "make_reset_link", alice).content.decode()
    path = page.split("For alice@example.com: http://127.0.0.1:8000")[1].split("<")[0].strip()
    client = Client()
    form = client.get(path, follow=True)
    new = "another quiet gallery"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)


def test_an_admin_signs_somebody_out_everywhere(desk, alice, browser, token_of):
    hers = browser(alice)
    token_of(alice)
    act(desk, "sign_out", alice)
    assert hers.get("/settings").status_code == 302
    assert not DeviceToken.objects.exists()


def test_an_admin_helps_somebody_whose_phone_is_lost(desk, alice, authenticator, browser):
    authenticator(alice)
    act(desk, "turn_off_two_factor", alice)
    assert not Kept.objects.filter(user=alice).exists()
    assert browser(alice).get("/settings").status_code == 200


def test_deleting_somebody_in_the_admin_is_the_same_as_leaving(desk, alice, monkeypatch):
    left = []
    monkeypatch.setattr("circles.actions.accounts.delete_account", lambda *, actor: left.append(actor.email))
    desk.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"})
    assert left == [alice.email]


def test_staff_who_are_no_admin_cannot_make_themselves_one(helper, alice, staff):
    me = User.objects.get(email="helper@example.com")
    change(helper, me, is_superuser="on", is_staff="on")
    change(helper, alice, is_staff="on", is_superuser="on")
    me.refresh_from_db()
    alice.refresh_from_db()
    assert (me.is_superuser, alice.is_staff, alice.is_superuser) == (False, False, False)


def test_staff_who_are_no_admin_cannot_reach_an_admins_account(helper, staff, authenticator, token_of):
    authenticator(staff)
    token_of(staff)
    change(helper, staff, email="mine@example.com")
    page = act(helper, "make_reset_link", staff).content.decode()
    act(helper, "sign_out", staff)
    act(helper, "turn_off_two_factor", staff)
    assert helper.post(f"{PEOPLE}{staff.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.refresh_from_db()
    assert staff.email == "admin@example.com"
    assert "password/reset/key" not in page
    assert Kept.objects.filter(user=staff).exists()
    assert DeviceToken.objects.filter(user=staff).exists()


def test_an_invitation_made_in_the_admin_shows_its_link_once(desk):
    page = desk.post("/admin/circles/siteinvitation/add/", {"note": "for Dora", "max_uses": "1"}, follow=True)
    path = page.content.decode().split("shown this once: http://127.0.0.1:8000")[1].split("<")[0].strip()
    assert Client().get(path)["Location"] == "/accounts/signup/"
    assert path not in desk.get("/admin/circles/siteinvitation/").content.decode()
    chosen = {"action": "revoke", "_selected_action": [SiteInvitation.objects.get().pk]}
    desk.post("/admin/circles/siteinvitation/", chosen)
    assert SiteInvitation.objects.get().state == "revoked"


def test_the_first_admin_need_not_confirm_their_address(db, settings, password):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    User.objects.create_superuser("root@example.com", password)
    signed_in = Client().post("/accounts/login/", {"login": "root@example.com", "password": password})
    assert signed_in["Location"] == "/"


def test_circles_are_there_to_read_and_to_end(desk, staff, alice, bob):
    circle = create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=circle, user=bob)
    address = f"/admin/circles/circle/{circle.pk}/"
    page = desk.get(f"{address}change/").content.decode()
    assert "bob@example.com" in page or "Bob" in page
    assert 'name="_save"' not in page
    assert desk.post(f"{address}change/", {"name": "Mine"}).status_code == 403
    heard = []
    consequences.member_left.then(heard_of := lambda circle, user: heard.append(user))
    try:
        assert desk.post(f"{address}delete/", {"post": "yes"}).status_code == 302
    finally:
        consequences.member_left.forget(heard_of)
    assert set(heard) == {alice, bob}
    assert not Circle.objects.exists()
