"""Where sockets connect."""

from django.urls import URLPattern, path, re_path

from processing.consumers import JobSocket, Nowhere, PersonSocket

websocket_urlpatterns: list[URLPattern] = [
    path("ws/jobs/<uuid:job_id>", JobSocket.as_asgi()),
    path("ws/me", PersonSocket.as_asgi()),
    re_path("", Nowhere.as_asgi()),
]
