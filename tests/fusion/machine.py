"""A small world of consent and fusion for hypothesis: bob's word on one artwork, alice's fusions, one worker.

Everything happens in one transaction that is rolled back after each example; what follows a commit is run at the end
of the step that caused it. Things may happen in the middle of another: while a fusion is handed in, before the claim's
gate, while the pixels are made, and when the files are stored but not yet published.
"""

import random
import uuid
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import TestCase
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from artworks.actions.sharing import share_items
from artworks.models import Artwork, ArtworkFile
from circles.actions.circles import create_circle
from circles.actions.memberships import leave_circle
from circles.models import FeedItem, Membership, User
from consent import telling
from consent.actions import answering
from consent.actions import ending as consent_ending
from consent.models import Consent
from fusion import gate
from fusion.actions import making
from fusion.models import FusionArtwork, FusionFile
from processing import files, leases, reconciler, runner, sandbox
from processing.errors import AureoleError
from processing.models import FileDeletion, Job, JobFile
from processing.states import ENDS, Queue
from tests.access import things

EVENTS = ("nothing", "revoke", "revoke and give again", "leave", "expire", "crash", "reconcile")
POINTS = ("handing in", "claimed", "making", "stored")


class Crashed(BaseException):
    """The process is gone: nobody cleans up."""


