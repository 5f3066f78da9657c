"""The page of consents and its buttons."""

from django.urls import path

from consent import views

app_name = "consent"
urlpatterns = [
    path("notifications", views.notifications, name="notifications"),
    path("consents", views.inbox, name="inbox"),
    path("consents/<uuid:consent_id>/grant", views.grant, name="grant"),
    path("consents/<uuid:consent_id>/refuse", views.refuse, name="refuse"),
    path("consents/<uuid:consent_id>/revoke", views.revoke, name="revoke"),
]
