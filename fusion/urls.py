"""Pages of fusions."""

from django.urls import path

from fusion import views

app_name = "fusion"
urlpatterns = [
    path("fusion", views.gallery, name="gallery"),
    path("fusion/new", views.new, name="new"),
    path("fusion/asking", views.asking, name="asking"),
    path("fusion/<uuid:fusion_id>", views.detail, name="detail"),
    path("fusion/<uuid:fusion_id>/cancel", views.cancel, name="cancel"),
    path("fusion/<uuid:fusion_id>/again", views.again, name="again"),
    path("fusion/<uuid:fusion_id>/delete", views.delete, name="delete"),
    path("fusion/<uuid:fusion_id>/take-out", views.take_out, name="take_out"),
]
