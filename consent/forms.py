"""What a person may choose when they agree: how far, and until when."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone

from consent.models import Consent, Purpose, Scope
from consent.notices import notice_of

UNTIL: Final = [
    ("", "I take it back"),
    ("7", "a week from now"),
    ("31", "a month from now"),
    ("366", "a year from now"),
]


class GrantForm(forms.Form):
    """Without a choice it is what was asked, until it is taken back."""

    scope = forms.ChoiceField(label="How far", required=False, widget=forms.RadioSelect)
    until = forms.ChoiceField(label="Until", choices=UNTIL, required=False)
    notice_version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, consent: Consent, data: Any = None) -> None:
        initial = {"scope": consent.scope, "notice_version": notice_of(consent.purpose).version}
        super().__init__(data, initial=initial, auto_id=f"{consent.pk}-%s")
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        scope.choices = _scopes(consent)

    def terms(self) -> dict[str, Any]:
        """As ``grant_consent`` takes them."""
        chosen = self.cleaned_data
        days = int(chosen["until"] or 0)
        until: datetime | None = timezone.now() + timedelta(days=days) if days else None
        version = chosen["notice_version"] or None
        return {"scope": chosen["scope"] or None, "valid_until": until, "notice_version": version}


def _scopes(consent: Consent) -> list[tuple[str, str]]:
    found = [(Scope.WORK.value, "Only this one work")] if consent.scope == Scope.WORK else []
    if consent.scope != Scope.CIRCLE:
        found.append((Scope.ARTWORK.value, "This artwork, each time"))
    if consent.circle is not None and consent.purpose != Purpose.SHARING:
        found.append((Scope.CIRCLE.value, f"Everything of mine in {consent.circle.name}"))
    return found
