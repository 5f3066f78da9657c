"""Pages of facades."""

from django.urls import path

from facades import views

app_name = "facades"
urlpatterns = [path("studio/render/<uuid:photo_id>", views.make, name="make")]
