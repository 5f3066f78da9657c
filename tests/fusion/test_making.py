"""A fusion from the request to the picture."""

import io
from typing import Any

import pytest
from PIL import Image

from artworks.models import Artwork
from circles.models import Circle, FeedItem, User
from consent.actions import answering
from fusion.models import FusionArtwork, FusionFile
from processing.models import Job
from tests.fusion.conftest import piece


def test_ones_own_pictures_are_fused_at_once(alice: User, mine: Artwork, fuse: Any, work: Any, api_as: Any) -> None:
    answer = fuse(alice, mine, piece(alice, 5), title="Both")
    assert answer.status_code == 201, answer.json()
    said = answer.json()
    assert (said["status"], said["pending"], said["fusion_type"]) == ("pending", [], "fusion")
    assert said["websocket_url"].endswith(f"/ws/jobs/{Job.objects.get().pk}")
    work()
    said = api_as(alice).get(f"/api/v1/fusion/{said['id']}").json()
    assert (said["status"], said["progress"], said["title"]) == ("completed", 100, "Both")
    assert said["facts"]["modes"] == ["multiband"]
    picture = Image.open(io.BytesIO(b"".join(api_as(alice).get(said["result_url"]).streaming_content)))
    assert max(picture.size) == 256
    assert picture.size == (said["width"], said["height"])
    thumb = api_as(alice).get(said["thumbnail_url"])
    assert (thumb.status_code, thumb["Cache-Control"]) == (200, "private, no-cache")
    names = {file.name for file in FusionFile.objects.all()}
    assert {"result.jpg", "256.jpeg", "256.webp", "256.avif", "1024.avif"} <= names


def test_somebody_elses_picture_waits_for_them_and_then_starts_by_itself(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any, work: Any, api_as: Any
) -> None:
    answer = fuse(alice, mine, his, circle=circle)
    fusion = FusionArtwork.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"status": "consent_required", "pending": [str(his.pk)], "fusion_id": str(fusion.pk)}
    assert work() == 0
    assert api_as(bob).get(f"/api/v1/fusion/{fusion.pk}").status_code == 404
    grant(bob)
    assert Job.objects.get().kind == "fusion"
    work()
    for person in (alice, bob):
        assert api_as(person).get(f"/api/v1/fusion/{fusion.pk}").json()["status"] == "completed"
        listed = api_as(person).get(f"/api/v1/circles/{circle.pk}/fusions").json()["results"]
        assert [one["id"] for one in listed] == [str(fusion.pk)]
    assert FeedItem.objects.get(verb="fused").subject_id == fusion.pk


def test_a_permission_taken_back_hides_it_in_the_same_transaction(
    alice: User, bob: User, shared_fusion: FusionArtwork, api_as: Any
) -> None:
    url = f"/api/v1/fusion/{shared_fusion.pk}"
    said = api_as(bob).get(url).json()
    consent = shared_fusion.permissions.exclude(artwork_id=shared_fusion.sources.first().artwork_id).get()
    answering.revoke_consent(actor=bob, consent_id=consent.consent_id)
    for person in (alice, bob):
        assert api_as(person).get(said["result_url"]).status_code == 404
        assert api_as(person).get(said["thumbnail_url"]).status_code == 404
    assert api_as(bob).get(url).status_code == 404
    hers = api_as(alice).get(url).json()
    assert (hers["status"], hers["result_url"], hers["thumbnail_url"]) == ("withdrawn", None, None)
    assert "bob" not in str(hers["message"]).lower()
    assert not FeedItem.objects.filter(verb="fused").exists()
    assert not FusionFile.objects.exists()


@pytest.mark.parametrize("number", [1, 5])
def test_two_to_four_pictures_make_a_fusion(alice: User, fuse: Any, number: int) -> None:
    answer = fuse(alice, *[piece(alice, seed) for seed in range(number)])
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")
