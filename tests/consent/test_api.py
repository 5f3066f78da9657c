"""Consents through the API: each side's own view, and nothing for anybody else."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from artworks.actions.sharing import remove_shares, share_items
from artworks.models import Artwork, ArtworkFile
from circles.models import Circle, Membership, User
from consent.models import Consent, ConsentEvent
from tests.consent.conftest import Cast, piece

ROOT = "/api/v1/consents"


@pytest.fixture
def shared(bob: User, circle: Circle) -> Artwork:
    """An artwork of bob's that the circle sees."""
    work = piece(bob, title="Right eye")
    share_items(actor=bob, circle_id=circle.pk, artwork_ids=[work.pk])
    return work


@pytest.fixture
def asked(alice: User, shared: Artwork, circle: Circle, api_as: Any) -> str:
    """The id of alice's question about it, asked through the API."""
    body = {"artwork_ids": [str(shared.pk)], "purpose": "fusion", "circle_id": str(circle.pk), "message": "Please"}
    answer = api_as(alice).post(f"{ROOT}/request", body)
    assert answer.status_code == 201, answer.json()
    return answer.json()["consents"][0]["id"]


def boxes(client: Any) -> dict[str, list[str]]:
    names = ("asked", "given", "received", "history")
    return {name: [row["id"] for row in client.get(f"{ROOT}?box={name}").json()["results"]] for name in names}


def test_asking_says_what_is_open(alice: User, shared: Artwork, asked: str, circle: Circle, api_as: Any) -> None:
    body = {"artwork_ids": [str(shared.pk)], "purpose": "fusion", "circle_id": str(circle.pk)}
    answer = api_as(alice).post(f"{ROOT}/request", body).json()
    assert answer["pending"] == [str(shared.pk)]
    assert [(row["id"], row["state"], row["is_mine"]) for row in answer["consents"]] == [(asked, "requested", False)]


def test_each_side_finds_it_in_its_box(alice: User, bob: User, charlie: User, asked: str, api_as: Any) -> None:
    nothing: dict[str, list[str]] = {"asked": [], "given": [], "received": [], "history": []}
    his, hers, others = api_as(bob), api_as(alice), api_as(charlie)
    assert boxes(his) == nothing | {"asked": [asked]}
    assert boxes(hers) == nothing | {"received": [asked]}
    his.post(f"{ROOT}/{asked}/grant", {})
    assert (boxes(his), boxes(hers)) == (nothing | {"given": [asked]}, nothing | {"received": [asked]})
    his.post(f"{ROOT}/{asked}/revoke")
    assert boxes(his) == nothing | {"history": [asked]}
    assert boxes(others) == nothing
    assert others.get(ROOT).json()["results"] == []


def test_the_one_asked_sees_what_it_is_about(bob: User, alice: User, asked: str, circle: Circle, api_as: Any) -> None:
    row = api_as(bob).get(f"{ROOT}/{asked}").json()
    assert row["sentence"] == "Alice asks to use “Right eye” for a fusion, each time."
    assert (row["artwork"]["title"], row["requester"]["name"], row["message"]) == ("Right eye", "Alice", "Please")
    assert row["recipient"] == {"kind": "circle", "id": str(circle.pk), "name": "The lake house"}
    assert row["can"] == ["grant", "refuse", "receipt"]
    assert "cannot be called back" in " ".join(row["notice"]["paragraphs"])
    assert bob.email not in str(row)
    assert alice.email not in str(row)


def test_answers_change_the_state(bob: User, asked: str, api_as: Any) -> None:
    client, until = api_as(bob), (timezone.now() + timedelta(days=3)).isoformat()
    version = client.get(f"{ROOT}/{asked}").json()["notice"]["version"]
    assert client.post(f"{ROOT}/{asked}/refuse").json()["state"] == "refused"
    given = client.post(f"{ROOT}/{asked}/grant", {"valid_until": until, "notice_version": version}).json()
    assert (given["state"], given["can"], given["epoch"]) == ("granted", ["revoke", "receipt"], 3)
    assert client.post(f"{ROOT}/{asked}/refuse").json()["error"] == "already_given"
    assert client.post(f"{ROOT}/{asked}/revoke").json()["state"] == "withdrawn"
    assert client.post(f"{ROOT}/{asked}/grant", {"notice_version": "2020-01-01"}).json()["error"] == "notice_changed"
    line = ConsentEvent.objects.of_record(asked).last()
    assert line.method == "api"


