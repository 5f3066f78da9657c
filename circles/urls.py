"""Pages of this room."""

from django.urls import path

from circles import views

urlpatterns = [path("join/<str:token>", views.join, name="join")]
