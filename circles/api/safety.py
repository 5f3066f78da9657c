"""Blocking people and reporting things, through the API."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from circles.actions import blocks, reports
from circles.api import safety_examples as shown
from circles.api.circle_serializers import PersonSerializer
from circles.api.circles import PAGING, ListView
from circles.api.people import person
from circles.models import Block, Report
from processing.documenting import error, errors
from processing.examples import page_of
from processing.serializers import StrictSerializer, read_body

REPORTED = {409: error(409, "It waits for a decision already, or it is your own.", reports.ReportedAlready)}


class BlockSerializer(serializers.Serializer):
    person = PersonSerializer(source="blocked")
    created_at = serializers.DateTimeField()


class BlockPersonSerializer(StrictSerializer):
    person_id = serializers.UUIDField(help_text="Somebody in a circle of yours.")


class ReportSerializer(serializers.Serializer):
    """What you told the people who run the server, and what they decided."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject_id = serializers.UUIDField()
    title = serializers.CharField()
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    words = serializers.CharField()
    state = serializers.ChoiceField(choices=Report.State.choices)
    sentence = serializers.SerializerMethodField(help_text="The decision, for people.")
    answer = serializers.CharField(help_text="What was written beside it.")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_sentence(self, report: Report) -> str:
        return reports.sentence(report)


class ReportItemSerializer(StrictSerializer):
    kind = serializers.CharField(
        max_length=20, default="item", help_text="`item`: something shared into a circle; or `fusion`."
    )
    subject_id = serializers.UUIDField(help_text="Its id, as the circle's list of items or fusions gives it.")
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class BlocksView(ListView):
    serializer_class = BlockSerializer

    @extend_schema(
        operation_id="blocks_list",
        parameters=PAGING,
        responses={200: page_of(BlockSerializer)} | errors(400),
        examples=shown.BLOCKS,
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """Whom you blocked."""
        return self.page(Block.objects.visible_to(person(request)).select_related("blocked"))

    @extend_schema(
        operation_id="blocks_create",
        request=BlockPersonSerializer,
        responses={201: BlockSerializer} | errors(400, 404, 409),
        examples=shown.BLOCK,
    )
    def post(self, request: Request) -> Response:
        """What each of you shares and asks vanishes for the other; consents between you end. Twice is once."""
        made = blocks.block_person(actor=person(request), **read_body(BlockPersonSerializer, request))
        return Response(BlockSerializer(made).data, status=status.HTTP_201_CREATED)


class BlockView(GenericAPIView):
    serializer_class = BlockSerializer

    @extend_schema(operation_id="blocks_destroy", request=None, responses={204: None} | errors(404))
    def delete(self, request: Request, person_id: uuid.UUID) -> Response:
        """Unblock. What is shared is seen again; consents that ended stay ended."""
        blocks.unblock_person(actor=person(request), person_id=person_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReportsView(ListView):
    serializer_class = ReportSerializer

    @extend_schema(
        operation_id="reports_list",
        parameters=PAGING,
        responses={200: page_of(ReportSerializer)} | errors(400),
        examples=shown.REPORTS,
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """What you reported, and what became of it."""
        return self.page(Report.objects.visible_to(person(request)))

    @extend_schema(
        operation_id="reports_create",
        request=ReportItemSerializer,
        responses={201: ReportSerializer} | errors(400, 404, 429) | REPORTED,
        examples=shown.REPORT,
    )
    def post(self, request: Request) -> Response:
        """Tell the people who run the server about something shared. Its owner does not learn who told."""
        made = reports.report_item(actor=person(request), **read_body(ReportItemSerializer, request))
        return Response(ReportSerializer(made).data, status=status.HTTP_201_CREATED)


class ReportView(GenericAPIView):
    serializer_class = ReportSerializer

    @extend_schema(operation_id="reports_retrieve", responses={200: ReportSerializer} | errors(404), examples=shown.ONE)
    def get(self, request: Request, report_id: uuid.UUID) -> Response:
        """One of your reports."""
        return Response(ReportSerializer(reports.find_report(actor=person(request), report_id=report_id)).data)
