"""Every address of Aureole, assembled."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api_urls")),
    path("", include("processing.urls")),
    path("", include("photos.urls")),
    path("", include("pages.urls")),
]
