"""One's own account: profile, quota, settings pages, and its end."""

import uuid

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from circles import consequences, quota
from circles.models import DeviceToken, SiteInvitation, User
from photos.models import Original, Photo, Rendition, Upload
from processing.models import FileDeletion, Job, JobFile

pytestmark = pytest.mark.django_db
GIB = 1024**3


@pytest.fixture
def holds():
    """A room above says how many bytes it holds."""
    added = []

    def hold(usage):
        added.append(quota.counts(usage))

    yield hold
    for usage in added:
        quota.forget(usage)


def test_me_tells_profile_settings_and_quota(alice, token_of, holds, settings):
    settings.DEFAULT_QUOTA_BYTES = 50 * GIB
    holds(lambda user: 3 * GIB if user == alice else 0)
    phone, _, _ = token_of(alice)
    body = phone.get("/api/v1/me").json()
    assert body["quota"] == {"used": 3 * GIB, "allowed": 50 * GIB}
    assert (body["email"], body["name"], body["theme"], body["two_factor"]) == (alice.email, "Alice", "auto", False)


def test_the_quota_shown_is_what_her_originals_weigh(alice, token_of):
    for size in (1000, 234):
        Original.objects.create(
            owner=alice, key=uuid.uuid4().hex, sha256=uuid.uuid4().hex, byte_size=size, content_type="image/jpeg"
        )
    phone, _, _ = token_of(alice)
    assert phone.get("/api/v1/me").json()["quota"]["used"] == 1234


def test_an_own_allowance_goes_before_the_servers(alice, token_of):
    User.objects.filter(pk=alice.pk).update(quota_bytes=7)
    assert token_of(alice)[0].get("/api/v1/me").json()["quota"]["allowed"] == 7


def test_the_settings_page_shows_the_quota_as_a_bar_and_in_words(alice, browser, holds, settings):
    settings.DEFAULT_QUOTA_BYTES = 10 * GIB
    holds(lambda user: 9 * GIB)
    page = browser(alice).get("/settings").content.decode()
    assert 'value="90"' in page
    assert 'data-tone="warn"' in page
    assert "9.0\xa0GB of 10.0\xa0GB used; 1.0\xa0GB are left" in page


def test_a_full_quota_says_what_to_do(alice, browser, holds, settings):
    settings.DEFAULT_QUOTA_BYTES = GIB
    holds(lambda user: 2 * GIB)
    page = browser(alice).get("/settings").content.decode()
    assert 'value="100"' in page
    assert "empty the bin" in page


@pytest.mark.parametrize(
    ("used", "allowed", "percent", "left"), [(0, 0, 100, 0), (0, 9, 0, 9), (1, 3, 33, 2), (5, 3, 100, 0)]
)
def test_the_bar_never_leaves_its_frame(used, allowed, percent, left):
    found = quota.Quota(used=used, allowed=allowed)
    assert (found.percent, found.left) == (percent, left)


def test_settings_change_by_the_api(alice, token_of):
    phone, _, _ = token_of(alice)
    answer = phone.patch("/api/v1/me", {"name": "Alice B.", "theme": "dark", "places_enabled": False})
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert (alice.name, alice.theme, alice.places_enabled) == ("Alice B.", "dark", False)


