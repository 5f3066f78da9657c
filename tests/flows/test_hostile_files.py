"""Hostile and broken files through the whole house: a clear no or a clean picture, and the worker goes on."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from photos.models import Photo
from processing.models import Job
from tests.flows.conftest import Phone, data_files
from tests.synthetic import jpeg

pytestmark = pytest.mark.django_db(transaction=True)
NOT_PICTURES = ("FILENAMES.txt", "ssrf_vectors.json")
SECONDS = 10
BYTES = 1_000_000_000


@pytest.mark.parametrize("path", data_files("bad", without=NOT_PICTURES))
def test_a_hostile_file_gets_a_sentence_and_the_worker_goes_on(
    path: Path, phone: Phone, work: Callable[[], int], tmp_path: Path
) -> None:
    work()
    before = seconds_of_work()
    answer = phone.upload(path)
    assert 200 <= answer.status_code < 500
    if answer.status_code == 201:
        work()
        check_end(answer.json())
    else:
        said = answer.json()
        assert said["error"]
        assert said["detail"].endswith(".")
        assert said["suggestion"]
    assert seconds_of_work() - before < SECONDS
    assert peak_of_children() < BYTES
    assert_the_worker_goes_on(phone, work, tmp_path)


def check_end(said: dict[str, dict[str, str]]) -> None:
    job = Job.objects.get(pk=said["job"]["id"])
    photo = Photo.objects.get(pk=said["photo"]["id"])
    assert job.attempt == 1
    if job.state == "completed":
        assert photo.state == "ready"
        assert photo.renditions.count() == 9
        return
    assert (job.state, job.error_type, photo.state) == ("failed", "quality_issue", "broken")
    assert job.message.endswith(".")
    assert job.suggestion
    assert not job.is_dead_letter


def assert_the_worker_goes_on(phone: Phone, work: Callable[[], int], tmp_path: Path) -> None:
    good = tmp_path / "good.jpg"
    good.write_bytes(jpeg())
    done = phone.upload(good)
    assert done.status_code == 201
    assert work() == 1
    assert Job.objects.get(pk=done.json()["job"]["id"]).state == "completed"


def peak_of_children() -> int:
    return max((peak(child) for child in children()), default=0)


def seconds_of_work() -> float:
    """CPU seconds of this process and its child: the same on a busy machine."""
    used = [psutil.Process().cpu_times(), *(child.cpu_times() for child in children())]
    return sum(times.user + times.system for times in used)


def children() -> Iterator[psutil.Process]:
    yield from psutil.Process(os.getpid()).children(recursive=True)


def peak(process: psutil.Process) -> int:
    """Bytes of the largest resident size so far."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0
