"""A person's own account: what it says, and its end."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from circles import consequences, throttle
from circles.actions import memberships, sessions
from circles.models import CircleInvitation, SiteInvitation, User
from processing import jobs
from processing.deadlocks import again_after_deadlock
from processing.errors import Conflict
from processing.models import FileDeletion, JobFile

RUNNING_CHILD_GRACE = timedelta(seconds=30)


def change_profile(*, actor: User, **values: object) -> User:
    """Change the named fields and nothing else."""
    for name, value in values.items():
        setattr(actor, name, value)
    actor.save(update_fields=list(values))
    return actor


def change_email(*, user: User, email: str) -> User:
    """An admin's way, for people who cannot confirm by mail; the new address counts as confirmed."""
    with transaction.atomic():
        user.email = email.strip().lower()
        user.save(update_fields=["email"])
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@again_after_deadlock
def delete_account(*, actor: User) -> None:
    """Everything of this person goes, or nothing does: rows now, files with the next sweep."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        _refuse_last_admin(user)
        sessions.sign_out_everywhere(actor=user)
        memberships.leave_all(user=user)
        consequences.account_deleting.happen(user)
        _forget_files_of_jobs(user)
        jobs.delete_all(owner=user)
        _forget_traces(user)
        user.delete()


def _refuse_last_admin(user: User) -> None:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Conflict(
            "You are the only admin: without you nobody could run this server.",
            code="last_admin",
            suggestion="Make somebody else an admin first.",
        )


def _forget_files_of_jobs(user: User) -> None:
    """What their jobs wrote for them goes too. A child that still runs may write for a moment: it is swept after it."""
    now = timezone.now()
    FileDeletion.objects.bulk_create(
        FileDeletion(key=key, reason="account deleted", not_before=when)
        for key in JobFile.objects.filter(job__owner=user).values_list("key", flat=True)
        for when in (now, now + RUNNING_CHILD_GRACE)
    )


def _forget_traces(user: User) -> None:
    throttle.forget_person(user.email)
    SiteInvitation.objects.filter(email__iexact=user.email).delete()
    CircleInvitation.objects.filter(email__iexact=user.email).delete()
    about_user = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about_user, object_id=str(user.pk)).delete()
