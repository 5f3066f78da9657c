"""The API root: each room brings its own routes."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

import config.schema  # noqa: F401 - registers how devices sign in

# Redoc writes its styles while it runs, and works in a worker made of a blob.
_redoc = csp_update({"style-src": [SELF, UNSAFE_INLINE], "worker-src": [SELF, "blob:"]})

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("redoc/", _redoc(SpectacularRedocView.as_view(url_name="schema")), name="redoc"),
    path("", include("circles.api_urls")),
    path("", include("processing.api_urls")),
    path("", include("photos.api_urls")),
]
