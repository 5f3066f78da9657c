"""Forms of the sign-in pages and of a person's own settings."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.http import HttpRequest

from circles.actions import invitations
from circles.actions.circle_invitations import LONGEST_DAYS
from circles.models import Circle, User


class Plain:
    """Labels above the fields instead of placeholders inside them: a placeholder is gone when it is needed."""

    fields: dict[str, forms.Field]
    words: ClassVar[dict[str, tuple[str, str]]] = {}
    first: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = self.words.get(name, (field.label, ""))
        if self.first:
            self.fields[self.first].widget.attrs["autofocus"] = True


NEW_PASSWORD = ("New password", "At least 10 characters; a few words in a row are easy to remember.")
CODE = ("Code", "Six digits from your authenticator app, or one of your recovery codes.")


class SignInForm(Plain, account.LoginForm):
    words = {"login": ("Email", ""), "password": ("Password", "")}
    first = "login"


class SignUpForm(Plain, account.SignupForm):
    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email", "password1")
    words = {
        "name": ("Name", "What others see of you. You can change it."),
        "email": ("Email", ""),
        "password1": ("Password", NEW_PASSWORD[1]),
    }
    first = "name"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = invitations.carried_by(context.request)
        if invitation and invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].widget.attrs["readonly"] = True
            self.fields["email"].help_text = "The invitation is for this address."


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    words = {"email": ("Email", "")}
    first = "email"


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    words = {"password1": NEW_PASSWORD, "password2": ("The same again", "")}
    first = "password1"


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    words = {
        "oldpassword": ("Current password", ""),
        "password1": NEW_PASSWORD,
        "password2": ("The same again", ""),
    }
    first = "oldpassword"


class SetPasswordForm(Plain, account.SetPasswordForm):
    words = {"password1": NEW_PASSWORD, "password2": ("The same again", "")}


class ChangeEmailForm(Plain, account.AddEmailForm):
    words = {"email": ("New email", "It counts once you open the link we send there.")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """allauth would throw away the present address when it was never confirmed, and nobody could sign in."""
        own = EmailAddress.objects.filter(user=self.user)
        own.filter(verified=False).exclude(email__iexact=self.user.email).delete()
        new = EmailAddress.objects.create(user=self.user, email=self.cleaned_data["email"].lower())
        send_verification_email_to_address(request, new)
        return new


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    words = {"password": ("Your password", "")}
    first = "password"


class TwoFactorForm(Plain, mfa.AuthenticateForm):
    words = {"code": CODE}
    first = "code"


class TwoFactorAgainForm(Plain, mfa.ReauthenticateForm):
    words = {"code": CODE}
    first = "code"


class ActivateTwoFactorForm(Plain, totp.ActivateTOTPForm):
    words = {"code": ("Code", "The six digits the app shows now.")}


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "theme", "places_enabled")
        labels = {"name": "Name", "theme": "Look", "places_enabled": "Name the places of my photos"}
        help_texts = {
            "name": "What others see of you.",
            "places_enabled": "Looked up on this server; nothing is sent anywhere.",
        }
        widgets = {"theme": forms.RadioSelect, "name": forms.TextInput(attrs={"autocomplete": "name"})}


class DeviceForm(forms.Form):
    device = forms.CharField(
        label="What is it for", max_length=80, help_text="A name you will know it by: phone, backup script."
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class InviteForm(forms.Form):
    """A link that lets people in."""

    email = forms.EmailField(
        label="Email", required=False, help_text="Only this address can use it. Empty: whoever has the link."
    )
    max_uses = forms.IntegerField(label="People it lets in", min_value=1, max_value=invitations.MOST_USES, initial=1)
    days = forms.IntegerField(label="Days it stays open", min_value=1, max_value=LONGEST_DAYS, initial=14)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("email") and found.get("max_uses", 1) != 1:
            self.add_error("max_uses", "An invitation for one address lets one person in.")
        return found


class InvitationForm(InviteForm):
    note = forms.CharField(label="Note", required=False, max_length=120, help_text="For you: who it is for.")
    field_order = ("email", "note", "max_uses", "days")


class CircleForm(forms.ModelForm):
    class Meta:
        model = Circle
        fields = ("name", "description")
        labels = {"name": "Name", "description": "What it is for"}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"required": "A circle needs a name."}}
