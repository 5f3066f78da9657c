"""Lists, details, edits, the bin and its way back, references, and other people's eyes on every route."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from circles.models import User
from photos.actions.library import purge_expired
from photos.models import Original, Photo, Rendition
from processing import jobs
from processing.models import FileDeletion, Job
from tests.photos.conftest import picture


def ids(answer: Any) -> list[str]:
    return [found["id"] for found in answer.json()["results"]]


def test_photos_are_listed_newest_first_and_page_by_page(alice: User, make_photo: Any, api_as: Any) -> None:
    same = datetime(2026, 5, 1, tzinfo=UTC)
    made = [make_photo(alice, with_files=False, sort_at=same) for _ in range(4)]
    newest = make_photo(alice, with_files=False, sort_at=same + timedelta(days=1))

    first = api_as(alice).get("/api/v1/photos?limit=3")
    second = api_as(alice).get(first.json()["next"])

    assert ids(first)[0] == str(newest.pk)
    assert ids(first) + ids(second) == [str(newest.pk), *sorted((str(p.pk) for p in made), reverse=True)]
    assert second.json()["next"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"plain", "beach", "old"}),
        ("favourite=1", {"beach"}),
        ("favourite=0", {"plain", "old"}),
        ("has_place=1", {"beach"}),
        ("has_place=0", {"plain", "old"}),
        ("taken_after=2026-01-01", {"plain", "beach"}),
        ("taken_before=2026-01-01", {"old"}),
        ("taken_after=2026-10-06T00:00:00Z&favourite=1", set()),
        ("deleted=1", {"binned"}),
        ("q=sunset", {"beach"}),
        ("q=suns+kyo", {"beach"}),
        ("q=sunset+moscow", set()),
        ("q=canon", {"old"}),
        ("q=IMG_2682", {"plain"}),
        ("q='%3A*%26!", {"plain", "beach", "old"}),
    ],
)
def test_filters_combine(alice: User, make_photo: Any, api_as: Any, query: str, expected: set[str]) -> None:
    make = {
        "plain": make_photo(alice, with_files=False, filename="IMG_2682.heic"),
        "beach": make_photo(
            alice, with_files=False, title="Sunset", place="Kyoto", is_favourite=True, latitude=35.0, longitude=135.7
        ),
        "old": make_photo(alice, with_files=False, camera_make="Canon", sort_at=datetime(2001, 1, 1, tzinfo=UTC)),
        "binned": make_photo(alice, with_files=False, title="Sunset", deleted_at=timezone.now()),
    }

    found = set(ids(api_as(alice).get(f"/api/v1/photos?{query}")))

    assert found == {str(make[name].pk) for name in expected}


def test_unknown_filters_are_refused(alice: User, api_as: Any) -> None:
    answer = api_as(alice).get("/api/v1/photos?owner=bob")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["owner"])


def test_a_photo_tells_everything_its_page_needs(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, camera_make="Canon", iso=400)

    said = api_as(alice).get(f"/api/v1/photos/{photo.pk}").json()

    assert said["camera"]["make"] == "Canon"
    assert said["camera"]["iso"] == 400
    assert said["local_time"] == "2026-10-05T09:12:31"
    assert len(said["renditions"]) == 9
    picture_url = said["thumb_template"].format(size=512, format="webp")
    assert api_as(alice).get(picture_url).headers["Content-Type"] == "image/webp"
    assert b"".join(api_as(alice).get(said["original_url"]).streaming_content)


def test_a_person_corrects_title_caption_date_and_place(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, with_files=False)

    answer = api_as(alice).patch(
        f"/api/v1/photos/{photo.pk}",
        {"title": "T", "caption": "C", "favourite": True, "taken_at": "2024-02-29T23:30:00+09:00",
         "place": "Nara", "latitude": 34.7, "longitude": 135.8},
    )  # fmt: skip

    said = answer.json()
    assert (said["title"], said["caption"], said["favourite"]) == ("T", "C", True)
    assert (said["taken_at"], said["local_time"]) == ("2024-02-29T14:30:00Z", "2024-02-29T23:30:00")
    photo.refresh_from_db()
    assert str(photo.month) == "2024-02-01"
    assert (photo.is_date_edited, photo.is_place_edited, photo.place) == (True, True, "Nara")


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "x"},
        {"id": "x"},
        {"title": "x" * 201},
        {"taken_at": "yesterday"},
        {"taken_at": "2024-02-31T00:00:00Z"},
        {"taken_at": 5},
        {"latitude": 91, "longitude": 0},
        {"latitude": 1},
        {"latitude": None, "longitude": 3},
        {"latitude": "NaN", "longitude": 0},
        {"state": "ready"},
    ],
)
def test_changes_that_make_no_sense_are_refused(
    alice: User, make_photo: Any, api_as: Any, changes: dict[str, Any]
) -> None:
    photo = make_photo(alice, with_files=False)
    answer = api_as(alice).patch(f"/api/v1/photos/{photo.pk}", changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")


def test_the_bin_gives_back_what_its_answer_says(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, with_files=False)
    address = f"/api/v1/photos/{photo.pk}"

    binned = api_as(alice).delete(address)
    assert ids(api_as(alice).get("/api/v1/photos")) == []
    assert api_as(alice).delete(address).json() == {"changed": [], "undo": None}
    undone = api_as(alice).post("/api/v1/photos/bulk", binned.json()["undo"])

    assert undone.json()["changed"] == [str(photo.pk)]
    assert ids(api_as(alice).get("/api/v1/photos")) == [str(photo.pk)]
    assert api_as(alice).post(f"{address}/restore").json()["changed"] == []


def test_bulk_changes_only_ones_own_and_what_needs_it(alice: User, bob: User, make_photo: Any, api_as: Any) -> None:
    mine = make_photo(alice, with_files=False)
    liked = make_photo(alice, with_files=False, is_favourite=True)
    bobs = make_photo(bob, with_files=False)
    body = {"ids": [str(mine.pk), str(liked.pk), str(bobs.pk), str(uuid.uuid4())], "action": "favourite"}

    answer = api_as(alice).post("/api/v1/photos/bulk", body).json()

    assert answer["changed"] == [str(mine.pk)]
    assert answer["undo"] == {"action": "unfavourite", "ids": [str(mine.pk)]}
    bobs.refresh_from_db()
    assert not bobs.is_favourite


def test_bulk_takes_at_most_500(alice: User, api_as: Any) -> None:
    body = {"ids": [str(uuid.uuid4()) for _ in range(501)], "action": "bin"}
    assert api_as(alice).post("/api/v1/photos/bulk", body).status_code == 400
    assert api_as(alice).post("/api/v1/photos/bulk", {"ids": [], "action": "bin"}).status_code == 400
    assert api_as(alice).post("/api/v1/photos/bulk", {"ids": body["ids"][:1], "action": "x"}).status_code == 400


def test_purging_removes_only_what_lies_in_the_bin_with_all_its_files(
    alice: User, make_photo: Any, api_as: Any
) -> None:
    kept = make_photo(alice)
    gone = make_photo(alice, deleted_at=timezone.now())
    keys = {gone.original.key, *gone.renditions.values_list("key", flat=True)}
    body = {"ids": [str(kept.pk), str(gone.pk)], "action": "purge"}

    answer = api_as(alice).post("/api/v1/photos/bulk", body).json()

    assert answer == {"changed": [str(gone.pk)], "undo": None}
    assert list(Photo.objects.all()) == [kept]
    assert set(FileDeletion.objects.values_list("key", flat=True)) == keys
    assert Original.objects.get() == kept.original


def test_purging_cancels_what_is_still_being_made(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, state="pending", deleted_at=timezone.now())
    job = jobs.submit(actor=alice, kind="ingest", subject_id=photo.pk)

    api_as(alice).post("/api/v1/photos/bulk", {"ids": [str(photo.pk)], "action": "purge"})

    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_the_bin_empties_itself_after_its_days(alice: User, make_photo: Any, settings: Any) -> None:
    now = timezone.now()
    young = make_photo(alice, with_files=False, deleted_at=now - timedelta(days=settings.BIN_DAYS - 1))
    make_photo(alice, with_files=False, deleted_at=now - timedelta(days=settings.BIN_DAYS, seconds=1))

    assert purge_expired(now=now) == 1

    assert Photo.objects.get() == young


def test_a_reference_shares_the_bytes_until_the_last_one_goes(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, title="first")
    made = api_as(alice).post(f"/api/v1/photos/{photo.pk}/references")
    assert made.status_code == 201
    twin = Photo.objects.get(pk=made.json()["id"])
    assert (twin.original, twin.title, Original.objects.count()) == (photo.original, "first", 1)
    assert len(made.json()["renditions"]) == 9
    keys = set(Rendition.objects.values_list("key", flat=True))
    assert len(keys) == 9

    def purge(found: Photo) -> None:
        api_as(alice).delete(f"/api/v1/photos/{found.pk}")
        api_as(alice).post("/api/v1/photos/bulk", {"ids": [str(found.pk)], "action": "purge"})

    purge(photo)
    assert not FileDeletion.objects.exists()
    purge(twin)
    assert set(FileDeletion.objects.values_list("key", flat=True)) == keys | {photo.original.key}


def test_only_a_finished_photo_can_be_referred_to(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, state="pending")
    answer = api_as(alice).post(f"/api/v1/photos/{photo.pk}/references")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_ready")


def test_ones_own_duplicate_is_refused_before_and_after_the_upload(alice: User, upload: Any, presign: Any) -> None:
    content = picture(1)
    photo_id = upload(alice, content).json()["photo"]["id"]

    for answer in (presign(alice, content), upload(alice, content, sha256="")):
        assert (answer.status_code, answer.json()["error"]) == (409, "duplicate")
        assert answer.json()["photo_id"] == photo_id
    assert Photo.objects.count() == 1


def test_a_refused_duplicate_says_the_same_when_asked_again(
    alice: User, upload: Any, presign: Any, send: Any, api_as: Any
) -> None:
    content = picture(2)
    upload(alice, content)
    said = presign(alice, content, sha256="").json()
    send(said["url"], content)

    answers = [api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].content == answers[1].content


def test_what_lies_in_ones_bin_is_offered_back(alice: User, upload: Any, presign: Any, api_as: Any) -> None:
    content = picture(3)
    photo_id = upload(alice, content).json()["photo"]["id"]
    api_as(alice).delete(f"/api/v1/photos/{photo_id}")

    for answer in (presign(alice, content), upload(alice, content, sha256="")):
        assert (answer.status_code, answer.json()["error"]) == (409, "in_bin")
        assert answer.json()["photo_id"] == photo_id
        assert "Restore" in answer.json()["suggestion"]


def test_nobody_learns_that_somebody_else_has_a_photo(alice: User, bob: User, upload: Any) -> None:
    content = picture(4)
    assert upload(alice, content).status_code == 201
    assert upload(bob, content).status_code == 201
    assert Original.objects.count() == 2


def test_the_quota_is_checked_before_and_after_the_upload(alice: User, upload: Any, presign: Any, api_as: Any) -> None:
    content = picture(5)
    alice.quota_bytes = len(content) + 100
    alice.save()
    assert upload(alice, content).status_code == 201

    assert presign(alice, bytes(101)).json()["error"] == "quota_exceeded"
    assert presign(alice, bytes(101)).status_code == 507
    assert presign(alice, bytes(100)).status_code == 201


def test_open_uploads_reserve_their_room(alice: User, presign: Any) -> None:
    alice.quota_bytes = 1000
    alice.save()
    assert presign(alice, bytes(600)).status_code == 201
    assert presign(alice, bytes(601)).json()["error"] == "quota_exceeded"


def test_a_quota_lowered_meanwhile_holds_at_completion(alice: User, presign: Any, send: Any, api_as: Any) -> None:
    content = picture(6)
    said = presign(alice, content).json()
    send(said["url"], content)
    User.objects.filter(pk=alice.pk).update(quota_bytes=10)

    answer = api_as(alice).post(f"/api/v1/uploads/{said['upload_id']}/complete")

    assert (answer.status_code, answer.json()["error"]) == (507, "quota_exceeded")
    assert not Photo.objects.exists()


ROUTES = [
    ("get", "photos/{id}", None),
    ("patch", "photos/{id}", {"title": "mine now"}),
    ("delete", "photos/{id}", None),
    ("post", "photos/{id}/restore", None),
    ("post", "photos/{id}/references", None),
    ("get", "photos/{id}/original", None),
    ("get", "photos/{id}/thumb/256.webp", None),
    ("get", "photos/{id}/thumb/256.webp?v=1", None),
    ("post", "processing/submit", {"photo_id": "{id}", "pipeline": "renditions"}),
    ("post", "processing/batch", {"photo_ids": ["{id}"], "pipeline": "renditions"}),
]


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
@pytest.mark.parametrize("state", ["ready", "pending"])
def test_other_peoples_photos_answer_like_absent_ones(  # noqa: PLR0917
    alice: User, bob: User, make_photo: Any, api_as: Any, method: str, route: str, body: Any, state: str
) -> None:
    photo = make_photo(alice, state=state)
    before = Photo.objects.values().get()

    def ask(user: User | None, photo_id: object) -> Any:
        said = eval(repr(body).replace("{id}", str(photo_id))) if body else None
        return getattr(api_as(user), method)("/api/v1/" + route.format(id=photo_id), said)

    hidden, absent = ask(bob, photo.pk), ask(bob, uuid.uuid4())

    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert {**hidden.headers, "X-Request-ID": ""} == {**absent.headers, "X-Request-ID": ""}
    assert ask(None, photo.pk).status_code == 401
    assert Photo.objects.values().get() == before
    assert not Job.objects.exists()


def test_lists_timeline_and_map_hold_only_ones_own(alice: User, bob: User, make_photo: Any, api_as: Any) -> None:
    make_photo(alice, with_files=False, latitude=1.0, longitude=2.0)
    client = api_as(bob)
    assert client.get("/api/v1/photos").json()["results"] == []
    assert client.get("/api/v1/photos?q=a").json()["results"] == []
    assert client.get("/api/v1/timeline").json() == {"total": 0, "buckets": []}
    assert client.get("/api/v1/timeline/2026-10").json()["ids"] == []
    assert client.get("/api/v1/map").json()["ids"] == []
    for route in ("photos", "timeline", "timeline/2026-10", "map"):
        assert api_as(None).get(f"/api/v1/{route}").status_code == 401


def test_a_token_opens_what_a_session_opens(alice: User, make_photo: Any, client: Any) -> None:
    from circles.models import DeviceToken

    photo = make_photo(alice)
    token = DeviceToken.objects.create(user=alice)[1]

    answer = client.get(f"/api/v1/photos/{photo.pk}/thumb/256.avif", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 200


def test_deleting_an_account_takes_its_files_along(alice: User, make_photo: Any, media: Path) -> None:
    from circles import consequences

    photo = make_photo(alice)
    keys = {photo.original.key, *photo.renditions.values_list("key", flat=True)}

    consequences.account_deleting.happen(alice)
    alice.delete()

    assert set(FileDeletion.objects.values_list("key", flat=True)) == keys
    assert not Original.objects.exists()
