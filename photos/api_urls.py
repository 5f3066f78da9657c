"""API routes of the library."""

from django.urls import URLPattern, URLResolver, path, re_path

from photos.api import library, pictures, processing, timeline, uploads

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

urlpatterns: list[URLPattern | URLResolver] = [
    path("uploads/presign", uploads.UploadsViewSet.as_view({"post": "presign"}), name="uploads-presign"),
    path(
        "uploads/<uuid:upload_id>",
        uploads.UploadsViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="uploads-detail",
    ),
    path(
        "uploads/<uuid:upload_id>/complete",
        uploads.UploadsViewSet.as_view({"post": "complete"}),
        name="uploads-complete",
    ),
    path("uploads/<uuid:upload_id>/parts/<int:number>", uploads.PartView.as_view(), name="uploads-part"),
    path("uploads/<uuid:upload_id>/content", uploads.ContentView.as_view(), name="uploads-content"),
    path("photos", library.PhotoListView.as_view(), name="photos-list"),
    path("photos/bulk", library.BulkView.as_view(), name="photos-bulk"),
    path("photos/<uuid:photo_id>", library.PhotoView.as_view(), name="photos-detail"),
    path("photos/<uuid:photo_id>/restore", library.RestoreView.as_view(), name="photos-restore"),
    path("photos/<uuid:photo_id>/references", library.ReferencesView.as_view(), name="photos-references"),
    path("photos/<uuid:photo_id>/original", pictures.OriginalView.as_view(), name="photos-original"),
    re_path(
        rf"^photos/(?P<photo_id>{_UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$",
        pictures.ThumbView.as_view(),
        name="photos-thumb",
    ),
    path("timeline", timeline.TimelineView.as_view(), name="timeline"),
    path("timeline/<str:month>", timeline.MonthView.as_view(), name="timeline-month"),
    path("map", timeline.MapView.as_view(), name="map"),
    path("processing/submit", processing.SubmitView.as_view(), name="processing-submit"),
    path("processing/batch", processing.BatchView.as_view(), name="processing-batch"),
]
