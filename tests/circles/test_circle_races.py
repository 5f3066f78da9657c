"""Two at once, on real connections: the last owner stays, a link lets in as many as it says."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from circles.actions import circle_invitations, circles, memberships
from circles.models import Circle, CircleInvitation, Membership, User
from processing.errors import AureoleError

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 15


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Each on a connection of its own behind one barrier; the code of the refusal, or "done"."""
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            act()
            return "done"
        except AureoleError as refused:
            return refused.error_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(one, acts))


@pytest.mark.parametrize("how", ["leave", "step down", "demote each other", "hand over and leave"])
def test_two_owners_going_at_once_leave_one(alice: User, bob: User, how: str) -> None:
    for _ in range(ROUNDS):
        circle = circles.create_circle(actor=alice, name="The lake house")
        Membership.objects.create(circle=circle, user=bob, role="owner")
        acts = {
            "leave": [leaving(circle, alice), leaving(circle, bob)],
            "step down": [demoting(circle, alice, alice), demoting(circle, bob, bob)],
            "demote each other": [demoting(circle, alice, bob), demoting(circle, bob, alice)],
            "hand over and leave": [handing(circle, alice, bob), leaving(circle, bob)],
        }[how]
        at_once(*acts)
        owners = Membership.objects.filter(circle=circle, role="owner").count()
        assert owners >= 1
        circle.delete()


def test_a_link_for_one_lets_one_in(alice: User, make_user: Callable[..., User]) -> None:
    circle = circles.create_circle(actor=alice, name="The lake house")
    _, token = circle_invitations.make_invitation(actor=alice, circle_id=circle.pk)
    people = [make_user(f"p{n}@example.com") for n in range(4)]
    said = at_once(*(accepting(user, token) for user in people))
    assert said == ["done", "invitation_invalid", "invitation_invalid", "invitation_invalid"]
    assert Membership.objects.filter(circle=circle).count() == 2


def test_accepting_twice_at_once_counts_once(alice: User, bob: User) -> None:
    circle = circles.create_circle(actor=alice, name="The lake house")
    _, token = circle_invitations.make_invitation(actor=alice, circle_id=circle.pk, max_uses=4)
    assert at_once(*[accepting(bob, token)] * 4) == ["done"] * 4
    assert CircleInvitation.objects.get().uses == 1


def test_joining_while_the_circle_is_deleted_ends_in_no_circle(alice: User, bob: User) -> None:
    for _ in range(ROUNDS):
        circle = circles.create_circle(actor=alice, name="The lake house")
        _, token = circle_invitations.make_invitation(actor=alice, circle_id=circle.pk)
        CircleInvitation.objects.update(created_at="2026-01-01T00:00:00Z")
        said = at_once(accepting(bob, token), lambda here=circle: circles.delete_circle(actor=alice, circle_id=here.pk))
        assert set(said) <= {"done", "invitation_invalid", "not_found"}
        assert not Circle.objects.exists()
        assert not Membership.objects.exists()


def leaving(circle: Circle, user: User) -> Callable[[], object]:
    return lambda: memberships.leave_circle(actor=user, circle_id=circle.pk)


def demoting(circle: Circle, actor: User, user: User) -> Callable[[], object]:
    return lambda: memberships.change_role(actor=actor, circle_id=circle.pk, user_id=user.pk, role="member")


def handing(circle: Circle, actor: User, user: User) -> Callable[[], object]:
    return lambda: memberships.hand_over(actor=actor, circle_id=circle.pk, user_id=user.pk)


def accepting(user: User, token: str) -> Callable[[], object]:
    return lambda: circle_invitations.accept_invitation(actor=user, token=token)
