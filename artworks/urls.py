"""Pages of the studio and of artworks."""

from django.urls import path

from artworks.views import painterly, studio, works

app_name = "artworks"
urlpatterns = [
    path("studio", studio.studio, name="studio"),
    path("studio/photos/<uuid:photo_id>", studio.photo, name="photo"),
    path("studio/iris", studio.iris, name="iris"),
    path("studio/iris/agree", studio.agree, name="agree"),
    path("studio/iris/chosen", studio.make_many, name="make_many"),
    path("studio/iris/<uuid:photo_id>", studio.make_iris, name="make_iris"),
    path("studio/iris/<uuid:photo_id>/circles", studio.place, name="place"),
    path("studio/enhance/<uuid:photo_id>", studio.enlarge, name="enlarge"),
    path("studio/layers/<uuid:photo_id>", studio.layers, name="layers"),
    path("studio/painterly/<uuid:photo_id>", painterly.make_painting, name="painterly"),
    path("studio/painterly/<uuid:photo_id>/cards/<slug:style>", painterly.card, name="painterly_card"),
    path("studio/as-it-is/<uuid:photo_id>", studio.as_it_is, name="as_it_is"),
    path("studio/jobs/<uuid:job_id>", studio.job, name="job"),
    path("artworks", works.gallery, name="gallery"),
    path("artworks/<uuid:artwork_id>", works.detail, name="detail"),
    path("artworks/<uuid:artwork_id>/again", works.again, name="again"),
    path("artworks/<uuid:artwork_id>/outlines", works.outlines, name="outlines"),
    path("artworks/<uuid:artwork_id>/mask", works.mask, name="mask"),
    path("artworks/<uuid:artwork_id>/whose", works.whose, name="whose"),
    path("artworks/<uuid:artwork_id>/words", works.words, name="words"),
    path("artworks/<uuid:artwork_id>/offer", works.offer, name="offer"),
    path("artworks/<uuid:artwork_id>/delete", works.delete, name="delete"),
]
