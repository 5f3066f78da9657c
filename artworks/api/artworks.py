"""Artworks through the API: lists, details, names, whose eye it is, made again, deleted."""

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.actions import keeping, making
from artworks.api import examples
from artworks.api.serializers import (
    AgainSerializer,
    ArtworkChangesSerializer,
    ArtworkDetailSerializer,
    ArtworkFiltersSerializer,
    ArtworkSerializer,
    WhoseSerializer,
)
from artworks.api.shared import ANY_ARTWORK_DETAIL, ANY_ARTWORK_PAGE, SharedArtworkSerializer
from artworks.models import Artwork
from photos.actions.library import find_photo
from photos.api.person import person
from processing.api import represent
from processing.documenting import IDEMPOTENCY_KEY
from processing.idempotency import read_key
from processing.pagination import KeysetPagination
from processing.serializers import JobSerializer, read_body, read_query


class ArtworkListView(GenericAPIView):
    queryset = Artwork.objects.none()
    serializer_class = ArtworkSerializer
    filter_backends = ()
    pagination_class = KeysetPagination

    def get_queryset(self) -> QuerySet[Artwork]:
        filters = read_query(ArtworkFiltersSerializer, self.request)
        user = self.request.user
        found = Artwork.objects.owned_by(user)
        if circle_id := filters.pop("circle", None):
            found = Artwork.objects.visible_to(user).shared_into(circle_id, user).with_given(user)
            found = found.select_related("owner").prefetch_related("files")
        found = found.not_made_again() if filters.pop("latest") else found
        return found.filter(**filters)

    @extend_schema(
        operation_id="artworks_list",
        parameters=[ArtworkFiltersSerializer],
        responses={200: ANY_ARTWORK_PAGE} | examples.errors(400),
        examples=examples.ARTWORKS,
    )
    def get(self, request: Request) -> Response:
        """One's own artworks, newest first; with `circle` those shared into it, by anybody."""
        page = self.paginate_queryset(self.get_queryset())
        shown = SharedArtworkSerializer if "circle" in request.query_params else ArtworkSerializer
        return self.get_paginated_response(shown(page, many=True).data)


class ArtworkView(APIView):
    @extend_schema(
        operation_id="artworks_retrieve",
        responses={200: ANY_ARTWORK_DETAIL} | examples.errors(404),
        examples=examples.ARTWORK,
    )
    def get(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """One artwork: how it was made, measured, its outlines and files; of somebody else's only what is shared."""
        found = keeping.see_artwork(actor=person(request), artwork_id=artwork_id)
        shown = ArtworkDetailSerializer if found.is_own else SharedArtworkSerializer  # type: ignore[attr-defined]
        return Response(shown(found).data)

    @extend_schema(
        operation_id="artworks_update",
        request=ArtworkChangesSerializer,
        responses={200: ArtworkDetailSerializer} | examples.errors(400, 404, 409),
        examples=examples.CHANGES,
    )
    def patch(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """Title, caption, and whether others may ask to use it (409 until it was said whose eye it is)."""
        changes = read_body(ArtworkChangesSerializer, request)
        found = keeping.edit_artwork(actor=person(request), artwork_id=artwork_id, changes=changes)
        return Response(ArtworkDetailSerializer(found).data)

    @extend_schema(operation_id="artworks_destroy", request=None, responses={204: None} | examples.errors(404))
    def delete(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """For good, with its files. Its photo and the artworks made from it stay."""
        keeping.delete_artwork(actor=person(request), artwork_id=artwork_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PhotoArtworkView(APIView):
    @extend_schema(
        operation_id="photos_artwork",
        request=None,
        responses={201: JobSerializer} | examples.errors(404, 409, 503),
        examples=examples.AS_IT_IS,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        """The photo itself becomes an artwork, as it is, to be shared and fused. Once made it is not made again."""
        photo = find_photo(actor=person(request), photo_id=photo_id)
        job = making.make_artwork(
            actor=person(request), photo=photo, kind=Artwork.Kind.PHOTO, options={}, **read_key(request, {})
        )
        return Response(represent(job, request), status=status.HTTP_201_CREATED)


class SubjectView(APIView):
    @extend_schema(
        operation_id="artworks_subject",
        request=WhoseSerializer,
        responses={200: ArtworkDetailSerializer} | examples.errors(400, 404),
        examples=examples.WHOSE,
    )
    def put(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """Whose eye it is, said once for all artworks of the same photo.

        Another member is named by email address; whether somebody here has it is not told.
        """
        body = read_body(WhoseSerializer, request)
        found = keeping.answer_whose_eye(actor=person(request), artwork_id=artwork_id, **body)
        return Response(ArtworkDetailSerializer(found).data)


class AgainView(APIView):
    @extend_schema(
        operation_id="artworks_reprocess",
        request=AgainSerializer,
        responses={201: JobSerializer} | examples.errors(400, 403, 404, 409, 503),
        examples=examples.AGAIN,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, artwork_id: uuid.UUID) -> Response:
        """The same photo with other options: always a new run, whose artwork is linked by `parent_id`."""
        body = read_body(AgainSerializer, request)
        job = making.reprocess_artwork(
            actor=person(request), artwork_id=artwork_id, changes=body["options"], **read_key(request, body)
        )
        return Response(represent(job, request), status=status.HTTP_201_CREATED)