def test_granting_more_answers_with_what_was_given(bob: User, asked: str, circle: Circle, api_as: Any) -> None:
    given = api_as(bob).post(f"{ROOT}/{asked}/grant", {"scope": "circle"}).json()
    assert (given["scope"], given["state"], given["artwork"]) == ("circle", "granted", None)
    assert given["id"] != asked


@pytest.mark.parametrize("end", ["revoke", "time", "leave"])
def test_who_asked_learns_that_it_is_gone_and_not_whose(
    cast: Cast, shared: Artwork, asked: str, api_as: Any, end: str
) -> None:
    api_as(cast.bob).post(f"{ROOT}/{asked}/grant", {})
    shown = api_as(cast.alice).get(f"{ROOT}/{asked}").json()
    assert (shown["state"], shown["granter"]["name"], shown["can"]) == ("granted", "Bob", ["receipt"])
    if end == "revoke":
        api_as(cast.bob).post(f"{ROOT}/{asked}/revoke")
    elif end == "time":
        Consent.objects.filter(pk=asked).update(valid_until=timezone.now())
    else:
        api_as(cast.bob).post(f"/api/v1/circles/{Membership.objects.get(user=cast.bob).circle_id}/leave")
    gone = api_as(cast.alice).get(f"{ROOT}/{asked}").json()
    assert (gone["state"], gone["granter"], gone["artwork"], gone["picture_url"]) == ("gone", None, None, "")
    assert gone["sentence"] == "A permission is no longer there."
    for word in (str(cast.bob.pk), "Bob", "Right eye", str(shared.pk)):
        assert word not in str(gone)
    assert api_as(cast.alice).get(f"{ROOT}/{asked}/receipt").status_code == 404
    assert api_as(cast.alice).get(f"{ROOT}?artwork={shared.pk}").json()["results"] == []


def test_a_no_has_no_name_and_whom_it_shows_is_not_told(cast: Cast, asked: str, shared: Artwork, api_as: Any) -> None:
    api_as(cast.bob).post(f"{ROOT}/{asked}/refuse")
    refused = api_as(cast.alice).get(f"{ROOT}/{asked}").json()
    assert (refused["state"], refused["granter"], refused["artwork"]["title"]) == ("refused", None, "Right eye")
    Consent.objects.filter(pk=asked).update(state="granted", role="subject", granter=cast.charlie)
    given = api_as(cast.alice).get(f"{ROOT}/{asked}").json()
    assert (given["state"], given["granter"]) == ("granted", None)
    assert "Charlie" not in str(given)


def test_a_circle_sees_what_it_was_given_and_no_letters(cast: Cast, asked: str, api_as: Any) -> None:
    Membership.objects.create(circle=cast.circle, user=cast.charlie)
    assert api_as(cast.charlie).get(f"{ROOT}/{asked}").status_code == 404
    api_as(cast.bob).post(f"{ROOT}/{asked}/grant", {})
    seen = api_as(cast.charlie).get(f"{ROOT}/{asked}").json()
    assert (seen["state"], seen["message"], seen["can"]) == ("granted", "", [])
    assert api_as(cast.charlie).get(f"{ROOT}/{asked}/receipt").status_code == 404
    assert api_as(cast.charlie).post(f"{ROOT}/{asked}/revoke").status_code == 404
    api_as(cast.bob).post(f"{ROOT}/{asked}/revoke")
    assert api_as(cast.charlie).get(f"{ROOT}/{asked}").status_code == 404


