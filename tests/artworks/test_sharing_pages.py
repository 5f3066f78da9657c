"""The pages of sharing without a script: every button is a form, and nobody sees more than they may."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from artworks.actions import keeping, sharing
from artworks.models import Artwork
from circles.actions import circles
from circles.models import Block, Circle, Membership, User
from photos.models import CircleShare, Photo


@pytest.fixture
def circle(alice: User, bob: User) -> Circle:
    made = circles.create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=made, user=bob)
    return made


@pytest.fixture
def photo(alice: User, make_photo: Callable[..., Photo]) -> Photo:
    return make_photo(alice, place="Vienna", filename="secret-name.jpg", camera_model="EOS 5D")


def told(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def form_of_toast(page: Any) -> tuple[str, dict[str, list[str]]]:
    """The address and the fields of the last message's way back."""
    found = re.search(r'<div class="toast".*?action="([^"]+)"(.*?)</form>', told(page))
    assert found, told(page)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(?!csrf)(\w+)" value="([^"]*)"', found[2]):
        fields.setdefault(name, []).append(value)
    return found[1], fields


def test_sharing_from_the_page_of_a_photo_and_undoing_it(
    circle: Circle, photo: Photo, alice: User, session_of: Any
) -> None:
    hers = session_of(alice)
    assert f"/share?photo={photo.pk}" in told(hers.get(f"/photos/{photo.pk}"))
    page = told(hers.get(f"/share?photo={photo.pk}"))
    assert "Share 1 photo" in page
    assert "The lake house" in page
    sent = {"photo": photo.pk, "circle": circle.pk, "to": "circle"}
    done = hers.post("/share", sent, follow=True)
    assert "1 photo shared." in told(done)
    assert CircleShare.objects.count() == 1
    back = hers.post(*form_of_toast(done), follow=True)
    assert "1 thing is no longer in The lake house." in told(back)
    assert not CircleShare.objects.exists()
    hers.post(*form_of_toast(back))
    assert CircleShare.objects.get().photo == photo


def test_several_selected_photos_are_shared_at_once(
    circle: Circle, alice: User, make_photo: Callable[..., Photo], session_of: Any
) -> None:
    ids = [make_photo(alice).pk for _ in range(3)]
    hers = session_of(alice)
    assert "Share 3 photos" in told(hers.post("/share", {"ids": ids[:2], "photo": ids[2:]}))
    hers.post("/share", {"photo": ids, "circle": circle.pk, "to": "circle", "with_original": "1"})
    assert CircleShare.objects.filter(with_original=True).count() == 3


def test_nobody_elses_photo_is_offered_for_sharing(circle: Circle, photo: Photo, bob: User, session_of: Any) -> None:
    his = session_of(bob)
    assert "Nothing is chosen" in told(his.get(f"/share?photo={photo.pk}&photo=nonsense"))
    refused = his.post("/share", {"photo": photo.pk, "circle": circle.pk, "to": "circle"})
    assert refused.status_code == 400
    assert not CircleShare.objects.exists()


def test_the_page_says_why_an_artwork_cannot_be_shared(
    circle: Circle, alice: User, make_artwork: Callable[..., Artwork], session_of: Any
) -> None:
    artwork = make_artwork(alice)
    hers = session_of(alice)
    sent = {"artwork": artwork.pk, "circle": circle.pk, "to": "circle"}
    assert "Nobody has said yet whose eye this is." in told(hers.post("/share", sent))
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="member", email="bob@example.com")
    refused = hers.post("/share", sent)
    assert refused.status_code == 409
    assert "they have not agreed to its being seen there" in told(refused)
    keeping.answer_whose_eye(actor=alice, artwork_id=artwork.pk, whose="me")
    assert "1 artwork shared." in told(hers.post("/share", sent, follow=True))
    assert "Take it back from The lake house" in told(hers.get(f"/artworks/{artwork.pk}"))


def test_bobs_pages_show_the_picture_and_nothing_of_the_file(
    circle: Circle, photo: Photo, alice: User, bob: User, session_of: Any
) -> None:
    item = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
    his = session_of(bob)
    here = f"/circles/{circle.pk}"
    for path in (here, f"{here}/items", f"{here}/items/{item.pk}"):
        page = told(his.get(path))
        assert f"/api/v1/photos/{photo.pk}/thumb/" in page
        assert "A photo by Alice" in page
        assert [secret for secret in ("secret-name", "Vienna", "EOS", "/original") if secret in page] == []
    assert his.get(f"/photos/{photo.pk}").status_code == 404
    sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk], with_original=True)
    page = told(his.get(f"{here}/items/{item.pk}"))
    assert [word for word in ("Vienna", "EOS", "/original") if word in page] == ["Vienna", "EOS", "/original"]
    assert "secret-name" not in page