@pytest.mark.parametrize("body", [{"theme": "pink"}, {"name": "x" * 81}, {"id": "1"}, {"quota": 5}, {"nonsense": 1}])
def test_what_cannot_be_changed_is_named(alice, token_of, body):
    answer = token_of(alice)[0].patch("/api/v1/me", body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(body)


def test_settings_change_on_the_page(alice, browser):
    client = browser(alice)
    client.post("/settings", {"name": "Alice <b>", "theme": "dark"})
    alice.refresh_from_db()
    assert (alice.name, alice.theme, alice.places_enabled) == ("Alice <b>", "dark", False)
    page = client.get("/settings").content.decode()
    assert "Alice <b>" not in page
    assert 'data-theme="dark"' in page


def test_the_page_changes_nothing_it_does_not_show(alice, browser):
    browser(alice).post(
        "/settings", {"name": "A", "theme": "auto", "is_staff": "on", "quota_bytes": "1", "email": "x@y.z"}
    )
    alice.refresh_from_db()
    assert (alice.is_staff, alice.quota_bytes, alice.email) == (False, None, "alice@example.com")


def test_nobody_without_a_session_sees_settings(db):
    for path in ("", "/devices", "/invitations", "/delete"):
        assert Client().get(f"/settings{path}")["Location"].startswith("/accounts/login/?next=/settings")


def test_her_browsers_are_listed_by_name_and_signed_out_one_by_one(alice, browser):
    here = browser(alice, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    there = browser(
        alice, HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604"
    )
    page = here.get("/settings/devices").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/settings/devices/browsers/{other.pk}/end")
    assert there.get("/settings").status_code == 302
    assert here.get("/settings").status_code == 200


def test_sign_out_everywhere_ends_every_browser_and_device(alice, bob, browser, token_of):
    here, there, his = browser(alice), browser(alice), browser(bob)
    phone, _, _ = token_of(alice)
    assert here.post("/settings/devices/sign-out-everywhere")["Location"] == "/accounts/login/"
    assert [c.get("/settings").status_code for c in (here, there, his)] == [302, 302, 200]
    assert phone.get("/api/v1/me").status_code == 401


def test_bob_cannot_end_alices_browser_or_take_back_her_token(alice, bob, browser, token_of):
    hers, his = browser(alice), browser(bob)
    _, token, _ = token_of(alice)
    session = UserSession.objects.get(user=alice)
    for path in (f"browsers/{session.pk}/end", f"tokens/{token.id}/revoke"):
        hidden = his.post(f"/settings/devices/{path}")
        assert hidden.status_code == 404
    absent = his.post("/settings/devices/browsers/999999/end")
    assert absent.status_code == 404
    assert absent.content == hidden.content
    assert hers.get("/settings").status_code == 200
    assert DeviceToken.objects.filter(pk=token.pk).exists()


def test_what_changes_something_needs_a_post_and_the_forms_token(alice, browser, password):
    client = browser(alice)
    for path in ("devices/sign-out-everywhere", "devices/tokens", "devices/browsers/1/end"):
        assert client.get(f"/settings/{path}").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/settings/devices/sign-out-everywhere").status_code == 403
    assert strict.post("/settings/delete", {"password": password}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def make_library(user: User) -> list[str]:
    """A photo with all that hangs on it; returns the keys of its files."""
    keys = [f"people-test/{uuid.uuid4()}" for _ in range(4)]
    for key in keys:
        default_storage.save(key, ContentFile(b"bytes"))
    original = Original.objects.create(
        owner=user, key=keys[0], sha256=uuid.uuid4().hex, byte_size=5, content_type="image/jpeg"
    )
    now = timezone.now()
    photo = Photo.objects.create(owner=user, original=original, filename="a.jpg", sort_at=now, month=now.date())
    Rendition.objects.create(
        photo=photo, size=256, format="webp", key=keys[1], width=1, height=1, byte_size=5, renderer_version=1
    )
    Upload.objects.create(owner=user, filename="b.jpg", byte_size=1, part_size=1, expires_at=now)
    job = Job.objects.create(owner=user, kind="ingest", queue="high", label="a.jpg")
    JobFile.objects.create(job=job, lease_token=uuid.uuid4(), name="a", key=keys[2])
    JobFile.objects.create(job=job, lease_token=uuid.uuid4(), name="b", key=keys[3], status="published")
    return keys


def test_leaving_removes_every_row_and_lists_every_file(alice, bob, browser, token_of, password):
    """Promise 8: 0 rows; the files are drained by the reconciler from this list."""
    keys, his = make_library(alice), make_library(bob)
    client = browser(alice)
    phone, _, _ = token_of(alice)
    SiteInvitation.objects.create(token_hash="x", email=alice.email, expires_at=timezone.now())
    Client().post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    answer = client.post("/settings/delete", {"password": password}, follow=True)
    assert "is deleted" in answer.content.decode()
    assert rows_of(alice.pk, alice.email) == {}
    assert set(keys) <= set(FileDeletion.objects.values_list("key", flat=True))
    assert not set(his) & set(FileDeletion.objects.values_list("key", flat=True)), "bob keeps his"
    assert phone.get("/api/v1/me").status_code == 401
    assert rows_of(bob.pk, bob.email)


def rows_of(pk: uuid.UUID, email: str) -> dict[str, int]:
    """Every row of every table that names this person, by key or by address."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        count = 0
        for field in model._meta.get_fields():
            if getattr(field, "related_model", None) is User and field.concrete and not field.many_to_many:
                count += model._base_manager.filter(**{field.attname: pk}).count()
        if count:
            found[model.__name__] = count
    found["User"] = User.objects.filter(pk=pk).count()
    found["AccessFailureLog"] = AccessFailureLog.objects.filter(username=email).count()
    found["SiteInvitation"] = SiteInvitation.objects.filter(email=email).count()
    found["Session"] = sum(s.get_decoded().get("_auth_user_id") == str(pk) for s in Session.objects.all())
    return {name: count for name, count in found.items() if count}


def test_leaving_by_the_api_asks_for_the_password(alice, token_of, password):
    phone, _, _ = token_of(alice)
    wrong = phone.delete("/api/v1/me", {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "wrong_password")
    assert User.objects.filter(pk=alice.pk).exists()
    assert phone.delete("/api/v1/me", {"password": password}).status_code == 204
    assert not User.objects.filter(pk=alice.pk).exists()


def test_a_wrong_password_on_the_page_changes_nothing(alice, browser):
    page = browser(alice).post("/settings/delete", {"password": "wrong"})
    assert "This is not your password" in page.content.decode()
    assert User.objects.filter(pk=alice.pk).exists()


def test_if_a_room_cannot_let_go_nothing_is_deleted(alice, browser, password, token_of):
    """A crash in the middle leaves the account whole."""
    make_library(alice)
    token_of(alice)
    client = browser(alice)
    client.raise_request_exception = False

    def crash(user: User) -> None:
        raise RuntimeError("the disk is gone")

    consequences.account_deleting.then(crash)
    try:
        assert client.post("/settings/delete", {"password": password}).status_code == 500
    finally:
        consequences.account_deleting.forget(crash)
    assert User.objects.filter(pk=alice.pk).exists()
    assert Photo.objects.filter(owner=alice).exists()
    assert DeviceToken.objects.filter(user=alice).exists()
    assert not FileDeletion.objects.exists()


def test_the_only_admin_stays(staff, browser, password, make_user):
    page = browser(staff).post("/settings/delete", {"password": password})
    assert "the only admin" in page.content.decode()
    make_user("second@example.com", is_superuser=True)
    assert browser(staff).post("/settings/delete", {"password": password}).status_code == 302


def test_nobody_without_signing_in_has_a_me(db):
    answer = APIClient().get("/api/v1/me")
    assert (answer.status_code, answer.json()["error"]) == (401, "not_authenticated")
