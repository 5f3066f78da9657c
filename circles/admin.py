"""Running the people of this server."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessLog
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from knox.models import AuthToken

from circles import quota
from circles.actions import accounts, circles, invitations, reports, sessions, signing_in
from circles.models import Block, Circle, DeviceToken, Membership, OptIn, Report, SiteInvitation, TakenOut, User
from processing.errors import Conflict

# What shows secrets, or what nothing writes to; the actions below do what an admin needs of them.
for unused in (AccessAttempt, AccessLog, UserSession, Authenticator, EmailAddress, EmailConfirmation, AuthToken):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


class NewPersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


admin.site.site_header = admin.site.site_title = "Aureole"
admin.site.index_title = "Running this server"


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People, how much they keep, and the ways to help them."""

    add_form = NewPersonForm
    ordering = ("-date_joined",)
    list_display = ("email", "name", "room", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("room", "devices", "two_factor", "date_joined", "last_login", "invitation")
    actions = ("make_reset_link", "sign_out", "turn_off_two_factor")
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        ("Signed in with", {"fields": ("devices", "two_factor")}),
        ("Room", {"fields": ("quota_bytes", "room")}),
        ("What they may do", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Since when", {"fields": ("date_joined", "last_login", "invitation")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    @admin.display(description="used")
    def room(self, user: User) -> str:
        found = quota.of(user)
        return f"{filesizeformat(found.used)} of {filesizeformat(found.allowed)}"

    @admin.display(description="devices with a token")
    def devices(self, user: User) -> str:
        return ", ".join(str(token) for token in DeviceToken.objects.visible_to(user)) or "none"

    @admin.display(description="two-factor", boolean=True)
    def two_factor(self, user: User) -> bool:
        return signing_in.asks_for_code(user)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only an admin makes others an admin or gives them rights."""
        return self.readonly_fields if _is_admin(request) else (*self.readonly_fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Nobody chooses a password for somebody else: they get a link."""
        raise Http404

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            accounts.change_email(user=obj, email=obj.email)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        accounts.delete_account(actor=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            accounts.delete_account(actor=user)

    @admin.action(description="Make a link to choose a new password", permissions=["change"])
    def make_reset_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For people whom no mail reaches; the link works once."""
        for user in self._reachable(request, queryset).filter(is_active=True):
            self.message_user(request, f"For {user.email}: {_reset_link(user)}", messages.SUCCESS)

    @admin.action(description="Sign out everywhere and take back all tokens", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._reachable(request, queryset):
            sessions.sign_out_everywhere(actor=user)
        self.message_user(request, "They are signed out everywhere.", messages.SUCCESS)

    @admin.action(description="Turn off two-factor (the phone and the recovery codes are lost)", permissions=["change"])
    def turn_off_two_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        Authenticator.objects.filter(user__in=self._reachable(request, queryset)).delete()
        self.message_user(request, "Their password alone signs them in again.", messages.SUCCESS)

    def _reachable(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Staff who are no admins cannot reach an admin's account in any way."""
        return queryset if _is_admin(request) else queryset.filter(is_superuser=False)


RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _is_admin(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or _is_admin(request)


def _reset_link(user: User) -> str:
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.SITE_URL.rstrip("/") + path


class NewInvitationForm(forms.ModelForm):
    class Meta:
        model = SiteInvitation
        fields = ("email", "note", "max_uses")


@admin.register(SiteInvitation)
class SiteInvitationAdmin(admin.ModelAdmin):
    """Who was invited by whom; the link itself is shown when it is made, never again."""

    form = NewInvitationForm
    list_display = ("__str__", "state", "used", "made_by", "created_at", "expires_at")
    list_select_related = ("made_by",)
    search_fields = ("email", "note")
    actions = ("revoke",)

    @admin.display(description="joined")
    def used(self, invitation: SiteInvitation) -> str:
        return f"{invitation.uses} of {invitation.max_uses}"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SiteInvitation, form: forms.ModelForm, change: bool) -> None:
        actor = request.user
        assert isinstance(actor, User)
        made, token = invitations.make_invitation(actor=actor, **form.cleaned_data)
        obj.__dict__.update(made.__dict__)
        sent = invitations.send_invitation(actor=actor, invitation=made, token=token)
        link = invitations.link_of(token)
        self.message_user(request, f"{'Mailed. ' if sent else ''}The link, shown this once: {link}")

    @admin.action(description="Take back", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[SiteInvitation]) -> None:
        actor = request.user
        assert isinstance(actor, User)
        for invitation in queryset:
            invitations.revoke_invitation(actor=actor, invitation_id=invitation.pk)


@admin.register(OptIn)
class OptInAdmin(admin.ModelAdmin):
    """Who agreed to what, and when; nobody agrees for somebody else."""

    list_display = ("id", "user", "purpose", "text_version", "given_at", "withdrawn_at")
    list_filter = ("purpose", "text_version")
    list_select_related = ("user",)
    search_fields = ("user__email",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    fields = readonly_fields = ("user", "role", "joined_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user")


@admin.register(Circle)
class CircleAdmin(admin.ModelAdmin):
    """Who shares with whom, to read. Its members run a circle; an admin of the server can only end one."""

    inlines = (MembershipInline,)
    list_display = ("name", "people", "created_at")
    search_fields = ("name", "memberships__user__email")
    readonly_fields = ("name", "description", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circle]:
        return super().get_queryset(request).annotate(people=Count("memberships", distinct=True))

    @admin.display(description="members", ordering="people")
    def people(self, circle: Circle) -> int:
        return circle.people  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Circle) -> None:
        circles.end_circle_for_all(circle_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Circle]) -> None:
        for circle in queryset:
            circles.end_circle_for_all(circle_id=circle.pk)


class DecisionForm(forms.ModelForm):
    """What staff say to a report: once, in words that its reporter reads."""

    decision = forms.ChoiceField(
        choices=[("", "Not yet"), ("kept", "Leave it where it is"), ("taken_out", "Take it out of the circle")],
        required=False,
    )

    class Meta:
        model = Report
        fields = ("answer",)


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """What members report. Pictures are not shown here: they are their members' alone."""

    form = DecisionForm
    list_display = ("title", "reason", "state", "owner", "reporter", "circle", "created_at", "decided_at")
    list_filter = ("state", "reason", "created_at")
    list_select_related = ("owner", "reporter", "circle")
    search_fields = ("owner__email", "reporter__email", "title", "=subject_id")
    ordering = ("-created_at",)
    _told = ("title", "kind", "subject_id", "owner", "circle", "reporter", "reason", "words", "created_at")
    _decided = ("state", "answer", "decided_by", "decided_at")

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> tuple[str, ...]:
        is_open = obj is not None and obj.state == Report.State.OPEN
        return (*self._told, "decision", "answer") if is_open else (*self._told, *self._decided)

    def get_readonly_fields(self, request: HttpRequest, obj: Report | None = None) -> tuple[str, ...]:
        is_open = obj is not None and obj.state == Report.State.OPEN
        return self._told if is_open else (*self._told, *self._decided)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Report, form: forms.ModelForm, change: bool) -> None:
        """A decision, or nothing: an answer without one is not kept."""
        decision, actor = form.cleaned_data.get("decision"), request.user
        assert isinstance(actor, User)
        if not decision:
            self.message_user(request, "Nothing was decided.", messages.WARNING)
            return
        try:
            takes_out = decision == Report.State.TAKEN_OUT
            reports.decide_report(actor=actor, report_id=obj.pk, takes_out=takes_out, answer=obj.answer)
        except Conflict as refused:
            self.message_user(request, f"{refused.message} {refused.advice}", messages.ERROR)


@admin.register(TakenOut)
class TakenOutAdmin(admin.ModelAdmin):
    """What stays out of a circle after a report. Deleting it here lets it be shared there again, and does no more."""

    list_display = ("title", "owner", "circle", "decided_at")
    list_select_related = ("owner", "circle")
    search_fields = ("title", "owner__email", "circle__name")
    readonly_fields = fields = ("title", "owner", "circle", "thing", "decided_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Block)
class BlockAdmin(admin.ModelAdmin):
    """Who blocked whom, to understand what people report; only they themselves change it."""

    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__email", "blocked__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