def test_a_member_can_take_back_their_own_only_and_who_runs_it_anything(
    circle: Circle, alice: User, bob: User, session_of: Any, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(alice)
    hers = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
    his = sharing.share_items(actor=bob, circle_id=circle.pk, photo_ids=[make_photo(bob).pk]).items[0]
    here = f"/circles/{circle.pk}/items"
    assert "unshare" not in told(session_of(bob).get(f"{here}/{hers.pk}"))
    assert "Take it back" in told(session_of(bob).get(f"{here}/{his.pk}"))
    assert session_of(bob).post(f"{here}/unshare", {"item": hers.pk}).status_code == 403
    assert "Take it out of the circle" in told(session_of(alice).get(f"{here}/{his.pk}"))
    assert session_of(alice).post(f"{here}/unshare", {"item": his.pk}).status_code == 302
    assert [share.pk for share in CircleShare.objects.all()] == [hers.pk]


def test_items_stand_in_a_row_with_their_neighbours_and_in_pages(
    circle: Circle, alice: User, make_photo: Callable[..., Photo], session_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make_photo(alice, with_files=False).pk for _ in range(3)]
    newest, middle, oldest = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=ids).items
    hers = session_of(alice)
    page = told(hers.get(f"/circles/{circle.pk}/items/{middle.pk}"))
    assert re.search(rf'rel="prev" href="[^"]*{newest.pk}"', page)
    assert re.search(rf'rel="next" href="[^"]*{oldest.pk}"', page)
    monkeypatch.setattr("pages.sharing.wall.__kwdefaults__", {"kind": "", "after": "", "most": 2})
    first = told(hers.get(f"/circles/{circle.pk}/items"))
    assert f"?after={middle.pk}" in first
    rest = told(hers.get(f"/circles/{circle.pk}/items?after={middle.pk}"))
    assert str(oldest.pk) in rest
    assert str(newest.pk) not in rest
    assert "Nothing of this kind" in told(hers.get(f"/circles/{circle.pk}/items?kind=artwork"))


def test_a_circles_page_costs_the_same_for_two_pictures_and_for_twenty(
    circle: Circle, alice: User, make_photo: Callable[..., Photo], session_of: Any
) -> None:
    from django.db import connection

    hers = session_of(alice)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert hers.get(f"/circles/{circle.pk}").status_code == 200
        return len(seen)

    share = {"actor": alice, "circle_id": circle.pk}
    sharing.share_items(**share, photo_ids=[make_photo(alice, with_files=False).pk for _ in range(2)])
    few = queries()
    for _ in range(6):
        sharing.share_items(**share, photo_ids=[make_photo(alice, with_files=False).pk for _ in range(3)])
    assert queries() == few


def test_a_circle_is_shown_by_something_shared_in_it_until_that_goes(
    circle: Circle, alice: User, bob: User, make_photo: Callable[..., Photo], session_of: Any
) -> None:
    photo = make_photo(bob)
    item = sharing.share_items(actor=bob, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
    choose = f"/circles/{circle.pk}/picture"
    assert session_of(bob).post(choose, {"item": item.pk}).status_code == 403
    assert "Make it the circle" not in told(session_of(bob).get(f"/circles/{circle.pk}/items/{item.pk}"))
    hers = session_of(alice)
    assert "Make it the circle" in told(hers.get(f"/circles/{circle.pk}/items/{item.pk}"))
    thumb = f"/api/v1/photos/{photo.pk}/thumb/256.webp"
    assert thumb in told(hers.post(choose, {"item": item.pk}, follow=True))
    assert thumb in told(hers.get("/circles"))
    assert thumb in told(session_of(bob).get("/circles"))
    hers.post(choose)
    assert thumb not in told(hers.get("/circles"))
    hers.post(choose, {"item": item.pk})
    sharing.unshare_items(actor=bob, circle_id=circle.pk, share_ids=[item.pk])
    assert thumb not in told(hers.get("/circles"))


def test_a_circles_picture_through_the_api_is_seen_by_its_members_unless_they_are_blocked(
    circle: Circle, photo: Photo, alice: User, bob: User, api_as: Any
) -> None:
    item = sharing.share_items(actor=alice, circle_id=circle.pk, photo_ids=[photo.pk]).items[0]
    here = f"/api/v1/circles/{circle.pk}"
    assert api_as(bob).put(f"{here}/picture", {"item_id": str(item.pk)}, format="json").status_code == 403
    said = api_as(alice).put(f"{here}/picture", {"item_id": str(item.pk)}, format="json").json()
    assert str(photo.pk) in said["picture_template"]
    assert api_as(bob).get(here).json()["picture_template"] == said["picture_template"]
    assert api_as(bob).get("/api/v1/circles").json()["results"][0]["picture_template"] == said["picture_template"]
    Block.objects.create(blocker=alice, blocked=bob)
    assert api_as(bob).get(here).json()["picture_template"] == ""
    elsewhere = circles.create_circle(actor=alice, name="Another")
    refused = api_as(alice).put(f"/api/v1/circles/{elsewhere.pk}/picture", {"item_id": str(item.pk)}, format="json")
    assert refused.status_code == 404
    assert api_as(alice).delete(f"{here}/picture").status_code == 204
    assert api_as(alice).get(here).json()["picture_template"] == ""
