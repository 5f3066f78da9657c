"""The timeline as columns: months with counts, then a month's photos; and the points of the map."""

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any, Final

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos.api import examples
from photos.api.serializers import MapSerializer, MonthSerializer, TimelineSerializer
from photos.models import MonthCount, Photo
from photos.querysets import PhotoQuerySet
from processing.errors import NotFound, Refused

MONTH_PAGE: Final = 1000
MAP_PAGE: Final = 5000
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_CURSOR = OpenApiParameter("cursor", str, description="Where to go on: the address in `next` has it.")
_COLUMNS: Final = ("id", "width", "height", "colours", "sort_at", "state", "version", "is_favourite", "place")


def parse_month(text: str) -> date:
    """``yyyy-mm`` as its first day; NotFound when there is no such month."""
    found = _MONTH.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), 1) if found else date.min.replace(year=0)
    except ValueError:
        raise NotFound() from None


def cursor_of(sort_at: datetime, photo_id: uuid.UUID) -> str:
    return f"{sort_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{photo_id}"


def beyond_cursor(photos: PhotoQuerySet, cursor: str | None) -> PhotoQuerySet:
    """The photos after the cursor; all of them without one. Refused when it is none of ours."""
    if not cursor:
        return photos
    moment, _, photo_id = cursor.partition("_")
    try:
        sort_at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        return photos.older_than(sort_at, uuid.UUID(photo_id))
    except ValueError:
        raise Refused(fields={"cursor": ["This cursor is not one of ours."]}) from None


class TimelineView(APIView):
    @extend_schema(operation_id="timeline_list", responses={200: TimelineSerializer}, examples=examples.TIMELINE)
    def get(self, request: Request) -> Response:
        """Months that have photos, newest first, with how many."""
        months = MonthCount.objects.visible_to(request.user).newest_first()
        buckets = [{"month": f"{month:%Y-%m}", "count": count} for month, count in months]
        return Response({"total": sum(count for _, count in months), "buckets": buckets})


class MonthView(APIView):
    @extend_schema(
        operation_id="timeline_retrieve",
        parameters=[_CURSOR, OpenApiParameter("month", str, OpenApiParameter.PATH, description="yyyy-mm")],
        responses={200: MonthSerializer} | examples.errors(400, 404),
        examples=examples.MONTH,
    )
    def get(self, request: Request, month: str) -> Response:
        """A month's photos as columns, at most 1,000 in one answer."""
        photos = Photo.objects.owned_by(request.user).in_library().in_month(parse_month(month))
        photos = beyond_cursor(photos, request.query_params.get("cursor")).newest_first()
        rows = list(photos.values_list(*_COLUMNS)[: MONTH_PAGE + 1])
        return Response(month_columns(rows[:MONTH_PAGE], month, has_more=len(rows) > MONTH_PAGE))


def month_columns(rows: list[tuple[Any, ...]], month: str, *, has_more: bool) -> dict[str, Any]:
    """Rows of _COLUMNS turned into columns; an empty month has empty ones."""
    ids, widths, heights, colours, moments, states, versions, favourites, places = (
        zip(*rows, strict=True) if rows else [()] * 9
    )
    address = reverse("timeline-month", args=[month])
    return {
        "month": month,
        "ids": ids,
        "widths": widths,
        "heights": heights,
        "colours": colours,
        "days": [moment.date().isoformat() for moment in moments],
        "states": states,
        "versions": versions,
        "favourites": favourites,
        "places": places,
        "next": f"{address}?cursor={cursor_of(moments[-1], ids[-1])}" if has_more else None,
    }


class MapView(APIView):
    @extend_schema(
        operation_id="map_list",
        parameters=[_CURSOR],
        responses={200: MapSerializer} | examples.errors(400),
        examples=examples.MAP,
    )
    def get(self, request: Request) -> Response:
        """Photos with a place as columns, newest first, at most 5,000 in one answer."""
        photos = Photo.objects.owned_by(request.user).in_library().with_place()
        photos = beyond_cursor(photos, request.query_params.get("cursor")).newest_first()
        rows = list(photos.values_list("id", "latitude", "longitude", "version", "sort_at")[: MAP_PAGE + 1])
        shown = rows[:MAP_PAGE]
        ids, latitudes, longitudes, versions, moments = zip(*shown, strict=True) if shown else [()] * 5
        following = f"{reverse('map')}?cursor={cursor_of(moments[-1], ids[-1])}" if len(rows) > MAP_PAGE else None
        columns = {"ids": ids, "latitudes": latitudes, "longitudes": longitudes, "versions": versions}
        return Response(columns | {"next": following})
