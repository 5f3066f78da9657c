"""Every address of Aureole, assembled."""

from django.contrib import admin
from django.urls import include, path

from processing import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("health", health.health, name="health"),
    path("metrics", health.metrics_page, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api_urls")),
    path("", include("processing.urls")),
    path("", include("photos.urls")),
    path("", include("pages.urls")),
]
