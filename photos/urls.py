"""Pages of the library."""

from django.urls import path

from photos import views

app_name = "photos"
urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("favourites", views.favourites, name="favourites"),
    path("search", views.search, name="search"),
    path("bin", views.bin_page, name="bin"),
    path("upload", views.upload, name="upload"),
    path("photos/bulk", views.bulk, name="bulk"),
    path("photos/<uuid:photo_id>", views.detail, name="detail"),
    path("photos/<uuid:photo_id>/edit", views.edit, name="edit"),
    path("photos/<uuid:photo_id>/remake", views.remake, name="remake"),
]
