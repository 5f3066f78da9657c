"""What is shared in a circle, through the API: for its members; to everybody else there is no such circle."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.actions import picturing, sharing
from artworks.api import examples
from artworks.api.shared import (
    ItemFiltersSerializer,
    ItemsDoneSerializer,
    ItemSerializer,
    ItemsSerializer,
    PictureSerializer,
)
from artworks.showing import Item, items_of, shared_in
from artworks.subjects import SubjectNotAsked
from circles.actions.circles import find_circle
from circles.actions.standing import RoleTooLow
from circles.api.circle_serializers import CircleSerializer
from photos.api.person import person
from photos.models import CircleShare
from processing import documenting
from processing.errors import NotFound
from processing.examples import page_of
from processing.pagination import KeysetPagination
from processing.serializers import read_body, read_query

OTHERS = {403: documenting.error(403, "Other people's things, and the role is too low.", RoleTooLow)}
SUBJECT = {409: documenting.error(409, "It shows another member, or nobody knows whom.", SubjectNotAsked)}


class ItemsView(GenericAPIView):
    queryset = CircleShare.objects.none()
    serializer_class = ItemSerializer
    filter_backends = ()
    pagination_class = KeysetPagination

    @extend_schema(
        operation_id="circles_items_list",
        parameters=[ItemFiltersSerializer],
        responses={200: page_of(ItemSerializer)} | examples.errors(400, 404),
        examples=examples.ITEMS,
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """What is shared here, newest first."""
        filters = read_query(ItemFiltersSerializer, request)
        circle = find_circle(actor=person(request), circle_id=circle_id)
        found = shared_in(circle.pk, person(request))
        if filters.get("kind"):
            found = found.of_photos() if filters["kind"] == "photo" else found.of_artworks()
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(ItemSerializer(items_of(rows or [], person(request)), many=True).data)

    @extend_schema(
        operation_id="circles_items_change",
        request=ItemsSerializer,
        responses={200: ItemsDoneSerializer} | examples.errors(400, 404) | OTHERS | SUBJECT,
        examples=examples.SHARE,
    )
    def post(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Share several photos and artworks of your own, all or none; or take items back. `undo` is the way back."""
        body = read_body(ItemsSerializer, request)
        act = {"share": _share, "unshare": _unshare}[body.pop("action")]
        return Response(ItemsDoneSerializer(act(request, circle_id, body)).data)


def _share(request: Request, circle_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    made = sharing.share_items(actor=person(request), circle_id=circle_id, **body)
    undo = {"action": "unshare", "item_ids": made.fresh} if made.fresh else None
    return {"items": items_of(made.items, person(request)), "changed": len(made.fresh), "undo": undo}


def _unshare(request: Request, circle_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    done = sharing.unshare_items(actor=person(request), circle_id=circle_id, share_ids=body["item_ids"])
    return {"items": [], "changed": done.count, "undo": undo_of(done)}


def undo_of(done: sharing.TakenBack) -> dict[str, Any] | None:
    """The request that shares one's own things again; None when none of them were."""
    if not (done.photo_ids or done.artwork_ids):
        return None
    return {
        "action": "share",
        "photo_ids": done.photo_ids,
        "artwork_ids": done.artwork_ids,
        "with_original": done.with_original,
    }


class ItemView(APIView):
    @extend_schema(
        operation_id="circles_items_retrieve",
        responses={200: ItemSerializer} | examples.errors(404),
        examples=examples.ITEM,
    )
    def get(self, request: Request, circle_id: uuid.UUID, item_id: uuid.UUID) -> Response:
        """One thing that is shared here."""
        return Response(ItemSerializer(_item(request, circle_id, item_id)).data)

    @extend_schema(
        operation_id="circles_items_destroy",
        request=None,
        responses={204: None} | examples.errors(404) | OTHERS,
    )
    def delete(self, request: Request, circle_id: uuid.UUID, item_id: uuid.UUID) -> Response:
        """Take it out of the circle: your own, or as one of those who run it anybody's."""
        item = _item(request, circle_id, item_id)
        sharing.unshare_items(actor=person(request), circle_id=circle_id, share_ids=[item.id])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PictureView(APIView):
    @extend_schema(
        operation_id="circles_picture_choose",
        request=PictureSerializer,
        responses={200: CircleSerializer} | examples.errors(400, 404) | OTHERS,
        examples=examples.PICTURE,
    )
    def put(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Show the circle by one of the things shared in it; for owners and admins. It goes when that is taken back."""
        item_id = read_body(PictureSerializer, request)["item_id"]
        picturing.choose_picture(actor=person(request), circle_id=circle_id, share_id=item_id)
        return Response(CircleSerializer(find_circle(actor=person(request), circle_id=circle_id)).data)

    @extend_schema(
        operation_id="circles_picture_remove",
        request=None,
        responses={204: None} | examples.errors(404) | OTHERS,
    )
    def delete(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Show it by its letter again."""
        picturing.remove_picture(actor=person(request), circle_id=circle_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _item(request: Request, circle_id: uuid.UUID, item_id: uuid.UUID) -> Item:
    found = shared_in(circle_id, person(request)).filter(pk=item_id).first()
    if found is None:
        raise NotFound()
    return Item(found, person(request))