def test_giving_unasked(cast: Cast, shared: Artwork, api_as: Any) -> None:
    body = {"purpose": "composition", "artwork_id": str(shared.pk), "person_id": str(cast.alice.pk)}
    given = api_as(cast.bob).post(ROOT, body)
    assert given.status_code == 201
    assert (given.json()["state"], given.json()["requester"]) == ("granted", None)
    assert api_as(cast.alice).get(f"{ROOT}?box=received").json()["results"][0]["sentence"] == (
        "From Bob: “Right eye” for a composition, each time."
    )
    for wrong in (
        {"artwork_id": str(piece(cast.alice).pk)},
        {"person_id": str(cast.charlie.pk)},
        {"person_id": str(cast.bob.pk)},
    ):
        assert api_as(cast.bob).post(ROOT, body | wrong).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"artwork_ids": [], "purpose": "fusion"},
        {"artwork_ids": ["no"], "purpose": "fusion"},
        {"artwork_ids": [str(uuid.uuid4())] * 21, "purpose": "fusion"},
        {"purpose": "portrait"},
        {"circle_id": str(uuid.uuid4())},
        {"message": "x" * 301},
        {"message": "a\u0000b"},
        {"colour": "red"},
    ],
)
def test_a_question_nobody_can_answer_is_refused(alice: User, shared: Artwork, api_as: Any, body: Any) -> None:
    whole = {"artwork_ids": [str(shared.pk)], "purpose": "fusion"} if len(body) == 1 else {}
    answer = api_as(alice).post(f"{ROOT}/request", whole | body)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")
    assert not Consent.objects.exists()


def test_what_one_cannot_see_one_cannot_ask_for(charlie: User, bob: User, shared: Artwork, api_as: Any) -> None:
    for artwork_id in (shared.pk, uuid.uuid4()):
        answer = api_as(charlie).post(f"{ROOT}/request", {"artwork_ids": [str(artwork_id)], "purpose": "fusion"})
        assert answer.status_code == 404


def test_lists_come_in_pages(alice: User, bob: User, circle: Circle, ask: Any, api_as: Any) -> None:
    asked = [str(ask(alice, piece(bob)).pk) for _ in range(5)]
    url, found = f"{ROOT}?box=asked&limit=2", []
    while url:
        page = api_as(bob).get(url).json()
        found += [row["id"] for row in page["results"]]
        url = page["next"]
    assert found == asked[::-1]


def test_a_list_costs_as_many_queries_for_many_as_for_one(
    cast: Cast, ask: Any, api_as: Any, django_assert_num_queries: Any
) -> None:
    ask(cast.alice, piece(cast.bob))
    with django_assert_num_queries(1):
        api_as(cast.bob).get(f"{ROOT}?box=asked")
    for _ in range(4):
        ask(cast.alice, piece(cast.bob))
    with django_assert_num_queries(1):
        assert len(api_as(cast.bob).get(f"{ROOT}?box=asked").json()["results"]) == 5


def test_the_picture_is_seen_by_whom_it_asks(cast: Cast, asked: str, shared: Artwork, api_as: Any) -> None:
    key = default_storage.save(f"iris/{uuid.uuid4()}/512.webp", ContentFile(b"a picture"))
    ArtworkFile.objects.create(artwork=shared, name="512.webp", key=key, byte_size=9, content_type="image/webp")
    url = f"{ROOT}/{asked}/picture"
    answer = api_as(cast.bob).get(url)
    assert (answer.status_code, answer["Cache-Control"], answer["Content-Type"]) == (
        200,
        "private, no-cache",
        "image/webp",
    )
    assert api_as(cast.alice).get(url).status_code == 200
    assert api_as(cast.charlie).get(url).status_code == 404
    remove_shares(list(shared.shares.all()))
    assert api_as(cast.alice).get(url).status_code == 404, "taken out of the circle"
    # Somebody it shows is asked as well, and has to see what about, though nothing else of it.
    Consent.objects.filter(pk=asked).update(granter=cast.charlie, role="subject")
    assert api_as(cast.charlie).get(url).status_code == 200
    assert api_as(cast.charlie).get(f"/api/v1/artworks/{shared.pk}").status_code == 404