class World(RuleBasedStateMachine):
    """``spoiled``: fusions that stood on a word of bob's, or waited for one, when it ended."""

    def __init__(self) -> None:
        super().__init__()
        self._step = transaction.atomic()
        self._step.__enter__()
        self.alice, self.bob = (User.objects.create(email=f"{uuid.uuid4()}@example.com", name=n) for n in ("A", "B"))
        self.circle = create_circle(actor=self.alice, name="The lake house")
        self.mine, self.his = small_piece(self.alice), small_piece(self.bob)
        self.known: set[uuid.UUID] = set()
        self.spoiled: set[uuid.UUID] = set()
        self.ended: set[uuid.UUID] = set()
        self.plan: dict[str, str] = {}
        self.join()
        self.give()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._step.__exit__(None, None, None)

    # What people do.

    def join(self) -> None:
        Membership.objects.create(circle=self.circle, user=self.bob)
        share_items(actor=self.bob, circle_id=self.circle.pk, artwork_ids=[self.his.pk])

    @property
    def is_there(self) -> bool:
        return Membership.objects.filter(circle=self.circle, user=self.bob).exists()

    @initialize(is_made=st.sampled_from((True, False)))
    def begin(self, is_made: bool) -> None:
        """Hypothesis tries the first of them first: no run goes without a fusion that is there."""
        if is_made:
            self.hand_in_and_work("claimed", "nothing")

    @rule()
    def give(self) -> None:
        with committed():
            if self.is_there:
                answering.give_consent(
                    actor=self.bob, purpose="fusion", scope="artwork", artwork_id=self.his.pk, circle_id=self.circle.pk
                )

    @rule()
    def agree(self) -> None:
        """To every question that waits."""
        with committed():
            for asked in Consent.objects.answered_by(self.bob).waiting():
                answering.grant_consent(actor=self.bob, consent_id=asked.pk)

    @rule()
    def refuse(self) -> None:
        with committed():
            for asked in Consent.objects.answered_by(self.bob).waiting():
                answering.refuse_consent(actor=self.bob, consent_id=asked.pk)

    @rule(event=st.sampled_from(["revoke", "revoke and give again", "leave", "expire"]))
    def happens(self, event: str) -> None:
        with committed():
            self.do(event)

    @precondition(lambda self: not self.is_there)
    @rule()
    def come_back(self) -> None:
        with committed():
            self.join()

    @rule(point=st.sampled_from(POINTS[1:]), event=st.sampled_from(("nothing", "nothing", "nothing", *EVENTS)))
    def hand_in_and_work(self, point: str, event: str) -> None:
        """What mostly happens; without it most examples never get far."""
        self.hand_in("nothing")
        self.work(point, event)

    @rule(point=st.sampled_from(POINTS[1:]), event=st.sampled_from(("revoke", "leave", "expire")))
    def hand_in_and_regret(self, point: str, event: str) -> None:
        """What the gate is for."""
        self.give()
        self.hand_in_and_work(point, event)

    @rule(event=st.sampled_from(EVENTS[:-2]))
    def hand_in(self, event: str) -> None:
        """A fusion for the circle; ``event`` happens in the middle of it."""
        self.plan, self.ended = {"handing in": event}, set()
        with committed():
            try:
                with transaction.atomic():
                    self.known.add(self._hand_in().pk)
            except AureoleError:
                return
            finally:
                self.plan = {}

    def _hand_in(self) -> FusionArtwork:
        wanted = {"source_ids": [self.mine.pk, self.his.pk], "layout": "overlap", "blend_mode": "alpha"}
        made = making.make_fusion(
            actor=self.alice, fusion_type="fusion", circle_id=self.circle.pk, wanted={"size": 256}, **wanted
        )
        if made in FusionArtwork.objects.relying_on(self.ended):
            self.spoiled.add(made.pk)
        return made

    # What the machine does.

    @rule(point=st.sampled_from(POINTS[1:]), event=st.sampled_from(EVENTS))
    def work(self, point: str, event: str) -> None:
        """One job from the claim to its end, with something happening on the way."""
        self.plan = {point: event}
        with committed():
            job = leases.claim(Queue.DEFAULT, "here")
            if job is None:
                return
            try:
                self.at("claimed")
                runner.run(job)
            except Crashed:
                Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
            finally:
                self.plan = {}

    @rule()
    def reconcile(self) -> None:
        with committed():
            reconciler.take_back_dead_leases()
            Job.objects.update(not_before=None)
            making.start_all_waiting()

    def at(self, point: str) -> None:
        event = self.plan.pop(point, "nothing")
        if event == "crash":
            raise Crashed()
        self.do(event)

    def do(self, event: str) -> None:
        if event == "reconcile":
            making.start_all_waiting()
        if event in {"revoke", "revoke and give again"}:
            self._revoke()
        if event == "leave" and self.is_there:
            self._spoil()
            waiting = FusionArtwork.objects.waiting().filter(pk__in=self.known)
            self.spoiled |= set(waiting.values_list("pk", flat=True))
            leave_circle(actor=self.bob, circle_id=self.circle.pk)
        if event == "expire":
            self._spoil()
            self._given().update(valid_until=timezone.now() - timedelta(seconds=1))
            consent_ending.expire_consents()
        if event == "revoke and give again" and self.is_there:
            answering.give_consent(
                actor=self.bob, purpose="fusion", scope="artwork", artwork_id=self.his.pk, circle_id=self.circle.pk
            )

    def _given(self) -> Any:
        return Consent.objects.answered_by(self.bob).not_ones_own().given()

    def _revoke(self) -> None:
        self._spoil()
        for pk in list(self._given().values_list("pk", flat=True)):
            answering.revoke_consent(actor=self.bob, consent_id=pk)

    def _spoil(self) -> None:
        """Whatever stands on a word of his is over."""
        self.ended |= set(self._given().values_list("pk", flat=True))
        relying = FusionArtwork.objects.filter(pk__in=self.known).relying_on(self.ended)
        self.spoiled |= set(relying.values_list("pk", flat=True))

    ready_seen = 0

    # What is always true.

    @invariant()
    def nothing_spoiled_is_there(self) -> None:
        there = set(FusionArtwork.objects.ready().values_list("pk", flat=True))
        assert not there & self.spoiled, "It is there although his word ended after it was handed in."

    @invariant()
    def whatever_is_there_stands_on_words_as_they_are_now(self) -> None:
        for fusion in FusionArtwork.objects.ready():
            World.ready_seen += 1
            words = Consent.objects.in_bulk([each.consent_id for each in gate.remembered(fusion)])
            for each in gate.remembered(fusion):
                consent = words[each.consent_id]
                assert consent.is_given, "It is there on a word that is not."
                assert consent.epoch == each.epoch, "It is there on another word than it was started with."
            assert {one.granter_id for one in words.values()} == {self.alice.pk, self.bob.pk}

    @invariant()
    def what_is_not_there_has_no_file_and_no_news(self) -> None:
        ready = FusionArtwork.objects.ready().values("pk")
        assert not FusionFile.objects.exclude(fusion__in=ready).exists()
        assert not FeedItem.objects.filter(verb="fused").exclude(subject_id__in=ready).exists()

    @invariant()
    def every_stored_file_is_somebodys_or_on_its_way_out(self) -> None:
        kept = set(FusionFile.objects.values_list("key", flat=True))
        doomed = set(FileDeletion.objects.values_list("key", flat=True))
        running = set(JobFile.objects.exclude(job__state__in=ENDS).values_list("key", flat=True))
        assert stored() <= kept | doomed | running

    @invariant()
    def only_what_is_being_made_has_a_job_to_do(self) -> None:
        busy = set(Job.objects.unfinished().values_list("subject_id", flat=True))
        assert busy == set(FusionArtwork.objects.filter(state="making").values_list("pk", flat=True))


