"""Lists by keyset on (sort field, id): stable while rows come and go, right for equal timestamps, fast at any depth."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from processing.errors import Refused

LIMIT: Final = 50
LIMIT_MOST: Final = 100
OFFSET_MOST: Final = 1_000_000


class KeysetPagination(BasePagination):
    """``{"next", "previous", "results"}``, newest first.

    ``sort_field`` (of the view, else "created_at") must never be NULL and should have an index together with the id.
    ``limit`` is 1-100; ``offset`` only says where the first page starts, its links are cursors again.
    """

    sort_field = "created_at"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.sort_field = getattr(view, "sort_field", self.sort_field)
        self.limit = _whole(request, "limit", LIMIT, least=1, most=LIMIT_MOST)
        offset = _whole(request, "offset", 0, least=0, most=OFFSET_MOST)
        cursor = request.query_params.get("cursor")
        if cursor and offset:
            raise Refused(fields={"offset": ["Send a cursor or an offset, not both."]})
        return self._page(queryset, cursor, offset)

    def _page(self, queryset: QuerySet, cursor: str | None, offset: int) -> list[Any]:
        is_backward, edge = self._read_cursor(queryset.model, cursor) if cursor else (False, None)
        order = (self.sort_field, "pk") if is_backward else (f"-{self.sort_field}", "-pk")
        found = queryset.order_by(*order)
        if edge:
            found = found.filter(self._beyond(edge, is_backward))
        rows = list(found[offset : offset + self.limit + 1])
        has_more, rows = len(rows) > self.limit, rows[: self.limit]
        if is_backward:
            rows.reverse()
        self.has_next = bool(rows) and (is_backward or has_more)
        self.has_previous = bool(rows) and (has_more if is_backward else bool(cursor or offset))
        self.edges = rows[:1] + rows[-1:]
        return rows

    def _beyond(self, edge: tuple[Any, Any], is_backward: bool) -> Q:
        """Rows past the edge; the first condition alone is what an index can walk."""
        value, key = edge
        beyond = "gt" if is_backward else "lt"
        return Q(**{f"{self.sort_field}__{beyond}e": value}) & (
            Q(**{f"{self.sort_field}__{beyond}": value}) | Q(**{f"pk__{beyond}": key})
        )

    def _read_cursor(self, model: type[Model], cursor: str) -> tuple[bool, tuple[Any, Any]]:
        try:
            direction, value, key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
            edge = (_value(model, self.sort_field, value), _value(model, model._meta.pk.name, key))
            return {"n": False, "p": True}[direction], edge
        except (ValueError, TypeError, KeyError, ValidationError, binascii.Error, RecursionError):
            raise Refused(fields={"cursor": ["This cursor is not one of ours."]}) from None

    def _link(self, direction: str, row: Model) -> str:
        value = _field(type(row), self.sort_field).value_to_string(row)
        packed = json.dumps([direction, value, str(row.pk)]).encode()
        url = remove_query_param(self.request.build_absolute_uri(), "offset")
        return replace_query_param(url, "cursor", base64.urlsafe_b64encode(packed).decode())

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link("n", self.edges[1]) if self.has_next else None,
                "previous": self._link("p", self.edges[0]) if self.has_previous else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        links = {
            "next": link | {"example": "https://photos.example.org/api/v1/list?cursor=WyJuIiwgIjIwMjYtMTAtMjAi"},
            "previous": link | {"example": None},
        }
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": links | {"results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {"name": w["name"], "in": "query", "required": False, "schema": w["type"], "description": w["description"]}
            for w in self.words()
        ]

    @staticmethod
    def words() -> list[dict[str, Any]]:
        """The paging words as drf-spectacular's OpenApiParameter takes them, for views that page by themselves."""
        limit = {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT}
        offset = {"type": "integer", "minimum": 0, "maximum": OFFSET_MOST}
        return [
            {"name": "cursor", "type": {"type": "string"}, "description": "Where to go on: from `next` or `previous`."},
            {"name": "limit", "type": limit, "description": "Rows on a page."},
            {"name": "offset", "type": offset, "description": "Rows to leave out first."},
        ]


def _whole(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= most:
        raise Refused(fields={name: [f"Send a whole number from {least} to {most}."]})
    return int(text)


def _field(model: type[Model], name: str) -> Field:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _value(model: type[Model], field: str, text: Any) -> Any:
    if not isinstance(text, str) or "\0" in text:
        raise ValueError("A cursor holds texts.")
    value = _field(model, field).to_python(text)
    if isinstance(value, datetime) and timezone.is_naive(value):
        raise ValueError("A cursor's time has a zone.")
    return value
