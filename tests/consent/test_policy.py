"""May these artworks be used: by whom, for what, and where the result is seen."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from artworks.actions import keeping
from circles.actions import memberships
from circles.models import Circle, User
from consent import policy
from consent.actions import answering
from consent.models import Consent, State
from consent.policy import ConsentRequired, Permission, PermissionGone
from tests.consent.conftest import piece


def held(permissions: list[Permission], requester: User, circle: Circle | None = None) -> str:
    """What a publishing transaction would hear."""
    try:
        with transaction.atomic():
            policy.hold(permissions=permissions, requester=requester, circle=circle)
    except PermissionGone as gone:
        return gone.error_code
    return "held"


def test_what_nobody_was_asked_for_is_absent(alice: User, bob: User, circle: Circle) -> None:
    work = piece(bob)
    found = policy.missing(requester=alice, artworks=[work], purpose="fusion")
    assert [(each.artwork_id, each.subject_id, each.state) for each in found] == [(work.pk, bob.pk, "absent")]


def test_ones_own_artwork_is_allowed_and_recorded(alice: User) -> None:
    work = piece(alice)
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion") == []
    assert not Consent.objects.exists()
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    row = Consent.objects.get()
    assert (row.is_implicit, row.state, row.granter, row.artwork) == (True, "granted", alice, work)
    assert permissions == [Permission(row.pk, row.epoch, work.pk)]
    assert policy.require(requester=alice, artworks=[work], purpose="fusion") == permissions
    assert held(permissions, alice) == "held"


def test_a_grant_opens_what_was_asked(alice: User, bob: User, give: Any) -> None:
    mine, theirs = piece(alice), piece(bob)
    given = give(alice, theirs)
    permissions = policy.require(requester=alice, artworks=[mine, theirs], purpose="fusion")
    assert given.pk in {each.consent_id for each in permissions}
    assert {each.artwork_id for each in permissions} == {mine.pk, theirs.pk}
    assert held(permissions, alice) == "held"


def test_a_pending_question_opens_nothing(alice: User, bob: User, ask: Any) -> None:
    work = piece(bob)
    ask(alice, work)
    with pytest.raises(ConsentRequired) as refused:
        policy.require(requester=alice, artworks=[work], purpose="fusion")
    assert [each.state for each in refused.value.missing] == ["pending"]
    assert refused.value.extra == {"pending": [str(work.pk)]}


def test_a_permission_can_be_remembered_as_json() -> None:
    permission = Permission(uuid.uuid4(), 3, uuid.uuid4())
    assert Permission.from_json(permission.as_json()) == permission


def test_taking_back_is_seen_by_who_publishes(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    given = give(alice, work)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    answering.revoke_consent(actor=bob, consent_id=given.pk)
    assert held(permissions, alice) == "permission_gone"
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion")[0].state == "withdrawn"


def test_a_new_grant_never_revives_an_old_job(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    given = give(alice, work)
    old = policy.require(requester=alice, artworks=[work], purpose="fusion")
    answering.revoke_consent(actor=bob, consent_id=given.pk)
    answering.grant_consent(actor=bob, consent_id=given.pk)
    assert held(old, alice) == "permission_gone"
    assert held(policy.require(requester=alice, artworks=[work], purpose="fusion"), alice) == "held"


def test_a_purpose_opens_no_other(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    give(alice, work)
    assert policy.missing(requester=alice, artworks=[work], purpose="composition")[0].state == "absent"


def test_one_work_opens_no_other(alice: User, bob: User, give: Any) -> None:
    work, this, other = piece(bob), uuid.uuid4(), uuid.uuid4()
    give(alice, work, work=this)
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion", work=this) == []
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion", work=other)[0].state == "absent"
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion")[0].state == "absent"


def test_what_is_for_a_person_is_not_for_a_circle(alice: User, bob: User, circle: Circle, give: Any) -> None:
    work = piece(bob)
    give(alice, work)
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion", circle=circle)[0].state == "absent"
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    assert held(permissions, alice, circle) == "permission_gone"


def test_what_is_for_a_circle_is_for_its_members(
    alice: User, bob: User, charlie: User, circle: Circle, give: Any
) -> None:
    work = piece(bob)
    give(alice, work, circle=circle)
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion", circle=circle) == []
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion") == []
    assert policy.missing(requester=charlie, artworks=[work], purpose="fusion", circle=circle)[0].state == "absent"
    assert policy.missing(requester=charlie, artworks=[work], purpose="fusion")[0].state == "absent"


def test_a_subject_who_is_a_member_is_asked_as_an_owner_is(alice: User, bob: User, charlie: User, ask: Any) -> None:
    work = piece(bob, whose="member", subject=charlie, subject_email=charlie.email)
    found = policy.missing(requester=alice, artworks=[work], purpose="fusion")
    assert {(each.subject_id, each.role) for each in found} == {(bob.pk, "owner"), (charlie.pk, "subject")}
    ask(alice, work)
    for person in (bob, charlie):
        answering.grant_consent(actor=person, consent_id=Consent.objects.get(granter=person).pk)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    assert len(permissions) == 2
    answering.revoke_consent(actor=charlie, consent_id=Consent.objects.get(granter=charlie).pk)
    assert held(permissions, alice) == "permission_gone"


def test_the_subject_of_ones_own_artwork_is_asked(alice: User, bob: User) -> None:
    work = piece(alice, whose="member", subject=bob)
    assert [each.subject_id for each in policy.missing(requester=alice, artworks=[work], purpose="fusion")] == [bob.pk]


def test_a_member_who_is_not_here_has_not_answered(alice: User) -> None:
    work = piece(alice, whose="member", subject=None, subject_email="nobody@example.com")
    found = policy.missing(requester=alice, artworks=[work], purpose="fusion")
    assert [(each.subject_id, each.state) for each in found] == [(None, "pending")]


def test_a_newly_named_subject_must_agree_first(alice: User, bob: User, charlie: User, give: Any) -> None:
    work = piece(bob)
    give(alice, work)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    type(work).objects.filter(pk=work.pk).update(whose="member", subject=charlie)
    assert held(permissions, alice) == "permission_gone"


def test_naming_another_subject_ends_what_was_given(alice: User, bob: User, charlie: User, give: Any) -> None:
    work = piece(bob)
    given = give(alice, work)
    keeping.answer_whose_eye(actor=bob, artwork_id=work.pk, whose="me")
    given.refresh_from_db()
    assert given.state == State.GRANTED
    keeping.answer_whose_eye(actor=bob, artwork_id=work.pk, whose="member", email=charlie.email)
    given.refresh_from_db()
    assert given.state == State.INVALIDATED


def test_a_piece_made_of_others_carries_their_permissions(
    alice: User, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch, circle: Circle
) -> None:
    source, fused, twice = piece(charlie), piece(bob), piece(bob)
    made_of = {fused.pk: [source], twice.pk: [fused], source.pk: [twice]}
    monkeypatch.setattr(policy, "_resolvers", [])
    policy.made_of(lambda artwork: made_of.get(artwork.pk, []))
    found = policy.missing(requester=alice, artworks=[twice], purpose="fusion")
    assert {each.artwork_id for each in found} == {source.pk, fused.pk, twice.pk}


def test_time_ends_it_before_any_sweep(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    given = give(alice, work, until=timezone.now() + timedelta(hours=1))
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    assert held(permissions, alice) == "held"
    Consent.objects.filter(pk=given.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion")[0].state == "expired"
    assert held(permissions, alice) == "permission_gone"


def test_a_newer_notice_ends_it_before_any_sweep(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    given = give(alice, work)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    Consent.objects.filter(pk=given.pk).update(notice_version="2020-01-01")
    assert policy.missing(requester=alice, artworks=[work], purpose="fusion")[0].state == "absent"
    assert held(permissions, alice) == "permission_gone"


def test_a_deleted_artwork_holds_nothing(alice: User, bob: User, give: Any) -> None:
    work = piece(bob)
    give(alice, work)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    keeping.delete_artwork(actor=bob, artwork_id=work.pk)
    assert held(permissions, alice) == "permission_gone"


@pytest.mark.parametrize("who", ["bob", "alice"])
def test_leaving_ends_it_on_both_sides(who: str, alice: User, bob: User, circle: Circle, give: Any) -> None:
    type(circle.memberships.get(user=bob)).objects.filter(user=bob).update(role="owner")
    work = piece(bob)
    given = give(alice, work, circle=circle)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion", circle=circle)
    assert held(permissions, alice, circle) == "held"
    memberships.leave_circle(actor={"alice": alice, "bob": bob}[who], circle_id=circle.pk)
    assert held(permissions, alice, circle) == "permission_gone"
    given.refresh_from_db()
    assert given.state == (State.INVALIDATED if who == "bob" else State.GRANTED)


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_word_for_a_circle_holds_among_its_members_only(
    who: str, alice: User, bob: User, circle: Circle, give: Any
) -> None:
    """Also for what she makes for herself alone; and whatever was told, or not, when somebody went."""
    work = piece(bob)
    give(alice, work, circle=circle)
    permissions = policy.require(requester=alice, artworks=[work], purpose="fusion")
    assert held(permissions, alice) == "held"
    circle.memberships.filter(user={"alice": alice, "bob": bob}[who]).delete()
    assert held(permissions, alice) == "permission_gone"


def test_holding_needs_a_transaction(alice: User, transactional_db: None) -> None:
    with pytest.raises(AssertionError, match="transaction"):
        policy.hold(permissions=[], requester=alice)
