"""Revocation against publication on two real connections: what is taken back is not there from that commit on."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from circles.actions.circles import create_circle
from circles.models import Circle, FeedItem, Membership, User
from consent.actions import answering
from consent.models import Consent
from fusion.actions import making
from fusion.models import FusionArtwork, FusionFile
from processing import files, leases, runner, sandbox
from processing.errors import AureoleError
from processing.models import Job, JobFile
from processing.states import ENDS, Queue
from tests.fusion.machine import small_piece

TIMES = 200
LATEST = 60


class Pixels:
    """A sandbox that takes no time."""

    def run(self, found: Any, work: Any, request: Any, *, on_progress: Any, look: Any) -> dict[str, Any]:
        (work / files.OUT / "result.jpg").write_bytes(b"0123")
        return {"width": 8, "height": 8}


@pytest.fixture
def scene(transactional_db: None, make_user: Any, monkeypatch: Any, settings: Any, tmp_path: Path) -> Any:
    settings.WORK_DIR = tmp_path / "work"
    monkeypatch.setattr(sandbox, "mine", Pixels)
    alice, bob = make_user("alice@example.com"), make_user("bob@example.com")
    circle = create_circle(actor=alice, name="The lake house")
    Membership.objects.create(circle=circle, user=bob)
    mine, his = small_piece(alice), small_piece(bob)
    monkeypatch.setattr("artworks.querysets.ArtworkQuerySet.visible_to", lambda self, user: self.all())
    yield alice, bob, circle, [mine.pk, his.pk]
    leases.keeper.close()


def give(bob: User, circle: Circle, artwork_id: Any) -> Consent:
    return answering.give_consent(
        actor=bob, purpose="fusion", scope="artwork", artwork_id=artwork_id, circle_id=circle.pk
    )


def hand_in(alice: User, circle: Circle, ids: Any) -> FusionArtwork:
    return making.make_fusion(
        actor=alice, fusion_type="fusion", source_ids=ids, layout="overlap", blend_mode="alpha", circle_id=circle.pk,
        wanted={"size": 256},
    )  # fmt: skip


def together(*acts: Callable[[], Any]) -> None:
    """Each on a connection of its own, through one barrier."""
    barrier = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def do(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(20)
            act()
        except AureoleError:
            pass
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures


def assert_nothing_is_there() -> None:
    """From the commit of a revocation on, for everybody."""
    assert not FusionArtwork.objects.ready().exists()
    assert not FusionFile.objects.exists()
    assert not FeedItem.objects.filter(verb="fused").exists()


def publishing(job: Job) -> Callable[[], None]:
    """The last part of a job whose pixels are done: gate and publication, in one transaction."""
    held = leases.Held(job)
    attempt = runner._Attempt(job, held)
    found = runner._registration(job)
    JobFile.objects.create(
        job=job, lease_token=job.lease_token, name="result.jpg", key=f"fusion/{job.pk}/result.jpg", byte_size=4
    )
    attempt.staged = {file.name: file for file in JobFile.objects.filter(job=job)}
    return lambda: attempt._publish_once(found, {"width": 8, "height": 8})


def test_revocation_races_publication_and_nothing_is_there_after_its_commit(scene: Any) -> None:
    alice, bob, circle, ids = scene
    published = 0
    for number in range(TIMES):
        consent = give(bob, circle, ids[1])
        hand_in(alice, circle, ids)
        job = leases.claim(Queue.DEFAULT, "here")
        assert job is not None
        publish = publishing(job)

        def take_back(consent: Consent = consent, after: float = number % LATEST / 500) -> None:
            # At once, or while it is published, or when that is done, however slow the machine is.
            time.sleep(after)
            answering.revoke_consent(actor=bob, consent_id=consent.pk)
            assert_nothing_is_there()

        together(publish, take_back)
        assert_nothing_is_there()
        published += Job.objects.get(pk=job.pk).state == "completed"
    assert Job.objects.exclude(state__in=ENDS).count() == 0
    # Both orders came up, or this was no race.
    assert 0 < published < TIMES


def test_revocation_races_the_request_and_what_slipped_through_is_never_published(scene: Any) -> None:
    alice, bob, circle, ids = scene
    for _ in range(8):
        consent = give(bob, circle, ids[1])
        together(
            lambda: hand_in(alice, circle, ids),
            lambda consent=consent: answering.revoke_consent(actor=bob, consent_id=consent.pk),
        )
        while (job := leases.claim(Queue.DEFAULT, "here")) is not None:
            runner.run(job)
        assert_nothing_is_there()
        FusionArtwork.objects.all().delete()


def test_two_last_words_at_the_same_moment_start_it_once(scene: Any, make_user: Any) -> None:
    alice, bob, circle, ids = scene
    carl = make_user("carl@example.com")
    Membership.objects.create(circle=circle, user=carl)
    ids = [*ids, small_piece(carl).pk]
    for _ in range(6):
        fusion = hand_in(alice, circle, ids)
        asked = {one.granter_id: one.pk for one in Consent.objects.waiting().filter(work_id=fusion.pk)}
        together(
            lambda asked=asked: answering.grant_consent(actor=bob, consent_id=asked[bob.pk]),
            lambda asked=asked: answering.grant_consent(actor=carl, consent_id=asked[carl.pk]),
        )
        fusion.refresh_from_db()
        assert fusion.state == "making"
        assert Job.objects.filter(subject_id=fusion.pk).count() == 1


def test_cancelling_races_publication_and_one_of_them_wins(scene: Any) -> None:
    from fusion.actions.ending import cancel_fusion

    alice, bob, circle, ids = scene
    give(bob, circle, ids[1])
    for _ in range(8):
        fusion = hand_in(alice, circle, ids)
        job = leases.claim(Queue.DEFAULT, "here")
        assert job is not None
        together(publishing(job), lambda fusion=fusion: cancel_fusion(actor=alice, fusion_id=fusion.pk))
        fusion.refresh_from_db()
        job.refresh_from_db()
        assert (fusion.state, job.state) in {("ready", "completed"), ("cancelled", "cancelled")}
        assert fusion.files.exists() == (fusion.state == "ready")
