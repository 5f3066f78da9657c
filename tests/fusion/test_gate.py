"""The gate: asked when a fusion is handed in, when the last consent comes, at the claim, and while publishing."""

from typing import Any

import pytest
from django.db import transaction

from artworks.actions.sharing import share_items
from artworks.models import Artwork
from circles.actions.memberships import leave_circle
from circles.models import Circle, FeedItem, Membership, User
from consent.actions import answering
from consent.models import Consent
from fusion.actions import making
from fusion.models import FusionArtwork, FusionFile
from processing import files, leases, runner
from processing.models import FileDeletion, Job
from processing.states import Queue
from tests.fusion.conftest import piece


def revoke(user: User) -> None:
    """Take back everything this person has given to others."""
    for consent in Consent.objects.answered_by(user).not_ones_own().given():
        answering.revoke_consent(actor=user, consent_id=consent.pk)


def state() -> str:
    return FusionArtwork.objects.get().state


def test_a_refusal_ends_the_waiting_and_is_told_without_a_name(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, asked_of: Any, committed: Any,
    api_as: Any,
) -> None:  # fmt: skip
    fuse(alice, mine, his, circle=circle)
    with committed():
        answering.refuse_consent(actor=bob, consent_id=asked_of(bob)[0].pk)
    said = api_as(alice).get(f"/api/v1/fusion/{FusionArtwork.objects.get().pk}").json()
    assert (said["status"], said["error_code"]) == ("failed", "consent_refused")
    assert "bob" not in said["message"].lower()
    assert not Job.objects.exists()


def test_a_permission_taken_back_before_the_job_ends_it_and_a_new_grant_revives_nothing(  # noqa: PLR0917
    alice: User, bob: User, charlie: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any,
    committed: Any, work: Any,
) -> None:  # fmt: skip
    Membership.objects.create(circle=circle, user=charlie)
    third = piece(charlie, 3)
    share_items(actor=charlie, circle_id=circle.pk, artwork_ids=[third.pk])
    fuse(alice, mine, his, third, circle=circle)
    consent = grant(bob)[0]
    assert state() == "waiting"
    answering.revoke_consent(actor=bob, consent_id=consent.pk)
    assert state() == "withdrawn"
    with committed():
        answering.grant_consent(actor=bob, consent_id=consent.pk)
    grant(charlie)
    assert (state(), making.start_all_waiting(), work()) == ("withdrawn", 0, 0)


def test_a_permission_taken_back_while_the_job_waits_cancels_it(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any, work: Any
) -> None:
    fuse(alice, mine, his, circle=circle)
    grant(bob)
    revoke(bob)
    assert (Job.objects.get().state, state(), work()) == ("cancelled", "withdrawn", 0)


def test_a_permission_taken_back_while_it_is_made_leaves_no_file(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any, work: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    fuse(alice, mine, his, circle=circle)
    grant(bob)
    storing = files.store

    def and_then_revoke(*given: Any) -> None:
        storing(*given)
        revoke(bob)

    monkeypatch.setattr(files, "store", and_then_revoke)
    work()
    assert (state(), Job.objects.get().state) == ("withdrawn", "cancelled")
    assert not FusionFile.objects.exists()
    assert not FeedItem.objects.filter(verb="fused").exists()
    staged = FileDeletion.objects.filter(key__startswith="fusion/")
    assert staged.filter(key__endswith="result.jpg").exists()


def test_everything_of_a_withdrawn_fusion_is_on_its_way_out(shared_fusion: FusionArtwork, bob: User) -> None:
    keys = set(FusionFile.objects.values_list("key", flat=True))
    assert keys
    revoke(bob)
    assert set(FileDeletion.objects.values_list("key", flat=True)) >= keys


def test_the_gate_is_asked_at_the_claim(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, grant: Any, stand_in: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    fuse(alice, mine, his, circle=circle)
    grant(bob)
    # Told to nobody: only the gate itself can notice.
    Consent.objects.filter(granter=bob).update(state="withdrawn")
    monkeypatch.setattr("fusion.inputs.request_of", lambda *_, **__: pytest.fail("The pictures were opened."))
    job = leases.claim(Queue.DEFAULT, "here")
    assert job is not None
    runner.run(job)
    assert state() == "withdrawn"


def test_leaving_the_circle_takes_ones_picture_out(shared_fusion: FusionArtwork, bob: User, circle: Circle) -> None:
    leave_circle(actor=bob, circle_id=circle.pk)
    assert state() == "withdrawn"


def test_the_creator_who_leaves_takes_it_out_of_the_circle(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, fuse: Any, work: Any, api_as: Any
) -> None:
    fuse(alice, mine, piece(alice, 7), circle=circle)
    work()
    fusion = FusionArtwork.objects.get()
    assert api_as(bob).get(f"/api/v1/fusion/{fusion.pk}").status_code == 200
    Membership.objects.filter(circle=circle, user=bob).update(role="owner")
    leave_circle(actor=alice, circle_id=circle.pk)
    assert api_as(bob).get(f"/api/v1/fusion/{fusion.pk}").status_code == 404
    assert not FeedItem.objects.filter(verb="fused").exists()


def test_a_deleted_artwork_takes_along_what_was_made_of_it(
    shared_fusion: FusionArtwork, bob: User, his: Artwork, api_as: Any
) -> None:
    assert api_as(bob).delete(f"/api/v1/artworks/{his.pk}").status_code == 204
    assert state() == "withdrawn"


def test_a_fusion_made_of_fusions_carries_all_their_consents(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, shared_fusion: FusionArtwork, fuse: Any, grant: Any, work: Any
) -> None:
    answer = fuse(alice, shared_fusion, piece(alice, 9), circle=circle)
    assert answer.status_code == 202, answer.json()
    outer = FusionArtwork.objects.newest_first()[0]
    grant(bob)
    work()
    outer.refresh_from_db()
    assert outer.state == "ready"
    revoke(bob)
    assert set(FusionArtwork.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_one_word_for_all_of_ones_artworks_starts_it_too(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, committed: Any, work: Any
) -> None:
    fuse(alice, mine, his, circle=circle)
    with committed():
        answering.give_consent(actor=bob, purpose="fusion", scope="circle", circle_id=circle.pk)
    assert state() == "making"
    work()
    assert state() == "ready"


def test_a_lost_start_is_made_up_by_the_reconciler(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, fuse: Any, asked_of: Any
) -> None:
    fuse(alice, mine, his, circle=circle)
    answering.grant_consent(actor=bob, consent_id=asked_of(bob)[0].pk)
    assert state() == "waiting"
    assert making.start_all_waiting() == 1
    assert state() == "making"


def test_a_permission_for_a_fusion_is_none_for_a_composition(  # noqa: PLR0917
    alice: User, bob: User, circle: Circle, mine: Artwork, his: Artwork, committed: Any, api_as: Any
) -> None:
    with committed():
        answering.give_consent(actor=bob, purpose="fusion", scope="artwork", artwork_id=his.pk, circle_id=circle.pk)
    body = {"source_artwork_ids": [str(mine.pk), str(his.pk)], "circle_id": str(circle.pk)}
    assert api_as(alice).post("/api/v1/fusion", body).status_code == 201
    assert api_as(alice).post("/api/v1/composition", body).status_code == 202


def test_holding_needs_a_transaction_and_the_fusions_own_permissions(shared_fusion: FusionArtwork) -> None:
    from consent.policy import PermissionGone
    from fusion import gate

    shared_fusion.permissions.update(epoch=99)
    with pytest.raises(PermissionGone), transaction.atomic():
        gate.hold(shared_fusion)