def small_piece(owner: User) -> Artwork:
    """Whole for everybody but the pixels."""
    made = things.artwork_of(owner)
    Artwork.objects.filter(pk=made.pk).update(whose="me", subject=owner, is_consent_ready=True)
    key = default_storage.save(f"iris/{uuid.uuid4()}/result.jpg", ContentFile(b"0123456789"))
    ArtworkFile.objects.create(artwork=made, name="result.jpg", key=key, byte_size=10, content_type="image/jpeg")
    return Artwork.objects.get(pk=made.pk)


def committed() -> Any:
    return TestCase.captureOnCommitCallbacks(execute=True)


def stored() -> set[str]:
    """Keys of files that jobs wrote in this example (rows name them all, or that is the bug)."""
    jobs = {str(pk) for pk in Job.objects.values_list("pk", flat=True)}
    return {f"fusion/{path}" for job in jobs for path in _below(f"fusion/{job}", job)}


def _below(folder: str, prefix: str) -> list[str]:
    if not default_storage.exists(folder):
        return []
    folders, names = default_storage.listdir(folder)
    found = [f"{prefix}/{name}" for name in names]
    for inner in folders:
        found += _below(f"{folder}/{inner}", f"{prefix}/{inner}")
    return found


class Quick:
    """The sandbox without its process and its pixels."""

    world: World

    def run(self, found: Any, work: Any, request: Any, *, on_progress: Any, look: Any) -> dict[str, Any]:
        (work / files.OUT / "result.jpg").write_bytes(random.randbytes(8))
        Quick.world.at("making")
        look()
        return {"width": 8, "height": 8}


def prepared(monkeypatch: Any, settings: Any, folder: Any) -> type[World]:
    """The world's class, wired to the engine's places where something may happen in between."""
    settings.WORK_DIR = folder
    monkeypatch.setattr(sandbox, "mine", Quick)
    monkeypatch.setattr(telling, "_mail", lambda *_, **__: None)
    monkeypatch.setattr(leases.keeper, "hold", lambda job: nullcontext(leases.Held(job)))
    storing, remembering, requiring = files.store, World.__init__, gate.require

    def store(*given: Any) -> None:
        storing(*given)
        Quick.world.at("stored")

    def require(*given: Any) -> Any:
        words = requiring(*given)
        Quick.world.at("handing in")
        return words

    def begin(self: World) -> None:
        Quick.world = self
        remembering(self)

    monkeypatch.setattr(files, "store", store)
    monkeypatch.setattr(gate, "require", require)
    monkeypatch.setattr(World, "__init__", begin)
    return World
