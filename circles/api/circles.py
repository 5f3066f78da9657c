"""Circles through the API: for their members; to everybody else there is no such circle."""

import uuid

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from circles import feed, picturing
from circles.actions import circle_invitations, circles, invitations, memberships, standing
from circles.api import circle_examples as shown
from circles.api.circle_serializers import (
    CircleFieldsSerializer,
    CircleInvitationSerializer,
    CircleSerializer,
    FeedItemSerializer,
    HandOverSerializer,
    InviteSerializer,
    MadeInvitationSerializer,
    MemberSerializer,
    RoleSerializer,
    made,
)
from circles.api.people import person
from circles.models import Circle, CircleInvitation, FeedItem, Membership, Role
from processing.documenting import error, errors
from processing.examples import page_of
from processing.pagination import KeysetPagination
from processing.serializers import read_body

ROLE_TOO_LOW = {403: error(403, "The role in this circle is too low.", standing.RoleTooLow)}
LAST_OWNER = {409: error(409, "A circle always has an owner.", standing.LastOwner)}
GONE = {404: error(404, "The link opens nothing, whatever the reason.", circle_invitations.InvitationGone)}
PAGING = [OpenApiParameter(**words) for words in KeysetPagination.words()]


class ListView(GenericAPIView):
    """A list in pages, newest first."""

    pagination_class = KeysetPagination
    filter_backends = ()

    def page(self, found: QuerySet) -> Response:
        rows = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class CirclesView(ListView):
    serializer_class = CircleSerializer

    @extend_schema(
        operation_id="circles_list",
        parameters=PAGING,
        responses={200: page_of(CircleSerializer)} | errors(400),
        examples=shown.CIRCLES,
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """The circles you are in."""
        rows = self.paginate_queryset(Circle.objects.visible_to(person(request)).with_standing(person(request)))
        picturing.put_on(person(request), rows or [])
        return self.get_paginated_response(CircleSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="circles_create",
        request=CircleFieldsSerializer,
        responses={201: CircleSerializer} | errors(400, 409),
        examples=shown.CREATE,
    )
    def post(self, request: Request) -> Response:
        """Make a circle; it is yours."""
        circle = circles.create_circle(actor=person(request), **read_body(CircleFieldsSerializer, request))
        return Response(CircleSerializer(circle).data, status=status.HTTP_201_CREATED)


class CircleView(GenericAPIView):
    serializer_class = CircleSerializer

    @extend_schema(
        operation_id="circles_retrieve", responses={200: CircleSerializer} | errors(404), examples=shown.CIRCLE
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """One circle, and what you may do in it."""
        return Response(CircleSerializer(circles.find_circle(actor=person(request), circle_id=circle_id)).data)

    @extend_schema(
        operation_id="circles_update",
        request=CircleFieldsSerializer(partial=True),
        responses={200: CircleSerializer} | errors(400, 404) | ROLE_TOO_LOW,
        examples=shown.EDIT,
    )
    def patch(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Rename or describe it; for owners and admins."""
        values = read_body(CircleFieldsSerializer, request, partial=True)
        return Response(
            CircleSerializer(circles.edit_circle(actor=person(request), circle_id=circle_id, **values)).data
        )

    @extend_schema(operation_id="circles_destroy", request=None, responses={204: None} | errors(404) | ROLE_TOO_LOW)
    def delete(self, request: Request, circle_id: uuid.UUID) -> Response:
        """End it for everybody; for owners. What members shared goes back to them alone."""
        circles.delete_circle(actor=person(request), circle_id=circle_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MembersView(ListView):
    serializer_class = MemberSerializer
    sort_field = "joined_at"

    @extend_schema(
        operation_id="circles_members_list",
        parameters=PAGING,
        responses={200: page_of(MemberSerializer)} | errors(400, 404),
        examples=shown.MEMBERS,
        filters=False,
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Who is in it, and as what; the newest first."""
        circle = circles.find_circle(actor=person(request), circle_id=circle_id)
        return self.page(Membership.objects.visible_to(person(request)).filter(circle=circle).select_related("user"))


class MemberView(GenericAPIView):
    serializer_class = MemberSerializer

    @extend_schema(
        operation_id="circles_members_retrieve", responses={200: MemberSerializer} | errors(404), examples=shown.MEMBER
    )
    def get(self, request: Request, circle_id: uuid.UUID, person_id: uuid.UUID) -> Response:
        """One member."""
        found = memberships.find_member(actor=person(request), circle_id=circle_id, user_id=person_id)
        return Response(MemberSerializer(found).data)

    @extend_schema(
        operation_id="circles_members_update",
        request=RoleSerializer,
        responses={200: MemberSerializer} | errors(400, 404) | ROLE_TOO_LOW | LAST_OWNER,
        examples=shown.ROLE,
    )
    def patch(self, request: Request, circle_id: uuid.UUID, person_id: uuid.UUID) -> Response:
        """Give them another role; for owners. The last owner cannot step down."""
        body = read_body(RoleSerializer, request)
        changed = memberships.change_role(actor=person(request), circle_id=circle_id, user_id=person_id, **body)
        return Response(MemberSerializer(changed).data)

    @extend_schema(
        operation_id="circles_members_destroy", request=None, responses={204: None} | errors(404, 409) | ROLE_TOO_LOW
    )
    def delete(self, request: Request, circle_id: uuid.UUID, person_id: uuid.UUID) -> Response:
        """Remove somebody: owners anybody else, admins only members. Their things go with them; open links close."""
        memberships.remove_member(actor=person(request), circle_id=circle_id, user_id=person_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveView(GenericAPIView):
    serializer_class = MemberSerializer

    @extend_schema(operation_id="circles_leave", request=None, responses={204: None} | errors(404) | LAST_OWNER)
    def post(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Leave it; your things leave with you. The last owner hands it over first, or deletes it."""
        memberships.leave_circle(actor=person(request), circle_id=circle_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HandOverView(GenericAPIView):
    serializer_class = HandOverSerializer

    @extend_schema(
        operation_id="circles_handover",
        request=HandOverSerializer,
        responses={200: MemberSerializer} | errors(400, 404, 409) | ROLE_TOO_LOW,
        examples=shown.HAND_OVER,
    )
    def post(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Make another member the owner in your place; you stay as an admin."""
        heir = read_body(HandOverSerializer, request)["person_id"]
        found = memberships.hand_over(actor=person(request), circle_id=circle_id, user_id=heir)
        return Response(MemberSerializer(found).data)


class FeedView(ListView):
    serializer_class = FeedItemSerializer

    @extend_schema(
        operation_id="circles_feed",
        parameters=PAGING,
        responses={200: page_of(FeedItemSerializer)} | errors(400, 404),
        examples=shown.FEED,
        filters=False,
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """What happened in it, newest first. `/ws/me` says `{"type": "circle"}` when there is something new."""
        circle = circles.find_circle(actor=person(request), circle_id=circle_id)
        rows = self.paginate_queryset(FeedItem.objects.visible_to(person(request)).filter(circle=circle).with_people())
        shown = FeedItemSerializer(feed.told(person(request), rows or []), many=True)
        return self.get_paginated_response(shown.data)


class InvitationsView(ListView):
    serializer_class = CircleInvitationSerializer

    @extend_schema(
        operation_id="circles_invitations_list",
        parameters=PAGING,
        responses={200: page_of(CircleInvitationSerializer)} | errors(400, 404) | ROLE_TOO_LOW,
        examples=shown.INVITATIONS,
        filters=False,
    )
    def get(self, request: Request, circle_id: uuid.UUID) -> Response:
        """Who was invited, and which links still open; for owners and admins."""
        circle = circles.find_circle(actor=person(request), circle_id=circle_id)
        if Role(circle.my_role).rank < Role.ADMIN.rank:  # type: ignore[attr-defined]
            raise standing.RoleTooLow()
        found = CircleInvitation.objects.visible_to(person(request)).filter(circle=circle)
        return self.page(found.select_related("made_by"))

    @extend_schema(
        operation_id="circles_invitations_create",
        request=InviteSerializer,
        responses={201: MadeInvitationSerializer} | errors(400, 404, 429) | ROLE_TOO_LOW,
        examples=shown.INVITE,
    )
    def post(self, request: Request, circle_id: uuid.UUID) -> Response:
        """A link that lets people in, shown this once; mailed as well when it is for an address and mail is on."""
        body = read_body(InviteSerializer, request)
        row, token = circle_invitations.make_invitation(actor=person(request), circle_id=circle_id, **body)
        return Response(made(row, token, invitations.link_of(token)), status=status.HTTP_201_CREATED)


class InvitationView(GenericAPIView):
    serializer_class = CircleInvitationSerializer

    @extend_schema(
        operation_id="invitations_retrieve",
        responses={200: CircleInvitationSerializer} | errors(404),
        examples=shown.INVITATION,
    )
    def get(self, request: Request, invitation_id: uuid.UUID) -> Response:
        """One invitation of a circle you run; never its secret."""
        found = circle_invitations.find_invitation(actor=person(request), invitation_id=invitation_id)
        return Response(CircleInvitationSerializer(found).data)

    @extend_schema(operation_id="invitations_destroy", request=None, responses={204: None} | errors(404))
    def delete(self, request: Request, invitation_id: uuid.UUID) -> Response:
        """Take it back: the link opens nothing any more. Whoever joined by it stays."""
        circle_invitations.revoke_invitation(actor=person(request), invitation_id=invitation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptView(GenericAPIView):
    serializer_class = CircleSerializer

    @extend_schema(
        operation_id="invitations_accept", request=None, responses={200: CircleSerializer} | GONE, examples=shown.ACCEPT
    )
    def post(self, request: Request, token: str) -> Response:
        """Join the circle of this link. Twice is fine and counts once."""
        circle = circle_invitations.accept_invitation(actor=person(request), token=token)
        return Response(CircleSerializer(circle).data)
