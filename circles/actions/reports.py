"""Telling the people who run the server about something shared, their decision, and its way back to the teller."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from circles import reporting
from circles.actions import standing
from circles.models import Circle, Report, TakenOut, User
from processing import push
from processing.errors import Conflict, NotFound, TooOften

MOST_A_DAY: Final = 30
_TITLE: Final = 300


class ReportedAlready(Conflict):
    code = "reported_already"
    detail = "You have reported this already."
    suggestion = "Wait for the decision; you hear of it on this page and by mail."


class TakenOutBefore(Conflict):
    code = "taken_out"
    family = "quality_issue"
    detail = "Those who run this server took this out of the circle after a report."
    suggestion = "Share something else, or ask them to let it in again."


def refuse_taken_out(circle: Circle, things: Iterable[str]) -> None:
    """TakenOutBefore when staff took one of these out of this circle and have not let it in again since."""
    if TakenOut.objects.filter(circle=circle, thing__in=list(things)).exists():
        raise TakenOutBefore()


def report_item(*, actor: User, kind: str, subject_id: uuid.UUID, reason: str, words: str = "") -> Report:
    """Write it down for those who run the server. NotFound for what the actor cannot see; ReportedAlready."""
    found = reporting.of_kind(kind).find(actor, subject_id)
    if found is None:
        raise NotFound()
    if found.owner == actor:
        raise Conflict("This is yours.", suggestion="Take it back instead.", code="that_is_you")
    today = Report.objects.visible_to(actor).filter(created_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise TooOften("You have reported many things today.", retry_after=3600)
    about = {"owner": found.owner, "circle": found.circle, "title": found.title[:_TITLE], "thing": found.thing}
    try:
        with transaction.atomic():
            return Report.objects.create(
                reporter=actor, kind=kind, subject_id=subject_id, reason=reason, words=words, **about
            )
    except IntegrityError:
        raise ReportedAlready() from None


def find_report(*, actor: User, report_id: uuid.UUID) -> Report:
    """One's own; NotFound for hidden and absent alike."""
    found = Report.objects.visible_to(actor).select_related("circle").filter(pk=report_id).first()
    if found is None:
        raise NotFound()
    return found


def decide_report(*, actor: User, report_id: uuid.UUID, takes_out: bool, answer: str = "") -> Report:
    """Staff decide once; the thing goes in the same transaction, and everybody who reported it hears back.

    Conflict when it is decided already, NotFound for people who are not staff.
    """
    if not (actor.is_active and actor.is_staff):
        raise NotFound()
    state = Report.State.TAKEN_OUT if takes_out else Report.State.KEPT
    with transaction.atomic():
        _hold(actor, report_id)
        waiting = Report.objects.open().select_for_update(of=("self",)).filter(pk=report_id).first()
        if waiting is None:
            raise Conflict("This is decided already.", suggestion="Look at the decision.", code="decided_already")
        same = Report.objects.open().filter(subject_id=waiting.subject_id).select_for_update(of=("self",))
        ids = list(same.order_by("pk").values_list("pk", flat=True))
        decided = {"state": state, "answer": answer, "decided_by": actor, "decided_at": timezone.now()}
        Report.objects.filter(pk__in=ids).update(**decided)
        if takes_out:
            _keep_out(waiting)
            reporting.of_kind(waiting.kind).take_out(waiting)
        for report in Report.objects.filter(pk__in=ids).select_related("reporter"):
            _tell(report)
    return Report.objects.get(pk=report_id)


def sentence(report: Report) -> str:
    """What the reporter reads."""
    return {
        Report.State.OPEN: "Nobody has decided yet.",
        Report.State.KEPT: "It was looked into, and stays where it is.",
        Report.State.TAKEN_OUT: "It was taken out of the circle.",
    }[Report.State(report.state)]


def _hold(actor: User, report_id: uuid.UUID) -> None:
    """Whose account ends is waited for, and whoever shares it again meanwhile waits for the circle."""
    for report in Report.objects.filter(pk=report_id):
        standing.hold_people(actor.pk, report.owner_id)
        if report.circle_id is not None:
            list(Circle.objects.filter(pk=report.circle_id).select_for_update(no_key=True))


def _keep_out(report: Report) -> None:
    if report.circle and report.owner and report.thing:
        kept = {"owner": report.owner, "title": report.title, "decided_at": timezone.now()}
        TakenOut.objects.update_or_create(circle=report.circle, thing=report.thing, defaults=kept)


def _tell(report: Report) -> None:
    person, message = report.reporter, {"type": "report", "report_id": report.pk, "state": report.state}
    link = f"{settings.SITE_URL.rstrip('/')}/settings/safety"
    text = render_to_string("circles/email/decided.txt", {"report": report, "sentence": sentence(report), "link": link})

    def send() -> None:
        push.to_person(person.pk, message)
        with mail.get_connection(settings.NOTIFICATION_BACKEND) as way:
            mail.EmailMessage("What became of your report", text, to=[person.email], connection=way).send()

    transaction.on_commit(send, robust=True)
