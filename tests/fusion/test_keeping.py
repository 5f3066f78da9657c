"""Cancelled, made again, deleted; who may see what; and what a crash leaves."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from artworks.models import Artwork
from circles.actions.circles import create_circle
from circles.actions.memberships import remove_member
from circles.actions.opt_ins import opt_out
from circles.models import Circle, FeedItem, Membership, User
from fusion.actions import masking
from fusion.models import FusionArtwork, FusionFile, FusionMask
from processing import files
from processing.models import FileDeletion, Job
from tests.access import things
from tests.fusion.conftest import piece
from tests.fusion.test_settings import png


def other(alice: User) -> Artwork:
    return piece(alice, 5)


def test_cancelling_stops_the_job_and_twice_is_fine(alice: User, mine: Artwork, fuse: Any, api_as: Any) -> None:
    pk = fuse(alice, mine, other(alice)).json()["id"]
    for _ in range(2):
        answer = api_as(alice).post(f"/api/v1/fusion/{pk}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert Job.objects.get().state == "cancelled"


def test_what_is_done_cannot_be_cancelled(shared_fusion: FusionArtwork, alice: User, api_as: Any) -> None:
    assert api_as(alice).post(f"/api/v1/fusion/{shared_fusion.pk}/cancel").status_code == 409


def test_what_was_cancelled_goes_on_as_itself_with_other_settings(
    alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any
) -> None:
    pk = fuse(alice, mine, other(alice)).json()["id"]
    assert api_as(alice).post(f"/api/v1/fusion/{pk}/retry", {}).status_code == 409
    api_as(alice).post(f"/api/v1/fusion/{pk}/cancel")
    answer = api_as(alice).post(f"/api/v1/fusion/{pk}/retry", {"layout": "yin_yang", "blend_mode": "alpha"})
    assert (answer.status_code, answer.json()["id"]) == (201, pk)
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{pk}").json()
    assert (said["status"], said["layout"], said["blend_mode"]) == ("completed", "yin_yang", "alpha")


def test_of_what_is_done_another_one_is_made_and_everybody_asked_anew(
    alice: User, shared_fusion: FusionArtwork, api_as: Any
) -> None:
    answer = api_as(alice).post(f"/api/v1/fusion/{shared_fusion.pk}/retry", {"options": {"size": 300}})
    assert answer.status_code == 202
    made = FusionArtwork.objects.get(pk=answer.json()["fusion_id"])
    assert (made.retry_of, made.options["size"], made.circle) == (shared_fusion, 300, shared_fusion.circle)
    shared_fusion.refresh_from_db()
    assert shared_fusion.state == "ready"


def test_its_job_can_be_tried_again_from_the_page_of_jobs(  # noqa: PLR0917
    alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = fuse(alice, mine, other(alice)).json()["id"]
    with monkeypatch.context() as broken:
        broken.setattr(FusionFile.objects, "bulk_create", lambda *_: 1 / 0)
        work()
    assert api_as(alice).get(f"/api/v1/fusion/{pk}").json()["status"] == "failed"
    assert api_as(alice).post(f"/api/v1/processing/jobs/{Job.objects.get().pk}/reprocess", {}).status_code == 201
    work()
    assert api_as(alice).get(f"/api/v1/fusion/{pk}").json()["status"] == "completed"
    assert FusionArtwork.objects.count() == 1


def test_deleting_takes_files_and_news_along(shared_fusion: FusionArtwork, alice: User, bob: User, api_as: Any) -> None:
    keys = set(FusionFile.objects.values_list("key", flat=True))
    assert api_as(bob).delete(f"/api/v1/fusion/{shared_fusion.pk}").status_code == 404
    assert api_as(alice).delete(f"/api/v1/fusion/{shared_fusion.pk}").status_code == 204
    assert not FusionArtwork.objects.exists()
    assert not FeedItem.objects.filter(verb="fused").exists()
    assert keys <= set(FileDeletion.objects.values_list("key", flat=True))


def test_the_same_key_is_one_fusion(alice: User, mine: Artwork, fuse: Any) -> None:
    second, key = other(alice), {"Idempotency-Key": "k"}
    first = fuse(alice, mine, second, headers=key)
    assert fuse(alice, mine, second, headers=key).json()["id"] == first.json()["id"]
    assert fuse(alice, second, mine, headers=key).json()["error"] == "idempotency_conflict"
    assert (FusionArtwork.objects.count(), Job.objects.count()) == (1, 1)


def test_whoever_has_not_agreed_to_iris_work_makes_none_of_irises(alice: User, mine: Artwork, fuse: Any) -> None:
    second = other(alice)
    opt_out(actor=alice, purpose="iris")
    mine, second = (Artwork.objects.create(owner=alice, kind="iris", version="1", width=8, height=8) for _ in "ab")
    answer = fuse(alice, mine, second)
    assert (answer.status_code, answer.json()["error"]) == (403, "opt_in_required")


def test_of_a_photo_the_best_that_was_made_of_it_is_taken(alice: User, mine: Artwork, fuse: Any, api_as: Any) -> None:
    photo = things.photo_of(alice, state="ready", width=8, height=6)
    body = {"source_artwork_ids": [str(mine.pk), str(photo.pk)]}
    answer = api_as(alice).post("/api/v1/fusion", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "artwork_not_ready")
    enhanced, iris = piece(alice, 3, kind="enhance"), piece(alice, 4)
    Artwork.objects.filter(pk__in=[enhanced.pk, iris.pk]).update(photo=photo)
    Artwork.objects.filter(pk=enhanced.pk).update(created_at=timezone.now())
    said = api_as(alice).post("/api/v1/fusion", body).json()
    assert said["source_artwork_ids"] == [str(mine.pk), str(iris.pk)]


def test_nobody_fuses_what_they_do_not_see(  # noqa: PLR0917
    alice: User, charlie: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, api_as: Any
) -> None:
    hers = piece(charlie, 6)
    assert fuse(charlie, hers, his).status_code == 404
    assert fuse(charlie, hers, hers).status_code == 400
    body = {"source_artwork_ids": [str(hers.pk), str(uuid.uuid4())]}
    absent = api_as(charlie).post("/api/v1/fusion", body)
    hidden = api_as(charlie).post("/api/v1/fusion", {"source_artwork_ids": [str(hers.pk), str(mine.pk)]})
    assert (absent.status_code, absent.json()) == (hidden.status_code, hidden.json())
    assert fuse(charlie, hers, piece(charlie, 7), circle=circle).status_code == 404


def test_strangers_and_members_of_other_circles_and_who_was_removed_see_nothing(  # noqa: PLR0917
    alice: User, charlie: User, make_user: Any, circle: Circle, mine: Artwork, fuse: Any, work: Any, api_as: Any
) -> None:
    dora = make_user("dora@example.com")
    Membership.objects.create(circle=circle, user=dora)
    create_circle(actor=charlie, name="Another one")
    pk = fuse(alice, mine, other(alice), circle=circle).json()["id"]
    assert api_as(dora).get(f"/api/v1/fusion/{pk}").status_code == 404
    work()
    said = api_as(dora).get(f"/api/v1/fusion/{pk}").json()
    assert (said["status"], said["pending"], said["websocket_url"]) == ("completed", [], None)
    assert api_as(dora).post(f"/api/v1/fusion/{pk}/retry", {}).status_code == 404
    remove_member(actor=alice, circle_id=circle.pk, user_id=dora.pk)
    for person in (charlie, dora):
        for path in (f"fusion/{pk}", f"fusion/{pk}/files/result.jpg", f"circles/{circle.pk}/fusions"):
            assert api_as(person).get(f"/api/v1/{path}").status_code == 404, path


def test_a_crash_while_publishing_leaves_no_half_a_fusion(  # noqa: PLR0917
    alice: User, circle: Circle, mine: Artwork, fuse: Any, work: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuse(alice, mine, other(alice), circle=circle)
    before = {path for path in media.rglob("*") if path.is_file()}

    def crash(**_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("fusion.recipes.parts.feed.publish", crash)
    work()
    assert FusionArtwork.objects.get().state == "failed"
    assert not FusionFile.objects.exists()
    FileDeletion.objects.update(not_before=timezone.now())
    files.drain_deletions()
    assert {path for path in media.rglob("*") if path.is_file()} == before


def test_masks_nobody_uses_go(alice: User, mine: Artwork, fuse: Any, api_as: Any) -> None:
    url = f"/api/v1/fusion/masks/{mine.pk}"
    used, _ = (api_as(alice).put(url, png(64, (0, 0, 64, 64)), content_type="image/png").json()["id"] for _ in "ab")
    assert fuse(alice, mine, other(alice), options={"parts": [{"mask": used}, {}]}).status_code == 201
    assert masking.sweep_masks() == 0
    FusionMask.objects.update(created_at=timezone.now() - 2 * masking.KEPT)
    assert masking.sweep_masks() == 1
    assert [str(mask.pk) for mask in FusionMask.objects.all()] == [used]
