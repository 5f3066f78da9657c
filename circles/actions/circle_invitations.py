"""Who may join a circle: making, sending, taking back and accepting invitations."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from circles import feed
from circles.actions import invitations, standing
from circles.actions.circles import find_circle
from circles.models import Circle, CircleInvitation, Membership, Role, User
from processing.errors import NotFound, Refused

LONGEST_DAYS = 90


class InvitationGone(NotFound):
    """The same for a wrong, used, old and revoked link, and for one that is meant for another address."""

    code = "invitation_invalid"
    detail = "This invitation was used, taken back, is too old, or is meant for another address."
    suggestion = "Ask the person who gave it to you for a new one."


def make_invitation(
    *, actor: User, circle_id: uuid.UUID, email: str = "", max_uses: int = 1, days: int | None = None
) -> tuple[CircleInvitation, str]:
    """A new invitation and its secret, which is told this once; mailed when there is an address and mail is on."""
    if email and max_uses != 1:
        raise Refused(fields={"max_uses": ["An invitation for one address lets one person in."]})
    if not 1 <= max_uses <= invitations.MOST_USES:
        raise Refused(fields={"max_uses": [f"Choose between 1 and {invitations.MOST_USES} people."]})
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        here = standing.take(actor=actor, circle_id=circle_id, at_least=Role.ADMIN)
        # The person is locked, so that many requests at once are counted one after the other.
        invitations.refuse_too_many(CircleInvitation.objects.filter(made_by=actor))
        made = CircleInvitation.objects.create(
            circle=here.circle,
            token_hash=CircleInvitation.hash_of(token),
            email=email.strip().lower(),
            made_by=actor,
            max_uses=max_uses,
            expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS if days is None else days),
        )
    _mail(actor, made, token)
    return CircleInvitation.objects.get(pk=made.pk), token


def _mail(actor: User, made: CircleInvitation, token: str) -> None:
    words = {"inviter": actor.public_name, "circle": made.circle.name if made.circle else ""}
    invitations.mail_link(invitation=made, token=token, template="account/email/circle_invitation", words=words)


def find_invitation(*, actor: User, invitation_id: uuid.UUID) -> CircleInvitation:
    """One of a circle the actor runs; NotFound for hidden and absent alike."""
    found = CircleInvitation.objects.visible_to(actor).select_related("made_by").filter(pk=invitation_id).first()
    if found is None:
        raise NotFound()
    return found


def revoke_invitation(*, actor: User, invitation_id: uuid.UUID) -> None:
    """Take it back; taking back twice is once. Who joined by it stays."""
    found = find_invitation(actor=actor, invitation_id=invitation_id)
    CircleInvitation.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=timezone.now())


def look_at(*, token: str, user: User | None) -> CircleInvitation:
    """What the page of a link shows before anybody accepts; InvitationGone when it opens nothing for this person."""
    found = CircleInvitation.objects.opened_by(token).select_related("circle", "made_by")
    if user is not None:
        found = found.for_address(user.email)
    invitation = found.first()
    if invitation is None:
        raise InvitationGone()
    return invitation


def circle_of(*, actor: User, token: str) -> Circle | None:
    """The circle of a link, when the actor is in it already; then it matters no more whether the link still opens."""
    return Circle.objects.visible_to(actor).filter(invitations__in=CircleInvitation.objects.of_token(token)).first()


def accept_invitation(*, actor: User, token: str) -> Circle:
    """Join the circle of this link; InvitationGone when it opens nothing. Twice is fine and counts once."""
    invitation = CircleInvitation.objects.of_token(token).first()
    if invitation is None or invitation.circle_id is None:
        raise InvitationGone()
    with transaction.atomic():
        standing.hold_people(actor.pk)
        try:
            circle = standing.hold_circle(invitation.circle_id)
        except NotFound:
            raise InvitationGone() from None
        if not Membership.objects.of(actor).filter(circle=circle).exists():
            _join(actor, circle, invitation)
    return find_circle(actor=actor, circle_id=circle.pk)


def _join(actor: User, circle: Circle, invitation: CircleInvitation) -> None:
    usable = CircleInvitation.objects.usable().for_address(actor.email).filter(pk=invitation.pk, circle=circle)
    if not usable.update(uses=F("uses") + 1):
        raise InvitationGone()
    Membership.objects.create(circle=circle, user=actor, invitation=invitation)
    feed.publish(circle=circle, actor=actor, verb=feed.JOINED)


def join_as_newcomer(*, request: HttpRequest, user: User) -> None:
    """Use the circle's invitation somebody signed up with, inside the caller's transaction.

    It was what opened the door: when somebody else was faster, there is no account either (unless the door is open).
    """
    token = invitations.token_in(request)
    if user.invitation_id or not CircleInvitation.objects.of_token(token).exists():
        return
    request.session.pop(invitations.SESSION_KEY, None)
    try:
        accept_invitation(actor=user, token=token)
    except InvitationGone as gone:
        if not settings.REGISTRATION_OPEN:
            raise Refused(gone.message, code=gone.error_code, suggestion=gone.advice) from None
