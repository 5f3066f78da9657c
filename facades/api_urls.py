"""API routes of renders."""

from django.urls import URLPattern, URLResolver, path

from facades.api import renders, signing, textures

urlpatterns: list[URLPattern | URLResolver] = [
    path("render/jobs", renders.RendersView.as_view(), name="render-list"),
    path("render/jobs/<uuid:job_id>", renders.RenderView.as_view(), name="render-detail"),
    path("render/webhook-secret", signing.WebhookSecretView.as_view(), name="render-webhook-secret"),
    path("render/textures", textures.TexturesView.as_view(), name="render-textures"),
    path("render/textures/<slug:name>.webp", textures.TextureView.as_view(), name="render-texture"),
    path("render/jobs/<uuid:job_id>/result.jpg", renders.ResultView.as_view(), name="render-result"),
]
