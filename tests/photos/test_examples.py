"""Drawn examples for an empty library: real files, through the real door, and away again."""

import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from circles.models import User
from photos.examples import EYE_SEEDS, LANDSCAPES, add_examples, examples_of
from photos.models import Photo
from processing.imaging.scenery import HOURS, scenery
from processing.models import Job

ALL = len(LANDSCAPES) + len(EYE_SEEDS)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Two examples instead of all: the rest differ in their numbers only."""
    monkeypatch.setattr("photos.examples.LANDSCAPES", LANDSCAPES[:2])
    monkeypatch.setattr("photos.examples.EYE_SEEDS", ())
    return 2


def test_every_example_is_taken_in_and_gets_its_ingest(alice: User, media: Any) -> None:
    outcomes = add_examples(alice)

    assert [outcome for outcome in outcomes if outcome.is_error] == []
    assert Photo.objects.visible_to(alice).count() == Job.objects.visible_to(alice).count() == ALL


def test_an_example_arrives_with_its_date_and_place(alice: User, media: Any, few: int, work_through: Any) -> None:
    add_examples(alice)
    for job in Job.objects.visible_to(alice):
        work_through(job)

    photo = Photo.objects.visible_to(alice).get(filename="landscape-01.jpg")
    assert photo.state == Photo.State.READY
    assert photo.taken_at == datetime(2026, 6, 21, 5, 12, tzinfo=UTC)
    assert photo.place.endswith("Austria")
    assert {each.filename for each in examples_of(alice)} == {"landscape-01.jpg", "landscape-02.jpg"}


def test_asked_again_nothing_is_doubled(alice: User, media: Any, few: int) -> None:
    add_examples(alice)
    again = add_examples(alice)

    assert all(outcome.is_error and outcome.photo_id for outcome in again)
    assert Photo.objects.visible_to(alice).count() == few


def test_a_library_that_is_in_use_gets_none(alice: User, bob: User, make_photo: Any) -> None:
    make_photo(bob, with_files=False)
    call_command("examples", "--email", alice.email, "--if-new", stdout=io.StringIO())

    assert not Photo.objects.visible_to(alice).exists()


def test_they_go_into_the_bin_and_nothing_else_does(
    alice: User, media: Any, few: int, make_photo: Any, work_through: Any
) -> None:
    call_command("examples", "--email", alice.email, stdout=io.StringIO())
    for job in Job.objects.visible_to(alice):
        work_through(job)
    own = make_photo(alice, with_files=False)
    call_command("examples", "--email", alice.email, "--remove", stdout=io.StringIO())

    assert list(Photo.objects.visible_to(alice).in_library()) == [own]
    assert Photo.objects.visible_to(alice).in_bin().count() == few


def test_nobody_of_that_name_is_told(db: None) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("examples", "--email", "dora@example.org")


@pytest.mark.parametrize("hour", HOURS)
def test_a_landscape_is_the_same_each_time_and_another_with_another_seed(hour: str) -> None:
    first = scenery(1, hour, width=120, height=80, lake=True)

    assert first.shape == (80, 120, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, scenery(1, hour, width=120, height=80, lake=True))
    assert not np.array_equal(first, scenery(2, hour, width=120, height=80, lake=True))
    assert first.std() > 10
