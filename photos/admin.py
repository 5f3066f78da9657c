"""The library for staff: what there is and how it stands. Members' pictures are not shown here."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from photos.actions.pictures import render_photo
from photos.models import Original, Photo, Rendition, Upload
from processing.errors import AureoleError


@dataclass(frozen=True)
class Nameless:
    """Stands for a row whose own name (a title, a file name) is its member's affair."""

    pk: object

    def __str__(self) -> str:
        return str(self.pk)


class ReadOnly(admin.ModelAdmin):
    """Staff look; members and recipes change."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = Nameless(kwargs["obj"].pk)
        return super().render_change_form(request, context | {"original": obj, "subtitle": str(obj)}, *args, **kwargs)

    def action_checkbox(self, obj: Any) -> SafeString:
        return super().action_checkbox(Nameless(obj.pk))  # type: ignore[arg-type]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Nothing is changed here, so there is none; its page would name the photo."""
        raise Http404

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RenditionInline(admin.TabularInline):
    model = Rendition
    fields = ("size", "format", "width", "height", "byte_size", "renderer_version")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Photo)
class PhotoAdmin(ReadOnly):
    list_display = ("id", "owner", "state", "width", "height", "renderer_version", "uploaded_at", "deleted_at")
    list_filter = ("state", "renderer_version", "uploaded_at")
    list_select_related = ("owner",)
    search_fields = ("=id", "owner__email")
    ordering = ("-uploaded_at",)
    show_full_result_count = False
    actions = ("make_pictures_again",)
    inlines = (RenditionInline,)
    # What a member wrote, where they were and what the picture looks like stays theirs.
    fields = (
        "id", "owner", "state", "width", "height", "renderer_version", "phash_version", "version", "uploaded_at",
        "deleted_at",
    )  # fmt: skip

    @admin.action(description="Make the pictures again", permissions=["render"])
    def make_pictures_again(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        started = 0
        for photo in queryset.select_related("owner"):
            try:
                render_photo(actor=photo.owner, photo_id=photo.pk, is_everything=True)
            except AureoleError as error:
                self.message_user(request, f"{photo.pk}: {error.message}", messages.WARNING)
                continue
            started += 1
        self.message_user(request, f"Pictures of {started} photo{'' if started == 1 else 's'} are being made again.")

    def has_render_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("photos.change_photo")


@admin.register(Original)
class OriginalAdmin(ReadOnly):
    list_display = ("id", "owner", "content_type", "byte_size", "created_at")
    list_filter = ("content_type", "created_at")
    list_select_related = ("owner",)
    search_fields = ("=id", "=sha256", "owner__email")
    ordering = ("-created_at",)
    fields = ("id", "owner", "key", "sha256", "byte_size", "content_type", "created_at")


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ("id", "owner", "state", "byte_size", "created_at", "expires_at", "completed_at")
    list_filter = ("state", "created_at")
    list_select_related = ("owner",)
    search_fields = ("=id", "owner__email")
    ordering = ("-created_at",)
    fields = ("id", "owner", "state", "byte_size", "part_size", "created_at", "expires_at", "completed_at")
