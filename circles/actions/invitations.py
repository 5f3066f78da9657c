"""Who may join: making, sending, taking back and using invitations."""

import secrets
import uuid
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from circles.models import SiteInvitation, User
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
    _refuse_too_many(actor)
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


def _refuse_too_many(actor: User) -> None:
    an_hour = timedelta(hours=1)
    recent = SiteInvitation.objects.filter(made_by=actor, created_at__gt=timezone.now() - an_hour)
    times = list(recent.order_by("-created_at").values_list("created_at", flat=True)[: settings.INVITATIONS_PER_HOUR])
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
    if not (settings.MAIL_ENABLED and invitation.email):
        return False
    context = {"link": link_of(token), "inviter": actor.name or "Somebody", "expires_at": invitation.expires_at}
    get_adapter().send_mail("account/email/invitation", invitation.email, context)
    SiteInvitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())
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


def carried_by(request: HttpRequest) -> SiteInvitation | None:
    """The usable invitation that came with this request: from its session, or from the body of an API call."""
    return SiteInvitation.objects.opened_by(token_in(request)).first()


def use(request: HttpRequest) -> SiteInvitation | None:
    """Count one use, inside the caller's transaction; raises Refused when somebody else was faster."""
    token = token_in(request)
    if SiteInvitation.objects.opened_by(token).update(uses=F("uses") + 1):
        request.session.pop(SESSION_KEY, None)
        return SiteInvitation.objects.get(token_hash=SiteInvitation.hash_of(token))
    if settings.REGISTRATION_OPEN:
        return None
    raise Refused(
        "This invitation was used, taken back or is too old.",
        code="invitation_invalid",
        suggestion="Ask the person who runs this server for a new one.",
    )
