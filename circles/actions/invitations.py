"""Who may join this server: making, sending, taking back and using invitations."""

import secrets
import uuid
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from circles.models import CircleInvitation, SiteInvitation, User
from circles.models.invitations import Invitation, InvitationQuerySet
from processing.errors import NotFound, Refused, TooOften

SESSION_KEY = "invitation"
MOST_USES = 100


def make_invitation(
    *, actor: User, email: str = "", note: str = "", max_uses: int = 1, days: int | None = None
) -> tuple[SiteInvitation, str]:
    """A new invitation and its secret, which is told this once and never again."""
    if not (actor.is_active and actor.is_staff):
        raise NotFound
    if email and max_uses != 1:
        raise Refused(fields={"max_uses": ["An invitation for one address lets one person in."]})
    if not 1 <= max_uses <= MOST_USES:
        raise Refused(fields={"max_uses": [f"Choose between 1 and {MOST_USES} people."]})
    refuse_too_many(SiteInvitation.objects.filter(made_by=actor))
    token = secrets.token_urlsafe(32)
    invitation = SiteInvitation.objects.create(
        token_hash=SiteInvitation.hash_of(token),
        email=email.strip().lower(),
        note=note,
        made_by=actor,
        max_uses=max_uses,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS if days is None else days),
    )
    return invitation, token


def refuse_too_many(made: InvitationQuerySet) -> None:
    """TooOften when this person made many within an hour; ``made`` are all of theirs."""
    an_hour = timedelta(hours=1)
    recent = made.filter(created_at__gt=timezone.now() - an_hour).order_by("-created_at")
    times = list(recent.values_list("created_at", flat=True)[: settings.INVITATIONS_PER_HOUR])
    if len(times) >= settings.INVITATIONS_PER_HOUR:
        wait = int((times[-1] + an_hour - timezone.now()).total_seconds()) + 1
        raise TooOften("You have made many invitations within an hour.", retry_after=wait)


def link_of(token: str) -> str:
    """The address to copy, to send, to print."""
    return settings.SITE_URL.rstrip("/") + reverse("join", args=[token])


def send_invitation(*, actor: User, invitation: SiteInvitation, token: str) -> bool:
    """Mail it to the address it is for; False when mail is off or there is no address. The answer never depends on
    whether somebody with that address is here already.
    """
    words = {"inviter": actor.name or "Somebody"}
    return mail_link(invitation=invitation, token=token, template="account/email/invitation", words=words)


def mail_link(*, invitation: Invitation, token: str, template: str, words: dict[str, str]) -> bool:
    """Whether a mail went off to the address the invitation is for."""
    if not (settings.MAIL_ENABLED and invitation.email):
        return False
    context = {"link": link_of(token), "expires_at": invitation.expires_at, **words}
    get_adapter().send_mail(template, invitation.email, context)
    invitation.sent_at = timezone.now()
    invitation.save(update_fields=["sent_at"])
    return True


def revoke_invitation(*, actor: User, invitation_id: uuid.UUID) -> None:
    """Take it back; taking back twice is once. Who joined by it stays."""
    visible = SiteInvitation.objects.visible_to(actor).filter(pk=invitation_id)
    if not visible.exists():
        raise NotFound
    visible.filter(revoked_at=None).update(revoked_at=timezone.now())


def carry(request: HttpRequest, token: str) -> None:
    """Remember the secret of a link until its owner has signed up."""
    request.session[SESSION_KEY] = token


def token_in(request: HttpRequest) -> str:
    return getattr(request, "invitation_token", "") or request.session.get(SESSION_KEY, "")


def carried_by(request: HttpRequest) -> Invitation | None:
    """The usable invitation that came with this request: from its session, or from the body of an API call."""
    token = token_in(request)
    return SiteInvitation.objects.opened_by(token).first() or _into_a_circle(token)


def _into_a_circle(token: str) -> CircleInvitation | None:
    """Whoever is invited into a circle may come onto the server too, unless its admin keeps that door closed."""
    return CircleInvitation.objects.opened_by(token).first() if settings.CIRCLES_LET_IN else None


def use(request: HttpRequest) -> SiteInvitation | None:
    """Count one use, inside the caller's transaction; raises Refused when somebody else was faster.

    None when the door is open, or when a circle's invitation opens it: that one is used by joining the circle.
    """
    token = token_in(request)
    if SiteInvitation.objects.opened_by(token).update(uses=F("uses") + 1):
        request.session.pop(SESSION_KEY, None)
        return SiteInvitation.objects.get(token_hash=SiteInvitation.hash_of(token))
    if settings.REGISTRATION_OPEN or _into_a_circle(token):
        return None
    raise Refused(
        "This invitation was used, taken back or is too old.",
        code="invitation_invalid",
        suggestion="Ask the person who runs this server for a new one.",
    )
