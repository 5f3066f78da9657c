"""Browsers a person is signed in with."""

from allauth.usersessions.models import UserSession

from circles.actions import tokens
from circles.models import User
from processing.errors import NotFound


def end_session(*, actor: User, session_id: int) -> None:
    """Sign one browser out; raises NotFound for another person's as for none."""
    found = UserSession.objects.filter(user=actor, pk=session_id).first()
    if found is None:
        raise NotFound
    found.end()


def sign_out_everywhere(*, actor: User) -> None:
    """Every browser and every device, this one too."""
    for session in UserSession.objects.filter(user=actor):
        session.end()
    tokens.revoke_all(actor=actor)
