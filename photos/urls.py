"""Pages of the library."""

from django.urls import path

from photos import views

app_name = "photos"
urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("favourites", views.favourites, name="favourites"),
    path("bin", views.bin_page, name="bin"),
]
