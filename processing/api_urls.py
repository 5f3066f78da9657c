"""API routes of this room."""

from django.urls import URLPattern, URLResolver, path

from processing import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/ticket", api.ticket, name="socket-ticket"),
]
