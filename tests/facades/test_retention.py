"""What came of addresses goes after its time, with every file; what is made of library photos stays."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from artworks.models import Artwork
from circles.models import User
from facades.actions.retention import forget_old_renders
from processing import reconciler
from processing.models import Job
from tests.facades.conftest import BRICK, HOUSE, JOBS

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock by so many hours."""
    real = timezone.now

    def move(hours: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))

    return move


def files_in(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def test_after_two_days_nothing_of_it_is_left(
    alice: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None], media: Path
) -> None:
    url = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["poll_url"]
    work()
    later(47.9)
    reconciler.run_everything_once()
    assert api_as(alice).get(url).json()["status"] == "completed"
    assert any(name.endswith("result.jpg") for name in files_in(media))
    later(48.1)
    for _ in range(2):
        reconciler.run_everything_once()
    assert api_as(alice).get(url).status_code == 404
    assert (Artwork.objects.count(), Job.objects.count(), files_in(media)) == (0, 0, set())


def test_what_is_made_of_ones_own_photo_stays(
    alice: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None], library: Any
) -> None:
    photo, _ = library(alice)
    api_as(alice).post(JOBS, {"photo_id": str(photo.pk), "texture_url": BRICK})
    work()
    later(1000)
    forget_old_renders()
    assert forget_old_renders() == 0
    photo.delete()
    assert forget_old_renders() == 0
    assert Artwork.objects.get().photo is None


def test_a_texture_from_elsewhere_goes_from_what_was_made_of_ones_own_photo(
    alice: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None], *, library: Any, media: Path
) -> None:
    photo, _ = library(alice)
    api_as(alice).post(JOBS, {"photo_id": str(photo.pk), "texture_url": BRICK})
    work()

    def textures() -> int:
        return sum(Path(name).name == "texture" for name in files_in(media))

    later(47.9)
    reconciler.run_everything_once()
    assert (textures(), Artwork.objects.get().keeps("texture")) == (1, True)
    later(48.1)
    for _ in range(2):
        reconciler.run_everything_once()
    made = Artwork.objects.get()
    assert (textures(), made.keeps("texture"), made.keeps("result.jpg")) == (0, False, True)


def test_the_time_is_a_setting(
    alice: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None], settings: Any
) -> None:
    settings.RENDER_RETENTION_HOURS = 1
    api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK})
    work()
    later(0.9)
    assert forget_old_renders() == 0
    later(1.1)
    assert forget_old_renders() == 1


def test_who_cleared_the_list_of_jobs_keeps_nothing_longer(
    alice: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None]
) -> None:
    job_id = api_as(alice).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["job_id"]
    work()
    api_as(alice).delete(f"/api/v1/processing/jobs/{job_id}")
    assert Artwork.objects.count() == 1
    later(49)
    assert forget_old_renders() == 1
    assert Artwork.objects.count() == 0


def test_failures_and_messages_go_too_and_what_waits_stays(
    alice: User, bob: User, api_as: Any, work: Callable[[], int], later: Callable[[float], None]
) -> None:
    hook = HOUSE.replace("house.png", "hook")
    api_as(alice).post(JOBS, {"image_url": HOUSE + "x", "texture_url": BRICK, "webhook_url": hook})
    work()
    Job.objects.filter(kind="webhook").update(state="failed", finished_at=timezone.now())
    waiting = api_as(bob).post(JOBS, {"image_url": HOUSE, "texture_url": BRICK}).json()["job_id"]
    later(49)
    assert forget_old_renders() == 2
    assert [str(job.pk) for job in Job.objects.all()] == [waiting]
