"""What the API tells members of each other's things, and what it keeps to their owner."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from artworks.actions import keeping, sharing
from artworks.models import Artwork, ArtworkFile
from circles.actions import circles
from circles.models import Circle, Membership, User
from photos.models import CircleShare, Photo

SECRETS = ("secret-name", "48.2", "16.3", "Vienna", "SN-4711", "NIKON", "originals/")


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def photo(alice: User, make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(
        alice,
        content=b"an original with NIKON SN-4711 inside",
        latitude=48.2,
        longitude=16.3,
        place="Vienna",
        camera_make="NIKON",
        camera_model="NIKON Z8",
        filename="secret-name.jpg",
    )


@pytest.fixture
def share(api_as: Any, alice: User, circle: Circle) -> Callable[..., Any]:
    def ask(**body: Any) -> Any:
        wanted = {"action": "share"} | body
        return api_as(alice).post(f"/api/v1/circles/{circle.pk}/items", wanted, format="json")

    return ask


def opened(client: Any, artwork: str, names: list[str]) -> set[str]:
    """Which of an artwork's files this person may download."""
    answers = {name: client.get(f"{artwork}/files/{name}") for name in names}
    return {name for name, answer in answers.items() if answer.status_code == 200 and b"".join(answer)}


def test_several_are_shared_at_once_and_taken_back_by_the_answers_own_undo(
    share: Callable[..., Any], alice: User, make_photo: Callable[..., Photo], photo: Photo
) -> None:
    answer = share(photo_ids=[str(photo.pk), str(make_photo(alice).pk)])
    assert (answer.status_code, answer.json()["changed"]) == (200, 2)
    back = share(**answer.json()["undo"]).json()
    assert (back["changed"], back["items"]) == (2, [])
    assert not CircleShare.objects.exists()
    assert share(**back["undo"]).json()["changed"] == 2


@pytest.mark.parametrize(
    "path", ["photos/{photo}", "photos?circle={circle}", "circles/{circle}/items", "circles/{circle}/feed"]
)
def test_bob_reads_no_place_camera_serial_file_name_or_path(
    path: str, share: Callable[..., Any], photo: Photo, bob: User, api_as: Any
) -> None:  # fmt: skip
    circle = Circle.objects.get()
    item = share(photo_ids=[str(photo.pk)]).json()["items"][0]
    told = api_as(bob).get(f"/api/v1/{path.format(photo=photo.pk, circle=circle.pk)}")
    assert told.status_code == 200
    assert str(photo.pk) in json.dumps(told.json())
    assert [secret for secret in SECRETS if secret in json.dumps(told.json())] == []
    one = api_as(bob).get(f"/api/v1/circles/{circle.pk}/items/{item['id']}").json()
    assert [secret for secret in SECRETS if secret in json.dumps(one)] == []


def test_the_original_is_given_only_where_its_owner_chose_so(
    share: Callable[..., Any], photo: Photo, bob: User, charlie: User, api_as: Any
) -> None:  # fmt: skip
    share(photo_ids=[str(photo.pk)])
    original = f"/api/v1/photos/{photo.pk}/original"
    assert api_as(bob).get(original).status_code == 404
    share(photo_ids=[str(photo.pk)], with_original=True)
    answer = api_as(bob).get(original)
    assert b"".join(answer.streaming_content) == b"an original with NIKON SN-4711 inside"
    assert "secret-name" not in answer["Content-Disposition"]
    told = api_as(bob).get(f"/api/v1/photos/{photo.pk}").json()
    assert (told["place"]["name"], told["original_url"]) == ("Vienna", original)
    assert "secret-name" not in json.dumps(told)
    assert api_as(charlie).get(original).status_code == 404
    share(photo_ids=[str(photo.pk)])
    assert api_as(bob).get(original).status_code == 404


def test_other_peoples_pictures_are_asked_for_each_time(
    share: Callable[..., Any], photo: Photo, alice: User, bob: User, api_as: Any
) -> None:  # fmt: skip
    share(photo_ids=[str(photo.pk)])
    address = f"/api/v1/photos/{photo.pk}/thumb/256.webp?v={photo.version}"
    assert "immutable" in api_as(alice).get(address)["Cache-Control"]
    answer = api_as(bob).get(address)
    assert answer["Cache-Control"] == "private, no-cache"
    again = api_as(bob).get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_words_and_marks_of_others_cannot_be_guessed_by_searching(bob: User, circle: Circle, api_as: Any) -> None:
    for asked in ("q=secret", "has_place=1", "has_place=0", "favourite=0", "deleted=1"):
        answer = api_as(bob).get(f"/api/v1/photos?circle={circle.pk}&{asked}")
        assert (answer.status_code, "circle" in answer.json()["fields"]) == (400, True)


def test_bob_can_neither_change_nor_use_what_he_sees(
    share: Callable[..., Any], photo: Photo, bob: User, api_as: Any
) -> None:  # fmt: skip
    share(photo_ids=[str(photo.pk)])
    here = f"/api/v1/photos/{photo.pk}"
    his = api_as(bob)
    assert his.get(here).status_code == 200
    refused = [
        his.patch(here, {"title": "mine"}, format="json"),
        his.patch(here, {}, format="json"),
        his.delete(here),
        his.post(f"{here}/references"),
        his.post(f"{here}/restore"),
        his.post("/api/v1/processing/submit", {"photo_id": str(photo.pk), "pipeline": "enhance"}, format="json"),
    ]
    assert [answer.status_code for answer in refused] == [404] * len(refused)
    assert his.get("/api/v1/photos").json()["results"] == []
    assert his.get("/api/v1/map").json()["ids"] == []
    assert his.get("/api/v1/timeline").json()["total"] == 0


