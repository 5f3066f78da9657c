"""Two at once, on real connections: nothing is published after the commit of a word taken back."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from artworks.actions import keeping
from artworks.models import Artwork
from circles.actions import memberships
from circles.actions.accounts import delete_account
from circles.models import Circle, User
from consent import chain, policy
from consent.actions import answering, asking
from consent.models import Consent, ConsentEvent
from consent.policy import PermissionGone
from processing.errors import AureoleError
from tests.consent.conftest import piece

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 40
ROLES = ("owner", "subject", "requester")


def at_once(*acts: Callable[[], object]) -> list[Any]:
    """Each on a connection of its own behind one barrier; what it returned, or the code of the refusal."""
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            return act()
        except AureoleError as refused:
            return refused.error_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


class Press:
    """Publishes as a job does: holds its permissions, looks once more, commits."""

    def __init__(self, requester: User, artworks: list[Artwork], circle: Circle | None = None) -> None:
        self.requester, self.circle = requester, circle
        self.permissions = policy.require(requester=requester, artworks=artworks, purpose="fusion", circle=circle)

    def print(self) -> str:
        try:
            with transaction.atomic():
                policy.hold(permissions=self.permissions, requester=self.requester, circle=self.circle)
                # Long enough for whoever takes it back to come in between, were there no lock.
                time.sleep(0.005)
                stands = self._stands()
        except PermissionGone as gone:
            return gone.error_code
        return "printed" if stands else "printed without a word"

    def _stands(self) -> bool:
        ids = [each.consent_id for each in self.permissions]
        return Consent.objects.filter(pk__in=ids, state="granted").count() == len(set(ids))


@pytest.mark.parametrize("how", ["revoke", "leave", "delete artwork", "delete account"])
def test_publishing_and_taking_back_come_one_after_the_other(
    alice: User, make_user: Callable[..., User], circle: Circle, give: Any, how: str
) -> None:
    """Either it was published first and then taken back, or not at all; and neither waits for the other for ever."""
    said = set()
    for number in range(ROUNDS if how == "revoke" else ROUNDS // 4):
        owner = make_user(f"owner{number}@example.com")
        circle.memberships.create(user=owner)
        work, mine = piece(owner), piece(alice)
        given = give(alice, work, circle=circle)
        press = Press(alice, [work, mine], circle)
        end = {
            "revoke": lambda o=owner, c=given: answering.revoke_consent(actor=o, consent_id=c.pk).state,
            "leave": lambda o=owner: memberships.leave_circle(actor=o, circle_id=circle.pk),
            "delete artwork": lambda o=owner, w=work: keeping.delete_artwork(actor=o, artwork_id=w.pk),
            "delete account": lambda o=owner: delete_account(actor=o),
        }[how]
        printed, ended = at_once(press.print, end)
        assert printed in {"printed", "permission_gone"}
        assert ended in {None, "withdrawn"}
        assert press.print() == "permission_gone"
        said.add(printed)
    assert said
    assert list(chain.breaks()) == []


def test_publishing_waits_for_a_word_being_taken_back(alice: User, bob: User, circle: Circle, give: Any) -> None:
    """The other way round, step by step: the one who takes it back has it locked, and commits."""
    work = piece(bob)
    given = give(alice, work, circle=circle)
    press = Press(alice, [work], circle)
    locked, printed = threading.Event(), []

    def publish() -> None:
        try:
            locked.wait(20)
            printed.append(press.print())
        finally:
            connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    with transaction.atomic():
        answering.revoke_consent(actor=bob, consent_id=given.pk)
        locked.set()
        thread.join(0.5)
        assert printed == [], "it must wait for the commit"
    thread.join(20)
    assert printed == ["permission_gone"]


@pytest.mark.parametrize("who", ROLES)
def test_an_account_and_an_artwork_going_at_once_both_go(
    make_user: Callable[..., User], circle: Circle, seen: None, who: str
) -> None:
    """Each ends what the other wants to end: neither may wait for the other in a circle."""
    for number in range(ROUNDS // 4):
        owner, subject, requester = people = [make_user(f"{role}{number}@example.com") for role in ROLES]
        for person in people:
            circle.memberships.create(user=person)
        works = [piece(owner, whose="member", subject=subject, subject_email=subject.email) for _ in range(3)]
        asking.request_consents(actor=requester, artworks=works, purpose="fusion", circle=circle)
        leaver = people[ROLES.index(who)]
        said = at_once(
            lambda one=leaver: delete_account(actor=one),
            *(lambda one=owner, work=work: keeping.delete_artwork(actor=one, artwork_id=work.pk) for work in works),
        )
        assert set(said) <= {None, "not_found"}
        assert not Consent.objects.open().filter(artwork__in=works).exists()
    assert list(chain.breaks()) == []


def test_asking_at_once_asks_once(alice: User, bob: User, circle: Circle, seen: None) -> None:
    for _ in range(ROUNDS // 4):
        work = piece(bob)

        def ask(what: Artwork = work) -> object:
            return asking.request_consents(actor=alice, artworks=[what], purpose="fusion")[0].pk

        assert len(set(at_once(ask, ask, ask))) == 1
    assert ConsentEvent.objects.count() == ROUNDS // 4
    assert list(chain.breaks()) == []


def test_agreeing_and_refusing_at_once_is_one_of_both(alice: User, bob: User, circle: Circle, ask: Any) -> None:
    for _ in range(ROUNDS // 4):
        asked = ask(alice, piece(bob))
        at_once(
            lambda one=asked: answering.grant_consent(actor=bob, consent_id=one.pk).state,
            lambda one=asked: answering.refuse_consent(actor=bob, consent_id=one.pk).state,
        )
        asked.refresh_from_db()
        assert ConsentEvent.objects.of_record(asked.pk).last().event == asked.state
    assert list(chain.breaks()) == []


def test_one_s_own_word_is_recorded_once(alice: User, bob: User, circle: Circle) -> None:
    for _ in range(ROUNDS // 4):
        works = [piece(alice), piece(alice)]
        said = at_once(
            lambda w=works: tuple(policy.require(artworks=w, requester=alice, purpose="fusion")),
            lambda w=works: tuple(policy.require(artworks=w[::-1], requester=alice, purpose="fusion")),
        )
        assert {frozenset(each) for each in said} == {frozenset(said[0])}
        assert Consent.objects.about(each.pk for each in works).count() == 2


def test_granting_an_artwork_that_is_being_deleted_grants_nothing(
    alice: User, bob: User, circle: Circle, ask: Any
) -> None:
    for _ in range(ROUNDS // 4):
        work = piece(bob)
        asked = ask(alice, work)
        at_once(
            lambda one=asked: answering.grant_consent(actor=bob, consent_id=one.pk).state,
            lambda one=work: keeping.delete_artwork(actor=bob, artwork_id=one.pk),
        )
        asked.refresh_from_db()
        assert asked.state == "invalidated"
