"""What the first document on fusions named: the queue, how long it may take, how it is listed, and what it tells."""

from typing import Any

from artworks.models import Artwork
from circles.models import User
from fusion.models import FusionArtwork
from processing import recipe
from processing.errors import TooSlow
from processing.models import Job
from processing.states import Queue
from tests.fusion.conftest import piece


def test_fusions_wait_behind_the_studio_and_have_three_minutes_compositions_one() -> None:
    limits = {kind: (recipe.find(kind).queue, recipe.find(kind).time_limit) for kind in ("fusion", "composition")}
    assert limits == {"fusion": (Queue.DEFAULT, 180), "composition": (Queue.DEFAULT, 60)}


def test_both_tell_their_steps_every_few_per_cent_of_the_way() -> None:
    for kind in ("fusion", "composition"):
        steps = [(step.name, step.until) for step in recipe.find(kind).steps]
        assert steps == [("load", 20), ("blend", 80), ("save", 100)]


def test_they_are_listed_by_limit_and_offset_too(alice: User, mine: Artwork, fuse: Any, api_as: Any) -> None:
    made = [fuse(alice, mine, piece(alice, seed)).json()["id"] for seed in (5, 6, 7)]
    hers = api_as(alice)
    first = hers.get("/api/v1/fusion?limit=2").json()["results"]
    second = hers.get("/api/v1/fusion?limit=2&offset=2").json()["results"]
    assert [one["id"] for one in (*first, *second)] == made[::-1]


def test_a_long_reason_is_kept_up_to_500_characters(alice: User, mine: Artwork, fuse: Any, api_as: Any) -> None:
    said = fuse(alice, mine, piece(alice, 5)).json()
    job = Job.objects.get()
    recipe.find("fusion").recipe.failed(job, TooSlow("x" * 900))
    told = api_as(alice).get(f"/api/v1/fusion/{said['id']}").json()
    assert (told["status"], len(told["message"])) == ("failed", 500)
    assert FusionArtwork.objects.get().error_code
