"""API routes of fusions."""

from django.urls import URLPattern, URLResolver, path, re_path

from fusion.api import files, fusions, preview

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

urlpatterns: list[URLPattern | URLResolver] = [
    path("preview", preview.PreviewView.as_view(), name="preview"),
    path("fusion", fusions.FusionsView.as_view(), name="fusion-list"),
    path("composition", fusions.CompositionsView.as_view(), name="composition-list"),
    path("fusion/<uuid:fusion_id>", fusions.FusionView.as_view(), name="fusion-detail"),
    path("fusion/<uuid:fusion_id>/cancel", fusions.CancelView.as_view(), name="fusion-cancel"),
    path("fusion/<uuid:fusion_id>/retry", fusions.RetryView.as_view(), name="fusion-retry"),
    re_path(
        rf"^fusion/(?P<fusion_id>{_UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$",
        files.ThumbView.as_view(),
        name="fusion-thumb",
    ),
    path("fusion/<uuid:fusion_id>/files/<str:name>", files.FileView.as_view(), name="fusion-file"),
    path("fusion/masks/<uuid:artwork_id>", files.MaskView.as_view(), name="fusion-mask"),
    path("circles/<uuid:circle_id>/fusions", fusions.CircleFusionsView.as_view(), name="circles-fusions"),
]