def test_bob_sees_the_pictures_of_an_artwork_and_neither_mask_nor_outlines(
    share: Callable[..., Any], alice: User, bob: User, make_artwork: Callable[..., Artwork], api_as: Any
) -> None:  # fmt: skip
    artwork = make_artwork(alice)
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="me")
    share(artwork_ids=[str(artwork.pk)])
    here = f"/api/v1/artworks/{artwork.pk}"
    told = api_as(bob).get(here).json()
    assert not {"geometry", "files", "photo_id", "options", "gate", "subject", "job_id"} & set(told)
    assert api_as(bob).get(f"{here}/thumb/256.webp").status_code == 200
    names = list(ArtworkFile.objects.filter(artwork=artwork).values_list("name", flat=True))
    assert {"mask.png", "geometry.json", "result.jpg"} <= set(names)
    assert opened(api_as(bob), here, names) == {"256.webp"}
    share(artwork_ids=[str(artwork.pk)], with_original=True)
    assert opened(api_as(bob), here, names) == {"256.webp", "result.jpg"}
    assert api_as(bob).patch(here, {"title": "mine"}, format="json").status_code == 404
    assert api_as(bob).delete(here).status_code == 404


def test_the_feed_shows_pictures_and_forgets_what_was_taken_back(
    share: Callable[..., Any], photo: Photo, bob: User, circle: Circle, api_as: Any
) -> None:  # fmt: skip
    answer = share(photo_ids=[str(photo.pk)]).json()
    told = api_as(bob).get(f"/api/v1/circles/{circle.pk}/feed").json()["results"][0]
    assert told["sentence"] == "Alice shared a photo."
    assert [picture["id"] for picture in told["pictures"]] == [answer["items"][0]["id"]]
    Photo.objects.filter(pk=photo.pk).update(deleted_at="2026-11-01T00:00:00Z")
    assert api_as(bob).get(f"/api/v1/circles/{circle.pk}/feed").json()["results"][0]["verb"] == "made"


def test_the_feed_counts_all_and_shows_the_first_however_much_was_shared(
    share: Callable[..., Any], alice: User, bob: User, make_photo: Callable[..., Photo], api_as: Any
) -> None:
    ids = [make_photo(alice, with_files=False).pk for _ in range(15)]
    share(photo_ids=list(map(str, ids)))
    share(photo_ids=[str(make_photo(alice, with_files=False).pk)])
    one, many = api_as(bob).get(f"/api/v1/circles/{Circle.objects.get().pk}/feed").json()["results"][:2]
    assert (many["sentence"], many["picture_count"], len(many["pictures"])) == ("Alice shared 15 photos.", 15, 12)
    assert (one["picture_count"], len(one["pictures"])) == (1, 1)


def test_the_feed_tells_of_no_more_than_is_still_shared(
    share: Callable[..., Any], alice: User, bob: User, make_photo: Callable[..., Photo], api_as: Any
) -> None:
    items = share(photo_ids=[str(make_photo(alice, with_files=False).pk) for _ in range(3)]).json()["items"]
    share(action="unshare", item_ids=[items[0]["id"], items[1]["id"]])
    told = api_as(bob).get(f"/api/v1/circles/{Circle.objects.get().pk}/feed").json()["results"][0]
    assert (told["sentence"], told["picture_count"]) == ("Alice shared a photo.", 1)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "share"},
        {"action": "unshare"},
        {"action": "share", "item_ids": ["b7c1a6d2-3d0e-4f0c-9d51-6a1c1d5a7e33"]},
        {"action": "give"},
        {"action": "share", "photo_ids": ["no"]},
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_its_field(body: dict[str, Any], share: Callable[..., Any]) -> None:
    answer = share(**body)
    assert answer.status_code == 400
    assert answer.json()["suggestion"]


def test_a_stranger_asking_for_a_circles_things_finds_none(
    share: Callable[..., Any], photo: Photo, charlie: User, circle: Circle, api_as: Any
) -> None:  # fmt: skip
    item = share(photo_ids=[str(photo.pk)]).json()["items"][0]
    his = api_as(charlie)
    assert his.get(f"/api/v1/photos?circle={circle.pk}").json()["results"] == []
    assert his.get(f"/api/v1/artworks?circle={circle.pk}").json()["results"] == []
    assert his.get(f"/api/v1/circles/{circle.pk}/items").status_code == 404
    assert his.get(f"/api/v1/circles/{circle.pk}/items/{item['id']}").status_code == 404
    assert his.get(f"/api/v1/photos/{photo.pk}/thumb/256.webp").status_code == 404


def test_a_member_of_another_circle_is_a_stranger(
    alice: User, bob: User, charlie: User, photo: Photo, api_as: Any
) -> None:  # fmt: skip
    elsewhere = circles.create_circle(actor=alice, name="Another")
    Membership.objects.create(circle=elsewhere, user=charlie)
    item = sharing.share_items(actor=alice, circle_id=elsewhere.pk, photo_ids=[photo.pk]).items[0]
    assert api_as(bob).get(f"/api/v1/photos/{photo.pk}").status_code == 404
    assert api_as(charlie).get(f"/api/v1/photos/{photo.pk}").status_code == 200
    assert api_as(bob).get(f"/api/v1/circles/{elsewhere.pk}/items/{item.pk}").status_code == 404
