"""What people hear, after the commit: on their pages at once, and by mail when they are asked, answered, or lose it."""

import uuid
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from circles.models import User
from consent.models import Consent
from consent.presenting import Shown, told
from processing import push

ASKED, ANSWERED, ENDED = "asked", "answered", "ended"


def asked(consents: Sequence[Consent], actor: User) -> None:
    """Everybody who is asked hears of it; once, however many questions it is."""
    by_person: dict[User, list[str]] = {}
    for consent in consents:
        by_person.setdefault(consent.granter, []).append(Shown(consent, consent.granter).what)
    _push({person.pk for person in by_person}, ASKED)
    for person, lines in by_person.items():
        words = {"asker": actor.public_name, "lines": lines, "count": len(lines)}
        _mail(person, f"{actor.public_name} asks for your consent", "asked", words)


def answered(consent: Consent) -> None:
    """Both sides hear of an answer."""
    _push(_sides([consent]), ANSWERED)
    asker = consent.requester
    if asker is not None and asker.pk != consent.granter_id:
        _mail(asker, "An answer to what you asked", "answered", {"sentence": Shown(consent, asker).sentence})


def ended(consents: Iterable[Consent]) -> None:
    """Both sides hear that something is no longer there; whoever had it by mail as well, without whose it was."""
    rows = [consent for consent in consents if not consent.is_implicit]
    losers = {row.requester for row in rows if row.requester} | {row.recipient for row in rows if row.recipient}
    granters = {row.granter for row in rows}
    heard = {person for person in losers - granters if told(person, rows)}
    _push({person.pk for person in heard | granters}, ENDED)
    for person in heard:
        sentence = "A permission you had, or had asked for, is no longer there. What was made with it is hidden."
        _mail(person, "A permission is no longer there", "answered", {"sentence": sentence})


def _sides(consents: Iterable[Consent]) -> set[uuid.UUID]:
    found = {person for each in consents for person in (each.granter_id, each.requester_id, each.recipient_id)}
    return {person for person in found if person is not None}


def _push(people: set[uuid.UUID], verb: str) -> None:
    """No more than that something changed: whoever may see what asks for it."""

    def send() -> None:
        for person_id in people:
            push.to_person(person_id, {"type": "consent", "verb": verb})

    if people:
        transaction.on_commit(send, robust=True)


def _mail(person: User, subject: str, template: str, words: dict[str, object]) -> None:
    site = settings.SITE_URL.rstrip("/")
    context = words | {"site": site, "link": site + reverse("consent:inbox")}
    text = render_to_string(f"consent/email/{template}.txt", context)
    one_line = " ".join(subject.split())

    def send() -> None:
        with mail.get_connection(settings.NOTIFICATION_BACKEND) as way:
            mail.EmailMessage(one_line, text, to=[person.email], connection=way).send()

    transaction.on_commit(send, robust=True)
