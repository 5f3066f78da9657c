"""Circles: made, joined by a link, left; who may do what, and what others learn."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from circles import consequences
from circles.actions import accounts, circle_invitations, circles, memberships
from circles.actions.standing import LastOwner, RoleTooLow
from circles.models import Circle, CircleInvitation, FeedItem, Membership, Role, User
from processing.errors import Conflict, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle(alice: User) -> Circle:
    return circles.create_circle(actor=alice, name="The lake house")


@pytest.fixture
def joins(circle: Circle) -> Callable[..., Membership]:
    def join(user: User, role: Role = Role.MEMBER) -> Membership:
        return Membership.objects.create(circle=circle, user=user, role=role)

    return join


@pytest.fixture
def ended() -> Any:
    """What the rooms above would hear: (circle, person), in order."""
    heard: list[tuple[str, str]] = []

    def hear(circle: Circle, user: User) -> None:
        heard.append((circle.name, user.name))

    consequences.member_left.then(hear)
    yield heard
    consequences.member_left.forget(hear)


def role_of(user: User, circle: Circle) -> str | None:
    return Membership.objects.filter(user=user, circle=circle).values_list("role", flat=True).first()


def verbs(circle: Circle) -> list[str]:
    return list(FeedItem.objects.filter(circle=circle).order_by("created_at").values_list("verb", flat=True))


def test_whoever_makes_a_circle_owns_it(api_as, alice):
    made = api_as(alice).post("/api/v1/circles", {"name": "The lake house", "description": "Summers."}, format="json")
    assert made.status_code == 201
    assert made.json() | {"id": 0, "created_at": 0} == {
        "id": 0, "name": "The lake house", "description": "Summers.", "my_role": "owner", "member_count": 1,
        "picture_template": "", "created_at": 0,
    }  # fmt: skip
    [listed] = api_as(alice).get("/api/v1/circles").json()["results"]
    assert listed == made.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a", "description": "x" * 501}, "description"),
        ({"name": "a", "colour": "red"}, "colour"),
        ({"name": "a", "my_role": "owner"}, "my_role"),
    ],
)
def test_what_cannot_be_a_circle_is_named(api_as, alice, body, field):
    refused = api_as(alice).post("/api/v1/circles", body, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
    assert not Circle.objects.exists()


def test_the_database_keeps_one_membership_a_person_and_known_roles(circle, joins, bob, charlie):
    joins(bob)
    with pytest.raises(IntegrityError, match="member_once_in_a_circle"), transaction.atomic():
        joins(bob)
    with pytest.raises(IntegrityError, match="member_role_is_known"), transaction.atomic():
        Membership.objects.create(circle=circle, user=charlie, role="king")
    with pytest.raises(IntegrityError, match="circle_has_a_name"), transaction.atomic():
        Circle.objects.update(name="")


def test_a_hundred_circles_are_enough(alice, monkeypatch):
    monkeypatch.setattr(circles, "MOST_CIRCLES", 1)
    circles.create_circle(actor=alice, name="One")
    with pytest.raises(circles.TooManyCircles):
        circles.create_circle(actor=alice, name="Two")


def test_owners_and_admins_say_what_it_is_called_and_members_do_not(*, api_as, circle, joins, alice, bob, charlie):
    joins(bob, Role.ADMIN), joins(charlie)
    path = f"/api/v1/circles/{circle.pk}"
    assert api_as(bob).patch(path, {"name": "The lake"}, format="json").json()["name"] == "The lake"
    assert api_as(alice).patch(path, {"description": "Summers."}, format="json").json()["description"] == "Summers."
    refused = api_as(charlie).patch(path, {"name": "Mine"}, format="json")
    assert (refused.status_code, refused.json()["error"]) == (403, "role_too_low")
    sentences = [item["sentence"] for item in api_as(alice).get(f"{path}/feed").json()["results"]]
    assert sentences == [
        "Alice changed what this circle is for.", "Bob called this circle The lake.", "Alice made this circle.",
    ]  # fmt: skip
    api_as(alice).patch(path, {"description": "Summers."}, format="json")
    assert len(verbs(circle)) == 3, "nothing changed, nothing happened"


def test_leaving_takes_ones_things_along_in_the_same_transaction(circle, joins, bob, ended):
    joins(bob)

    def fails(circle: Circle, user: User) -> None:
        raise RuntimeError("the disk is full")

    consequences.member_left.then(fails)
    with pytest.raises(RuntimeError):
        memberships.leave_circle(actor=bob, circle_id=circle.pk)
    assert role_of(bob, circle) == "member"
    consequences.member_left.forget(fails)
    memberships.leave_circle(actor=bob, circle_id=circle.pk)
    assert role_of(bob, circle) is None
    assert ended == [("The lake house", "Bob")] * 2
    assert verbs(circle) == ["made", "left"]


def test_the_last_owner_cannot_vanish(api_as, circle, joins, alice, bob):
    joins(bob, Role.ADMIN)
    path = f"/api/v1/circles/{circle.pk}"
    left = api_as(alice).post(f"{path}/leave")
    down = api_as(alice).patch(f"{path}/members/{alice.pk}", {"role": "admin"}, format="json")
    assert {(a.status_code, a.json()["error"]) for a in (left, down)} == {(409, "last_owner")}
    assert api_as(alice).delete(f"{path}/members/{alice.pk}").json()["error"] == "that_is_you"
    assert role_of(alice, circle) == "owner"
    memberships.change_role(actor=alice, circle_id=circle.pk, user_id=bob.pk, role="owner")
    memberships.leave_circle(actor=alice, circle_id=circle.pk)
    assert role_of(bob, circle) == "owner"
    with pytest.raises(LastOwner):
        memberships.leave_circle(actor=bob, circle_id=circle.pk)


def test_an_owner_hands_over_and_stays_as_an_admin(*, api_as, circle, joins, alice, bob, charlie):
    joins(bob)
    path = f"/api/v1/circles/{circle.pk}/handover"
    assert api_as(bob).post(path, {"person_id": str(bob.pk)}, format="json").status_code == 403
    for nobody in (alice.pk, charlie.pk):
        refused = api_as(alice).post(path, {"person_id": str(nobody)}, format="json")
        assert refused.status_code in {400, 409}
    answer = api_as(alice).post(path, {"person_id": str(bob.pk)}, format="json")
    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert (role_of(alice, circle), role_of(bob, circle)) == ("admin", "owner")


def test_only_owners_change_roles(*, api_as, circle, joins, alice, bob, charlie):
    joins(bob, Role.ADMIN), joins(charlie)
    path = f"/api/v1/circles/{circle.pk}/members/{charlie.pk}"
    for user in (bob, charlie):
        assert api_as(user).patch(path, {"role": "owner"}, format="json").status_code == 403
    assert api_as(alice).patch(path, {"role": "king"}, format="json").status_code == 400
    assert api_as(alice).patch(path, {"role": "admin"}, format="json").json()["role"] == "admin"
    assert FeedItem.objects.latest("created_at").details == {"role": "admin"}


def test_admins_remove_members_and_nobody_above(*, circle, joins, alice, bob, charlie, make_user, ended):
    joins(bob, Role.ADMIN), joins(charlie)
    dora = make_user("dora@example.com")
    joins(dora, Role.ADMIN)
    for above in (alice, dora):
        with pytest.raises(RoleTooLow):
            memberships.remove_member(actor=bob, circle_id=circle.pk, user_id=above.pk)
    with pytest.raises(RoleTooLow):
        memberships.remove_member(actor=charlie, circle_id=circle.pk, user_id=bob.pk)
    memberships.remove_member(actor=bob, circle_id=circle.pk, user_id=charlie.pk)
    memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    assert ended == [("The lake house", "Charlie"), ("The lake house", "Bob")]
    with pytest.raises(NotFound):
        memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    with pytest.raises(Conflict):
        memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=alice.pk)


def test_whoever_is_removed_does_not_return_by_a_link_they_know(circle, joins, alice, bob, charlie):
    joins(bob, Role.ADMIN), joins(charlie)
    make = {"actor": alice, "circle_id": circle.pk}
    _, known = circle_invitations.make_invitation(**make, max_uses=5)
    _, own = circle_invitations.make_invitation(**make, email=charlie.email)
    _, others = circle_invitations.make_invitation(**make, email="dora@example.com")
    memberships.remove_member(actor=bob, circle_id=circle.pk, user_id=charlie.pk)
    for token in (known, own, others):
        with pytest.raises(circle_invitations.InvitationGone):
            circle_invitations.accept_invitation(actor=charlie, token=token)
    assert CircleInvitation.objects.opened_by(others).exists(), "what is for somebody else stays"


def test_links_of_somebody_who_runs_it_no_more_close(circle, joins, alice, bob, charlie):
    joins(bob, Role.ADMIN)
    make = {"actor": bob, "circle_id": circle.pk}
    _, first = circle_invitations.make_invitation(**make)
    memberships.change_role(actor=alice, circle_id=circle.pk, user_id=bob.pk, role="member")
    with pytest.raises(circle_invitations.InvitationGone):
        circle_invitations.accept_invitation(actor=charlie, token=first)
    with pytest.raises(RoleTooLow):
        circle_invitations.make_invitation(**make)


def test_deleting_a_circle_ends_it_for_everybody(*, api_as, circle, joins, alice, bob, charlie, ended):
    joins(bob, Role.ADMIN)
    made, token = circle_invitations.make_invitation(actor=alice, circle_id=circle.pk, email="dora@example.com")
    path = f"/api/v1/circles/{circle.pk}"
    assert api_as(bob).delete(path).status_code == 403
    assert api_as(alice).delete(path).status_code == 204
    assert api_as(bob).get(path).status_code == 404
    assert sorted(ended) == [("The lake house", "Alice"), ("The lake house", "Bob")]
    assert not FeedItem.objects.exists()
    with pytest.raises(circle_invitations.InvitationGone):
        circle_invitations.accept_invitation(actor=charlie, token=token)
    kept = CircleInvitation.objects.get()
    assert (kept.pk, kept.email, kept.state) == (made.pk, "", "revoked")


def test_an_account_that_ends_leaves_its_circles_to_others(*, circle, joins, alice, bob, charlie, ended):
    joins(charlie), joins(bob, Role.ADMIN)
    alone = circles.create_circle(actor=alice, name="Alone")
    accounts.delete_account(actor=alice)
    assert not Circle.objects.filter(pk=alone.pk).exists()
    assert (role_of(bob, circle), role_of(charlie, circle)) == ("owner", "member")
    assert sorted(ended) == [("Alone", "Alice"), ("The lake house", "Alice")]
    assert not FeedItem.objects.filter(actor=alice).exists()
    assert verbs(circle) == ["inherited"]


def test_members_see_names_and_never_addresses(api_as, circle, joins, alice, bob):
    alice.name = ""
    alice.save()
    joins(bob)
    for path in ("", "/members", "/feed", f"/members/{alice.pk}"):
        answer = api_as(bob).get(f"/api/v1/circles/{circle.pk}{path}")
        assert answer.status_code == 200
        assert "alice@" not in answer.content.decode()
    assert "A member" in answer.content.decode()


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "invited", "former", "staff"])
def test_to_everybody_outside_there_is_no_such_circle(*, api_as, session_of, circle, joins, alice, bob, make_user, who):
    if who == "elsewhere":
        circles.create_circle(actor=bob, name="Another")
    if who == "invited":
        circle_invitations.make_invitation(actor=alice, circle_id=circle.pk, email=bob.email)
    if who == "former":
        joins(bob, Role.ADMIN)
        memberships.remove_member(actor=alice, circle_id=circle.pk, user_id=bob.pk)
    if who == "staff":
        bob.is_staff = bob.is_superuser = True
        bob.save()
    made, _ = circle_invitations.make_invitation(actor=alice, circle_id=circle.pk)
    here, page = f"/api/v1/circles/{circle.pk}", f"/circles/{circle.pk}"
    client, browser = api_as(bob), session_of(bob)
    heir = {"person_id": str(alice.pk)}
    answers = [
        *(client.get(here + path) for path in ("", "/members", "/feed", "/invitations", f"/members/{alice.pk}")),
        client.patch(here, {"name": "Mine"}, format="json"),
        client.delete(here),
        client.patch(f"{here}/members/{alice.pk}", {"role": "member"}, format="json"),
        client.delete(f"{here}/members/{alice.pk}"),
        client.post(f"{here}/leave"),
        client.post(f"{here}/handover", heir, format="json"),
        client.post(f"{here}/invitations", {}, format="json"),
        client.get(f"/api/v1/invitations/{made.pk}"),
        client.delete(f"/api/v1/invitations/{made.pk}"),
        browser.get(page),
        *(browser.post(f"{page}/{verb}", heir) for verb in ("edit", "delete", "leave", "handover", "invite")),
        browser.post(f"{page}/members/{alice.pk}/role", {"role": "member"}),
        browser.post(f"{page}/members/{alice.pk}/remove"),
        browser.post(f"/invitations/{made.pk}/revoke"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert api_as(bob).get("/api/v1/circles").json()["results"] == [
        row for row in api_as(bob).get("/api/v1/circles").json()["results"] if row["name"] == "Another"
    ]
    assert b"The lake house" not in browser.get("/circles").content
    assert CircleInvitation.objects.get(pk=made.pk).state == "open"
