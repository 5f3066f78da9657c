"""Consents through the API: asked, given, refused, taken back, and the receipts of all that."""

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from artworks.models import Artwork, ArtworkFile
from circles.models import Circle
from consent import circumstances, policy, presenting, receipts
from consent.actions import answering, asking
from consent.api import examples as shown_as
from consent.api.serializers import (
    AskedSerializer,
    AskSerializer,
    ConsentDetailSerializer,
    ConsentFiltersSerializer,
    ConsentSerializer,
    GiveSerializer,
    GrantSerializer,
    NotificationSerializer,
    ReceiptSerializer,
    shown,
)
from consent.circumstances import Circumstances
from consent.models import Consent
from consent.presenting import Shown
from photos.api.person import person
from photos.api.pictures import AnyAccept, picture
from photos.rendering import CONTENT_TYPES
from processing.documenting import error, errors
from processing.errors import NotFound, Refused
from processing.examples import page_of
from processing.pagination import KeysetPagination
from processing.serializers import read_body, read_query

PICTURE = "512.webp"


class ConsentsView(GenericAPIView):
    queryset = Consent.objects.none()
    serializer_class = ConsentSerializer
    filter_backends = ()
    pagination_class = KeysetPagination
    sort_field = "changed_at"

    @extend_schema(
        operation_id="consents_list",
        parameters=[ConsentFiltersSerializer],
        responses={200: page_of(ConsentSerializer)} | errors(400),
        examples=shown_as.CONSENTS,
    )
    def get(self, request: Request) -> Response:
        """What you are asked, what you gave, and what others gave you; what changed last comes first."""
        filters = read_query(ConsentFiltersSerializer, request)
        rows = self.paginate_queryset(presenting.boxed(person(request), **filters))
        found = [Shown(row, person(request)) for row in rows or []]
        return self.get_paginated_response(ConsentSerializer(found, many=True).data)

    @extend_schema(
        operation_id="consents_give",
        request=GiveSerializer,
        responses={201: ConsentDetailSerializer} | errors(400),
        examples=shown_as.GIVE,
    )
    def post(self, request: Request) -> Response:
        """Allow something before anybody asks: an artwork of yours, or all of yours in a circle."""
        body = read_body(GiveSerializer, request)
        given = answering.give_consent(actor=person(request), how=_how(request), **body)
        return Response(shown(given, person(request)), status=status.HTTP_201_CREATED)


class NotificationsView(GenericAPIView):
    queryset = Consent.objects.none()
    serializer_class = NotificationSerializer
    filter_backends = ()
    pagination_class = KeysetPagination
    sort_field = "changed_at"

    @extend_schema(
        operation_id="notifications_list",
        responses={200: page_of(NotificationSerializer)} | errors(400),
        examples=shown_as.NOTIFICATIONS,
    )
    def get(self, request: Request) -> Response:
        """What happened, newest first: questions to you, answers to yours, permissions that ended."""
        rows = self.paginate_queryset(presenting.news(person(request)))
        found = [Shown(row, person(request)) for row in rows or []]
        return self.get_paginated_response(NotificationSerializer(found, many=True).data)


class AskView(APIView):
    @extend_schema(
        operation_id="consents_request",
        request=AskSerializer,
        responses={201: AskedSerializer} | errors(400, 404, 409),
        examples=shown_as.ASK,
    )
    def post(self, request: Request) -> Response:
        """Ask everybody whose consent is missing, in one go. Asking twice asks once."""
        body = read_body(AskSerializer, request)
        what = {"artworks": _artworks(request, body["artwork_ids"]), "purpose": body["purpose"]}
        what["circle"] = _circle(request, body.get("circle_id"))
        asked = asking.request_consents(
            actor=person(request), message=body.get("message", ""), how=_how(request), **what
        )
        missing = policy.missing(requester=person(request), **what)
        told = presenting.told(person(request), asked)
        answer = {
            "consents": [Shown(consent, person(request)) for consent in told],
            "pending": sorted({each.artwork_id for each in missing}),
        }
        return Response(AskedSerializer(answer).data, status=status.HTTP_201_CREATED)


