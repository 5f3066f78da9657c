"""Signing in with a device, one's own account, one's own tokens."""

import uuid

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from circles import examples as shown
from circles.actions import accounts, joining, signing_in, tokens
from circles.models import DeviceToken, User
from circles.serializers import (
    DeviceTokenSerializer,
    LeaveSerializer,
    MadeTokenSerializer,
    MeSerializer,
    ResetAskedSerializer,
    ResetSerializer,
    SignedUpSerializer,
    SignInSerializer,
    SignUpSerializer,
)
from processing.errors import NotFound
from processing.pagination import KeysetPagination
from processing.serializers import ErrorSerializer, read_body


def person(request: Request) -> User:
    """The signed-in person; the default permission has made sure that there is one."""
    assert isinstance(request.user, User)
    return request.user


class TokenView(GenericAPIView):
    """The token a device signs in with."""

    serializer_class = SignInSerializer

    def get_permissions(self) -> list:
        return [AllowAny()] if self.request.method == "POST" else [*super().get_permissions()]

    def get_authenticators(self) -> list:
        """A token asks for nothing here: only email and password make a new one."""
        return [] if self.request and self.request.method == "POST" else super().get_authenticators()

    @extend_schema(
        summary="Sign in",
        description="Email and password (and a code when two-factor is on) for a token, which is shown this once.",
        request=SignInSerializer,
        responses={201: MadeTokenSerializer, 400: ErrorSerializer, 401: ErrorSerializer, 429: ErrorSerializer},
        examples=shown.SIGN_IN,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        made, secret = signing_in.sign_in_device(request=request._request, **read_body(SignInSerializer, request))
        found = {"token": secret, "id": made.id, "device": made.device, "expires_at": made.expiry}
        return Response(MadeTokenSerializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Sign out",
        description="Takes back the token this request came with.",
        request=None,
        responses={204: None, 401: ErrorSerializer, 404: ErrorSerializer},
        examples=shown.SIGN_OUT,
    )
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, DeviceToken):
            raise NotFound("This request did not come with a token.", suggestion="Sign out on the web page instead.")
        tokens.revoke_token(actor=person(request), token_id=request.auth.id)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    get=extend_schema(
        summary="My tokens",
        description="Every device that holds a token of mine, newest first; never the tokens themselves.",
        responses={200: DeviceTokenSerializer(many=True), 401: ErrorSerializer},
        examples=shown.TOKENS,
    )
)
class TokensView(GenericAPIView):
    serializer_class = DeviceTokenSerializer
    pagination_class = KeysetPagination
    sort_field = "created"

    def get(self, request: Request) -> Response:
        found = self.paginate_queryset(DeviceToken.objects.visible_to(person(request)))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)


class TokenDetailView(GenericAPIView):
    serializer_class = DeviceTokenSerializer

    @extend_schema(
        summary="One of my tokens",
        responses={200: DeviceTokenSerializer, 401: ErrorSerializer, 404: ErrorSerializer},
        examples=shown.TOKEN,
    )
    def get(self, request: Request, token_id: uuid.UUID) -> Response:
        found = DeviceToken.objects.visible_to(person(request)).filter(id=token_id).first()
        if found is None:
            raise NotFound
        return Response(self.get_serializer(found).data)

    @extend_schema(
        summary="Take back a token",
        description="The device is signed out at once.",
        request=None,
        responses={204: None, 401: ErrorSerializer, 404: ErrorSerializer},
        examples=shown.SIGN_OUT,
    )
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        tokens.revoke_token(actor=person(request), token_id=token_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignUpView(GenericAPIView):
    serializer_class = SignUpSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        summary="Sign up",
        description="Needs an invitation unless registration is open.",
        request=SignUpSerializer,
        responses={201: SignedUpSerializer, 400: ErrorSerializer, 403: ErrorSerializer, 429: ErrorSerializer},
        examples=shown.SIGN_UP,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        body = {"invitation": "", **read_body(SignUpSerializer, request)}
        word = joining.sign_up(request=request._request, **body)
        return Response({"status": word, "email": body["email"]}, status=status.HTTP_201_CREATED)


class ResetView(GenericAPIView):
    serializer_class = ResetSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        summary="Ask for a new password",
        description="Mails a link. The answer is the same for addresses nobody here has.",
        request=ResetSerializer,
        responses={202: ResetAskedSerializer, 400: ErrorSerializer, 429: ErrorSerializer},
        examples=shown.RESET,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        joining.ask_for_reset(request=request._request, **read_body(ResetSerializer, request))
        return Response(shown.RESET_ASKED, status=status.HTTP_202_ACCEPTED)


class MeView(GenericAPIView):
    serializer_class = MeSerializer

    @extend_schema(
        summary="Me",
        description="My profile, my settings, and how much of my quota is used.",
        responses={200: MeSerializer, 401: ErrorSerializer},
        examples=shown.ME,
    )
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(person(request)).data)

    @extend_schema(
        summary="Change my settings",
        description="Name, look and places. Email and password change on the web pages, where they are asked for.",
        request=MeSerializer,
        responses={200: MeSerializer, 400: ErrorSerializer, 401: ErrorSerializer},
        examples=shown.CHANGE_ME,
    )
    def patch(self, request: Request) -> Response:
        values = read_body(MeSerializer, request, partial=True)
        return Response(self.get_serializer(accounts.change_profile(actor=person(request), **values)).data)

    @extend_schema(
        summary="Delete my account",
        description="Everything of mine goes: photos, originals, tokens. Asks for the password.",
        request=LeaveSerializer,
        responses={204: None, 400: ErrorSerializer, 401: ErrorSerializer, 409: ErrorSerializer, 429: ErrorSerializer},
        examples=shown.LEAVE,
    )
    def delete(self, request: Request) -> Response:
        body = read_body(LeaveSerializer, request)
        signing_in.confirm_password(request=request._request, actor=person(request), **body)
        accounts.delete_account(actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
