"""Signing in with a device, one's own account, one's own tokens."""

import uuid

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from circles.actions import accounts, joining, opt_ins, signing_in, tokens
from circles.api import people_examples as shown
from circles.api.people_serializers import (
    AgreeSerializer,
    DeviceTokenSerializer,
    LeaveSerializer,
    MadeTokenSerializer,
    MeSerializer,
    OptInSerializer,
    OptInsSerializer,
    ResetAskedSerializer,
    ResetSerializer,
    SignedUpSerializer,
    SignInSerializer,
    SignUpSerializer,
)
from circles.models import DeviceToken, User
from processing.documenting import error, errors
from processing.errors import NotFound, NotSignedIn
from processing.examples import page_of
from processing.pagination import KeysetPagination
from processing.serializers import read_body

WRONG = {401: error(401, "Wrong address or password, or a code is needed or wrong.", NotSignedIn)}
CLOSED = {403: error(403, "Registration is closed and the invitation opens nothing.", joining.RegistrationClosed)}
MAIL_OFF = {409: error(409, "This server does not send mail.", joining.MailOff)}


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
        operation_id="auth_sign_in",
        request=SignInSerializer,
        responses={201: MadeTokenSerializer} | errors(400, 429) | WRONG,
        examples=shown.SIGN_IN,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Sign a device in: a token, shown this once, to send as `Authorization: Token ...`.

        With two-factor on, the answer is 401 `otp_required` until the code comes along as `otp`.
        """
        made, secret = signing_in.sign_in_device(request=request._request, **read_body(SignInSerializer, request))
        found = {"token": secret, "id": made.id, "device": made.device, "expires_at": made.expiry}
        return Response(MadeTokenSerializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="auth_sign_out", request=None, responses={204: None} | errors(404))
    def delete(self, request: Request) -> Response:
        """Take back the token this request came with."""
        if not isinstance(request.auth, DeviceToken):
            raise NotFound("This request did not come with a token.", suggestion="Sign out on the web page instead.")
        tokens.revoke_token(actor=person(request), token_id=request.auth.id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokensView(GenericAPIView):
    serializer_class = DeviceTokenSerializer
    pagination_class = KeysetPagination
    sort_field = "created"

    @extend_schema(
        operation_id="auth_tokens_list",
        parameters=[OpenApiParameter(**words) for words in KeysetPagination.words()],
        responses={200: page_of(DeviceTokenSerializer)} | errors(400),
        examples=shown.TOKENS,
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """Every device that holds a token of yours, newest first; never the tokens themselves."""
        found = self.paginate_queryset(DeviceToken.objects.visible_to(person(request)))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)


class TokenDetailView(GenericAPIView):
    serializer_class = DeviceTokenSerializer

    @extend_schema(
        operation_id="auth_tokens_retrieve",
        responses={200: DeviceTokenSerializer} | errors(404),
        examples=shown.TOKEN,
    )
    def get(self, request: Request, token_id: uuid.UUID) -> Response:
        """One of your tokens: its device, and when it was last used."""
        found = DeviceToken.objects.visible_to(person(request)).filter(id=token_id).first()
        if found is None:
            raise NotFound
        return Response(self.get_serializer(found).data)

    @extend_schema(operation_id="auth_tokens_destroy", request=None, responses={204: None} | errors(404))
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        """Take a token back: the device is signed out at once."""
        tokens.revoke_token(actor=person(request), token_id=token_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignUpView(GenericAPIView):
    serializer_class = SignUpSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        operation_id="auth_sign_up",
        request=SignUpSerializer,
        responses={201: SignedUpSerializer} | errors(400, 429) | CLOSED,
        examples=shown.SIGN_UP,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Make an account. Needs an invitation unless registration is open."""
        body = {"invitation": "", **read_body(SignUpSerializer, request)}
        word = joining.sign_up(request=request._request, **body)
        return Response({"status": word, "email": body["email"]}, status=status.HTTP_201_CREATED)


class ResetView(GenericAPIView):
    serializer_class = ResetSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        operation_id="auth_reset",
        request=ResetSerializer,
        responses={202: ResetAskedSerializer} | errors(400, 429) | MAIL_OFF,
        examples=shown.RESET,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Ask for a link to choose a new password. The answer is the same for addresses nobody here has."""
        joining.ask_for_reset(request=request._request, **read_body(ResetSerializer, request))
        return Response(shown.RESET_ASKED, status=status.HTTP_202_ACCEPTED)


class MeView(GenericAPIView):
    serializer_class = MeSerializer

    @extend_schema(operation_id="me_retrieve", responses={200: MeSerializer}, examples=shown.ME)
    def get(self, request: Request) -> Response:
        """Your profile, your settings, and how much of your quota is used."""
        return Response(self.get_serializer(person(request)).data)

    @extend_schema(
        operation_id="me_update",
        request=MeSerializer,
        responses={200: MeSerializer} | errors(400),
        examples=shown.CHANGE_ME,
    )
    def patch(self, request: Request) -> Response:
        """Change name, look or places. Email and password change on the web pages, which ask who you are."""
        values = read_body(MeSerializer, request, partial=True)
        return Response(self.get_serializer(accounts.change_profile(actor=person(request), **values)).data)

    @extend_schema(
        operation_id="me_destroy",
        request=LeaveSerializer,
        responses={204: None} | errors(400, 409, 429),
        examples=shown.LEAVE,
    )
    def delete(self, request: Request) -> Response:
        """Delete your account and everything in it: photos, originals, tokens. Asks for your password."""
        body = read_body(LeaveSerializer, request)
        signing_in.confirm_password(request=request._request, actor=person(request), **body)
        accounts.delete_account(actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OptInsView(GenericAPIView):
    serializer_class = OptInsSerializer

    @extend_schema(operation_id="me_opt_ins_list", responses={200: OptInsSerializer}, examples=shown.OPT_INS)
    def get(self, request: Request) -> Response:
        """What sensitive work there is, its text, and whether you agreed to it. All of it is off at first."""
        return Response(OptInsSerializer({"results": opt_ins.standing_of(actor=person(request))}).data)


class OptInView(GenericAPIView):
    serializer_class = OptInSerializer

    @extend_schema(
        operation_id="me_opt_ins_retrieve", responses={200: OptInSerializer} | errors(404), examples=shown.OPT_IN
    )
    def get(self, request: Request, purpose: str) -> Response:
        """One of them."""
        return Response(OptInSerializer(opt_ins.find_standing(actor=person(request), purpose=purpose)).data)

    @extend_schema(
        operation_id="me_opt_ins_give",
        request=AgreeSerializer,
        responses={200: OptInSerializer} | errors(400, 404, 409),
        examples=shown.AGREE,
    )
    def put(self, request: Request, purpose: str) -> Response:
        """Agree to the text of that version; time and version are kept. 409 when the text has changed meanwhile."""
        body = read_body(AgreeSerializer, request)
        return Response(OptInSerializer(opt_ins.opt_in(actor=person(request), purpose=purpose, **body)).data)

    @extend_schema(
        operation_id="me_opt_ins_take_back",
        request=None,
        responses={200: OptInSerializer} | errors(404),
        examples=shown.OPT_IN,
    )
    def delete(self, request: Request, purpose: str) -> Response:
        """Switch it off. Everything that was made under it is deleted: rows at once, files within a minute."""
        return Response(OptInSerializer(opt_ins.opt_out(actor=person(request), purpose=purpose)).data)
