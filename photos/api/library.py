"""Photos through the API: lists, details, edits, the bin and its way back."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.actions import library
from photos.api import examples
from photos.api.person import person
from photos.api.serializers import (
    BulkSerializer,
    ChangedSerializer,
    PhotoChangesSerializer,
    PhotoDetailSerializer,
    PhotoFiltersSerializer,
    PhotoSerializer,
)
from photos.api.shared import ANY_PHOTO_DETAIL, ANY_PHOTO_PAGE, SharedPhotoSerializer
from photos.models import Photo
from photos.querysets import PhotoQuerySet
from processing.errors import NotFound
from processing.pagination import KeysetPagination
from processing.serializers import read_body, read_query

_BACK: Final = {"bin": "restore", "restore": "bin", "favourite": "unfavourite", "unfavourite": "favourite"}
_ACTIONS: Final[dict[str, Callable[..., list[uuid.UUID]]]] = {
    "bin": library.bin_photos,
    "restore": library.restore_photos,
    "purge": library.purge_photos,
    "favourite": lambda **who: library.mark_photos(is_favourite=True, **who),
    "unfavourite": lambda **who: library.mark_photos(is_favourite=False, **who),
}


def filtered(photos: PhotoQuerySet, filters: dict[str, Any]) -> PhotoQuerySet:
    """Photos that meet all of the validated filters."""
    photos = photos.in_bin() if filters["deleted"] else photos.in_library()
    if filters.get("q"):
        photos = photos.matching(filters["q"])
    if filters.get("taken_after"):
        photos = photos.taken_after(filters["taken_after"])
    if filters.get("taken_before"):
        photos = photos.taken_before(filters["taken_before"])
    if filters["favourite"] is not None:
        photos = photos.filter(is_favourite=filters["favourite"])
    if filters["has_place"] is not None:
        photos = photos.with_place() if filters["has_place"] else photos.without_place()
    return photos


def changed(action: str, ids: list[uuid.UUID]) -> Response:
    """Which photos changed, and the request that takes it back."""
    undo = {"action": _BACK[action], "ids": ids} if ids and action in _BACK else None
    return Response(ChangedSerializer({"changed": ids, "undo": undo}).data)


class PhotoListView(GenericAPIView):
    queryset = Photo.objects.none()
    serializer_class = PhotoSerializer
    filter_backends = ()
    pagination_class = KeysetPagination
    sort_field = "sort_at"

    def get_queryset(self) -> QuerySet[Photo]:
        filters = read_query(PhotoFiltersSerializer, self.request)
        user = self.request.user
        if circle_id := filters.get("circle"):
            shared = Photo.objects.visible_to(user).shared_into(circle_id, user).with_given(user)
            return filtered(shared, filters).select_related("original", "owner").defer("search")
        return filtered(Photo.objects.owned_by(user), filters).select_related("original").defer("search")

    @extend_schema(
        operation_id="photos_list",
        parameters=[PhotoFiltersSerializer],
        responses={200: ANY_PHOTO_PAGE} | examples.errors(400),
        examples=examples.PHOTO_LIST,
    )
    def get(self, request: Request) -> Response:
        """One's own photos, newest first by the wall time of taking; with `circle` those shared into it, by anybody."""
        page = self.paginate_queryset(self.get_queryset())
        shown = SharedPhotoSerializer if "circle" in request.query_params else PhotoSerializer
        return self.get_paginated_response(shown(page, many=True).data)


class PhotoView(APIView):
    @extend_schema(
        operation_id="photos_retrieve",
        responses={200: ANY_PHOTO_DETAIL} | examples.errors(404),
        examples=examples.PHOTO,
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> Response:
        """One photo with its pictures; of somebody else's only what its owner shows to a circle."""
        photo = library.see_photo(actor=person(request), photo_id=photo_id)
        shown = PhotoDetailSerializer if photo.is_own else SharedPhotoSerializer  # type: ignore[attr-defined]
        return Response(shown(photo).data)

    @extend_schema(
        operation_id="photos_update",
        request=PhotoChangesSerializer,
        responses={200: PhotoDetailSerializer} | examples.errors(400, 404),
        examples=examples.PHOTO_PATCH,
    )
    def patch(self, request: Request, photo_id: uuid.UUID) -> Response:
        """Title, caption, date, place, favourite. What a person sets is never overwritten by the file's EXIF again."""
        changes = read_body(PhotoChangesSerializer, request)
        photo = library.edit_photo(actor=person(request), photo_id=photo_id, changes=changes)
        return Response(PhotoDetailSerializer(photo).data)

    @extend_schema(
        operation_id="photos_bin",
        request=None,
        responses={200: ChangedSerializer} | examples.errors(404),
        examples=examples.BINNED,
    )
    def delete(self, request: Request, photo_id: uuid.UUID) -> Response:
        """Into the bin, where it can be restored for BIN_DAYS days."""
        return _one(request, photo_id, "bin")


class RestoreView(APIView):
    @extend_schema(
        operation_id="photos_restore",
        request=None,
        responses={200: ChangedSerializer} | examples.errors(404),
        examples=examples.RESTORED,
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        """Out of the bin."""
        return _one(request, photo_id, "restore")


def _one(request: Request, photo_id: uuid.UUID, action: str) -> Response:
    if not Photo.objects.editable_by(request.user).filter(pk=photo_id).exists():
        raise NotFound()
    return changed(action, _ACTIONS[action](actor=person(request), ids=[photo_id]))


class BulkView(APIView):
    @extend_schema(
        operation_id="photos_bulk",
        request=BulkSerializer,
        responses={200: ChangedSerializer} | examples.errors(400),
        examples=examples.BULK,
    )
    def post(self, request: Request) -> Response:
        """The same for up to 500 photos; those that are not one's own are left out as if they did not exist."""
        body = read_body(BulkSerializer, request)
        return changed(body["action"], _ACTIONS[body["action"]](actor=person(request), ids=body["ids"]))


class ReferencesView(APIView):
    @extend_schema(
        operation_id="photos_reference",
        request=None,
        responses={201: PhotoDetailSerializer} | examples.errors(404),
        examples=examples.REFERENCE,
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        """Another photo over the same stored bytes, with a title, date and bin of its own."""
        photo = library.refer_to_photo(actor=person(request), photo_id=photo_id)
        return Response(PhotoDetailSerializer(photo).data, status=status.HTTP_201_CREATED)
