"""The admin: jobs with what happened to them, dead letters with a way out, and nobody's pictures."""

import re
import uuid
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from circles.models import User
from processing.models import FileDeletion, Job, JobEvent, JobFile, WorkerBeat
from processing.states import State
from tests.processing_web import recipes

assert recipes.Carving
ADMIN = "/admin/processing"
LISTS = ("job", "deadletter", "filedeletion", "workerbeat")


@pytest.fixture
def staff(make_user, session_of) -> Callable[..., Client]:
    """A browser of somebody on the staff with these permissions of this room."""

    def make(*codenames: str) -> Client:
        person: User = make_user("staff@example.com", is_staff=True)
        person.user_permissions.set(
            Permission.objects.filter(content_type__app_label="processing", codename__in=codenames)
        )
        return session_of(person)

    return make


@pytest.fixture
def root(make_user, session_of) -> Client:
    return session_of(make_user("root@example.com", is_staff=True, is_superuser=True))


@pytest.fixture
def letter(alice, make_job) -> Job:
    job = make_job(
        alice,
        kind="carving",
        label="holiday-secret.jpg",
        state=State.FAILED,
        is_dead_letter=True,
        error_type="server_error",
        error_code="job_died",
        message="The process working on this stopped suddenly.",
        options={"note": "very-private"},
        finished_at=timezone.now(),
    )
    JobEvent.objects.create(job=job, sequence=1, state="processing", step="decode", message="Started by worker 7.")
    JobFile.objects.create(job=job, lease_token=uuid.uuid4(), name="mask.png", key="carving/x/mask.png")
    return job


@pytest.fixture
def rows(letter) -> Job:
    now = timezone.now()
    FileDeletion.objects.create(key="a/b", reason="staged", not_before=now, last_error="The disk is away.")
    WorkerBeat.objects.create(name="box:1", queue="high", beat_at=now, started_at=now)
    return letter


class _Inline(HTMLParser):
    """Finds what our Content-Security-Policy would not let run or look."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"{tag} {name}" for name in names if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.found += [] if "nonce" in names else [tag]
        self.found += [f"{tag} from {u}" for u in (names.get("src"), names.get("href")) if u and u.startswith("http")]


def pages(job: Job) -> list[str]:
    return [
        "/admin/",
        *(f"{ADMIN}/{name}/" for name in LISTS),
        f"{ADMIN}/job/{job.pk}/change/",
        f"{ADMIN}/deadletter/{job.pk}/change/",
        f"{ADMIN}/job/?state=failed&kind=carving&q={job.pk}",
    ]


def test_every_page_loads_and_obeys_our_content_security_policy(root, rows):
    for path in pages(rows):
        answer = root.get(path)
        assert answer.status_code == 200, path
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        page = _Inline()
        page.feed(answer.content.decode())
        assert page.found == [], path


def test_the_admin_has_our_mark(root):
    page = root.get(f"{ADMIN}/").content.decode()
    assert page.count('rel="icon"') == 1
    assert "img/mark" in page
    assert "Aureole" in page


def test_a_jobs_page_tells_what_happened_and_nothing_of_the_photo(root, rows):
    page = root.get(f"{ADMIN}/job/{rows.pk}/change/").content.decode()
    assert "Started by worker 7." in page
    assert "carving/x/mask.png" in page
    assert "job_died" in page
    for path in pages(rows):
        text = root.get(path).content.decode()
        assert "holiday-secret" not in text, path
        assert "very-private" not in text, path


@pytest.mark.parametrize("name", LISTS)
def test_nobody_types_into_rows_of_the_engine(root, rows, name):
    assert root.get(f"{ADMIN}/{name}/add/").status_code == 403
    key = {"job": rows.pk, "deadletter": rows.pk}.get(name) or (
        FileDeletion.objects.get().pk if name == "filedeletion" else "box_3A1"
    )
    assert root.post(f"{ADMIN}/{name}/{key}/change/", {"state": "completed"}).status_code == 403
    assert root.post(f"{ADMIN}/{name}/{key}/delete/", {"post": "yes"}).status_code == 403
    assert Job.objects.get(pk=rows.pk).state == State.FAILED


def test_staff_without_permissions_see_nothing(staff, rows):
    browser = staff()
    assert "Dead letter" not in browser.get("/admin/").content.decode()
    for name in LISTS:
        assert browser.get(f"{ADMIN}/{name}/").status_code == 403
    assert browser.get(f"{ADMIN}/job/{rows.pk}/change/").status_code == 403


def test_members_are_sent_to_sign_in(alice, session_of, rows):
    for name in LISTS:
        assert session_of(alice).get(f"{ADMIN}/{name}/").status_code == 302


def act(browser: Client, action: str, *chosen: object, **more: str):
    return browser.post(
        f"{ADMIN}/deadletter/", {"action": action, "_selected_action": [str(key) for key in chosen]} | more
    )


def test_who_may_only_look_sees_dead_letters_but_can_do_nothing(staff, letter):
    browser = staff("view_job")
    page = browser.get(f"{ADMIN}/deadletter/").content.decode()
    assert str(letter.pk) in page
    assert "put_away" not in page
    act(browser, "put_away", letter.pk, reason="no reason")
    act(browser, "try_again", letter.pk)
    assert not Job.objects.filter(retry_of=letter).exists()
    assert Job.objects.get(pk=letter.pk).discarded_at is None


def test_a_dead_letter_is_tried_again_for_its_owner(staff, letter, alice):
    act(staff("change_job", "view_job"), "try_again", letter.pk)
    new = Job.objects.get(retry_of=letter)
    assert (new.owner, new.state) == (alice, State.PENDING)
    assert LogEntry.objects.get().change_message == f"Tried again as {new.pk}"


def test_what_cannot_be_tried_again_says_why(staff, letter):
    Job.objects.filter(pk=letter.pk).update(options={"refuse": True})
    browser = staff("change_job", "view_job")
    act(browser, "try_again", letter.pk)
    assert "The wood is gone." in browser.get(f"{ADMIN}/deadletter/").content.decode()


def test_putting_away_asks_for_a_reason_and_keeps_it(staff, letter):
    browser = staff("change_job", "view_job")
    asked = act(browser, "put_away", letter.pk)
    page = asked.content.decode()
    assert 'name="reason"' in page
    assert Job.objects.get(pk=letter.pk).discarded_at is None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden["_selected_action"] == str(letter.pk)
    again = act(browser, "put_away", letter.pk, reason="   ")
    assert "Say why" in again.content.decode()
    act(browser, "put_away", letter.pk, reason="The disk was full on Tuesday.")
    kept = Job.objects.get(pk=letter.pk)
    assert kept.discard_reason == "The disk was full on Tuesday."
    assert kept.discarded_at is not None
    assert "0 dead letters" in browser.get(f"{ADMIN}/deadletter/").content.decode()
    assert "The disk was full on Tuesday." in browser.get(f"{ADMIN}/job/{letter.pk}/change/").content.decode()


def test_a_file_that_would_not_go_is_tried_at_once(root, rows):
    FileDeletion.objects.update(not_before=timezone.now() + timezone.timedelta(hours=1))
    root.post(f"{ADMIN}/filedeletion/", {"action": "try_now", "_selected_action": [str(FileDeletion.objects.get().pk)]})
    assert FileDeletion.objects.get().not_before <= timezone.now()


def test_a_list_of_jobs_costs_the_same_queries_for_two_and_for_forty(
    root, alice, make_job, django_assert_max_num_queries
):
    for _ in range(40):
        make_job(alice)
    with django_assert_max_num_queries(14):
        root.get(f"{ADMIN}/job/")
