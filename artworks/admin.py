"""Artworks for staff: how many there are, made by what, and how well. The pictures are their members' alone."""

from django.contrib import admin

from artworks.models import Artwork
from photos.admin import ReadOnly


@admin.register(Artwork)
class ArtworkAdmin(ReadOnly):
    list_display = ("id", "owner", "kind", "engine", "version", "confidence", "width", "height", "created_at")
    list_filter = ("kind", "engine", "version", "created_at")
    list_select_related = ("owner",)
    search_fields = ("=id", "owner__email")
    ordering = ("-created_at",)
    show_full_result_count = False
    # Outlines, gate numbers and names are a person's own; what failed is told by their job.
    fields = ("id", "owner", "kind", "engine", "version", "confidence", "width", "height", "seconds", "created_at")
