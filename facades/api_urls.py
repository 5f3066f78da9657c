"""API routes of renders."""

from django.urls import URLPattern, URLResolver, path

from facades.api import renders

urlpatterns: list[URLPattern | URLResolver] = [
    path("render/jobs", renders.RendersView.as_view(), name="render-list"),
    path("render/jobs/<uuid:job_id>", renders.RenderView.as_view(), name="render-detail"),
    path("render/jobs/<uuid:job_id>/result.jpg", renders.ResultView.as_view(), name="render-result"),
]
