"""Addresses under /settings."""

from django.urls import path

from pages import safety_views as safety
from pages import settings_views as views
from pages import webhook_views as webhooks

urlpatterns = [
    path("settings", views.profile, name="settings"),
    path("settings/devices", views.devices, name="settings_devices"),
    path("settings/devices/tokens", views.make_token, name="settings_make_token"),
    path("settings/devices/tokens/<uuid:token_id>/revoke", views.revoke_token, name="settings_revoke_token"),
    path("settings/devices/browsers/<int:session_id>/end", views.end_session, name="settings_end_session"),
    path("settings/devices/sign-out-everywhere", views.sign_out_everywhere, name="settings_sign_out_everywhere"),
    path("settings/safety", safety.safety, name="settings_safety"),
    path("settings/safety/blocked/<uuid:person_id>/unblock", safety.unblock, name="settings_unblock"),
    path("settings/webhooks", webhooks.webhooks, name="settings_webhooks"),
    path("settings/webhooks/show", webhooks.show, name="settings_show_secret"),
    path("settings/webhooks/renew", webhooks.renew, name="settings_renew_secret"),
    path("settings/invitations", views.site_invitations, name="settings_invitations"),
    path(
        "settings/invitations/<uuid:invitation_id>/revoke", views.revoke_invitation, name="settings_revoke_invitation"
    ),
    path("settings/delete", views.delete, name="settings_delete"),
]
