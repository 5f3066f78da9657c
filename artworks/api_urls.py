"""API routes of artworks."""

from django.urls import URLPattern, URLResolver, path, re_path

from artworks.api import artworks, corrections, door, files, sharing

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

urlpatterns: list[URLPattern | URLResolver] = [
    path("artworks", artworks.ArtworkListView.as_view(), name="artworks-list"),
    path("artworks/<uuid:artwork_id>", artworks.ArtworkView.as_view(), name="artworks-detail"),
    path("artworks/<uuid:artwork_id>/subject", artworks.SubjectView.as_view(), name="artworks-subject"),
    path("artworks/<uuid:artwork_id>/reprocess", artworks.AgainView.as_view(), name="artworks-reprocess"),
    path("artworks/<uuid:artwork_id>/geometry", corrections.GeometryView.as_view(), name="artworks-geometry"),
    path("artworks/<uuid:artwork_id>/mask", corrections.MaskView.as_view(), name="artworks-mask"),
    re_path(
        rf"^artworks/(?P<artwork_id>{_UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$",
        files.ThumbView.as_view(),
        name="artworks-thumb",
    ),
    path("photos/<uuid:photo_id>/artwork", artworks.PhotoArtworkView.as_view(), name="photo-artwork"),
    path("circles/<uuid:circle_id>/picture", sharing.PictureView.as_view(), name="circle-picture"),
    path("circles/<uuid:circle_id>/items", sharing.ItemsView.as_view(), name="circle-items"),
    path("circles/<uuid:circle_id>/items/<uuid:item_id>", sharing.ItemView.as_view(), name="circle-item"),
    path("jobs/upload", door.UploadView.as_view(), name="door-upload"),
    path("jobs", door.JobsView.as_view(), name="door-jobs"),
    path("jobs/<uuid:job_id>", door.JobView.as_view(), name="door-job"),
    path("jobs/<uuid:job_id>/download/<str:name>", door.DownloadView.as_view(), name="door-download"),
    path("artworks/<uuid:artwork_id>/files/<str:name>", files.FileView.as_view(), name="artworks-file"),
]
