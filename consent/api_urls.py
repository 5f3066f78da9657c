"""API routes of consents."""

from django.urls import URLPattern, URLResolver, path

from consent.api import consents

_ONE = "consents/<uuid:consent_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications", consents.NotificationsView.as_view(), name="notifications"),
    path("consents", consents.ConsentsView.as_view(), name="consents"),
    path("consents/request", consents.AskView.as_view(), name="consents-request"),
    path(_ONE, consents.ConsentView.as_view(), name="consent"),
    path(f"{_ONE}/grant", consents.GrantView.as_view(), name="consent-grant"),
    path(f"{_ONE}/refuse", consents.RefuseView.as_view(), name="consent-refuse"),
    path(f"{_ONE}/revoke", consents.RevokeView.as_view(), name="consent-revoke"),
    path(f"{_ONE}/receipt", consents.ReceiptView.as_view(), name="consent-receipt"),
    path(f"{_ONE}/picture", consents.PictureView.as_view(), name="consent-picture"),
]
