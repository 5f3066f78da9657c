"""The API root: each room brings its own routes."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

import config.schema  # noqa: F401 - registers how devices sign in

# Both write their styles while they run, and Redoc works in a worker made of a blob. Scripts stay as strict as ever.
_with_styles = csp_update({"style-src": [SELF, UNSAFE_INLINE], "worker-src": [SELF, "blob:"]})

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", _with_styles(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("redoc/", _with_styles(SpectacularRedocView.as_view(url_name="schema")), name="redoc"),
    path("", include("circles.api_urls")),
    path("", include("processing.api_urls")),
    path("", include("photos.api_urls")),
    path("", include("artworks.api_urls")),
    path("", include("facades.api_urls")),
    path("", include("consent.api_urls")),
    path("", include("fusion.api_urls")),
]
