"""Every address of Aureole, assembled."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from circles.throttle import too_often
from processing import health

handler404 = "config.api.absent"
handler429 = too_often
handler500 = "config.api.broken"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("health", health.health, name="health"),
    path("metrics", health.metrics_page, name="metrics"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="pages:settings_devices")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api_urls")),
    path("", include("processing.urls")),
    path("", include("circles.urls")),
    path("", include("photos.urls")),
    path("", include("artworks.urls")),
    path("", include("facades.urls")),
    path("", include("consent.urls")),
    path("", include("fusion.urls")),
    path("", include("pages.urls")),
]