class ConsentView(APIView):
    @extend_schema(
        operation_id="consents_retrieve",
        responses={200: ConsentDetailSerializer} | errors(404),
        examples=shown_as.CONSENT,
    )
    def get(self, request: Request, consent_id: uuid.UUID) -> Response:
        """One of them, with the text to read before answering."""
        return Response(shown(_find(request, consent_id), person(request)))


class GrantView(APIView):
    @extend_schema(
        operation_id="consents_grant",
        request=GrantSerializer,
        responses={200: ConsentDetailSerializer}
        | errors(400, 404)
        | {409: error(409, "The question has ended.", answering.NoLongerAsked)},
        examples=shown_as.GRANT,
    )
    def post(self, request: Request, consent_id: uuid.UUID) -> Response:
        """Say yes to a question, also after a no; for more than was asked when you name a wider scope."""
        body = read_body(GrantSerializer, request)
        given = answering.grant_consent(actor=person(request), consent_id=consent_id, how=_how(request), **body)
        return Response(shown(_find(request, given.pk), person(request)))


class RefuseView(APIView):
    @extend_schema(
        operation_id="consents_refuse",
        request=None,
        responses={200: ConsentDetailSerializer}
        | errors(404)
        | {409: error(409, "It was given already.", answering.AlreadyGiven)},
        examples=shown_as.REFUSE,
    )
    def post(self, request: Request, consent_id: uuid.UUID) -> Response:
        """Say no to a question. Who asked learns that the answer was no."""
        answering.refuse_consent(actor=person(request), consent_id=consent_id, how=_how(request))
        return Response(shown(_find(request, consent_id), person(request)))


class RevokeView(APIView):
    @extend_schema(
        operation_id="consents_revoke",
        request=None,
        responses={200: ConsentDetailSerializer}
        | errors(404)
        | {409: error(409, "It was not given.", answering.NothingGiven)},
        examples=shown_as.REVOKE,
    )
    def post(self, request: Request, consent_id: uuid.UUID) -> Response:
        """Take it back. What was made with it is hidden at once, and its files go within a minute."""
        answering.revoke_consent(actor=person(request), consent_id=consent_id, how=_how(request))
        return Response(shown(_find(request, consent_id), person(request)))


class ReceiptView(APIView):
    @extend_schema(
        operation_id="consents_receipt",
        responses={200: ReceiptSerializer} | errors(404),
        examples=shown_as.RECEIPT,
    )
    def get(self, request: Request, consent_id: uuid.UUID) -> Response:
        """What was answered, when and to which text, signed by this server."""
        found = _find(request, consent_id)
        if "receipt" not in Shown(found, person(request)).can:
            raise NotFound()
        name = content_disposition_header(True, f"consent-{found.pk}.json") or "attachment"
        headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
        return Response(receipts.make_receipt(found), headers=headers)


class PictureView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="consents_picture",
        responses={(200, "image/webp"): OpenApiTypes.BINARY} | errors(404),
    )
    def get(self, request: Request, consent_id: uuid.UUID) -> HttpResponseBase:
        """The artwork it is about, small; for whom it asks also when it is not theirs but shows them."""
        artwork = presenting.find_picture(person(request), _find(request, consent_id))
        file = ArtworkFile.objects.filter(artwork=artwork, name=PICTURE).first() if artwork else None
        if file is None:
            raise NotFound()
        return picture(request._request, file.key, CONTENT_TYPES["webp"], is_for_good=False)


def _how(request: Request) -> Circumstances:
    return circumstances.of(request._request, "api")


def _find(request: Request, consent_id: uuid.UUID) -> Consent:
    return answering.find_consent(actor=person(request), consent_id=consent_id)


def _artworks(request: Request, ids: list[uuid.UUID]) -> list[Artwork]:
    found = list(Artwork.objects.visible_to(person(request)).chosen(ids))
    if len(found) != len(set(ids)):
        raise NotFound()
    return found


def _circle(request: Request, circle_id: Any) -> Circle | None:
    if circle_id is None:
        return None
    found = Circle.objects.visible_to(person(request)).filter(pk=circle_id).first()
    if found is None:
        raise Refused(fields={"circle_id": ["You are in no such circle."]})
    return found
