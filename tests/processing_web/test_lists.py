"""Lists keep their place while rows come and go, and say what is wrong with a question."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from processing.errors import Refused
from processing.models import Job
from processing.pagination import KeysetPagination

NOW = timezone.now()


@pytest.fixture
def jobs(alice) -> list[Job]:
    """23 jobs, most of them of the very same moment; newest first."""
    made = Job.objects.bulk_create(Job(owner=alice, kind="ingest") for _ in range(23))
    for number, job in enumerate(made):
        Job.objects.filter(pk=job.pk).update(created_at=NOW - timedelta(seconds=number // 10))
    return list(Job.objects.order_by("-created_at", "-id"))


def page(**query) -> dict:
    return turn("/api/v1/x?" + "&".join(f"{name}={value}" for name, value in query.items()))


def turn(url: str) -> dict:
    paginator = KeysetPagination()
    rows = paginator.paginate_queryset(Job.objects.all(), Request(APIRequestFactory().get(url)))
    return paginator.get_paginated_response(rows).data


def test_walking_forward_meets_every_row_once_even_with_equal_times(jobs):
    found, url = [], "/api/v1/x?limit=4"
    while url:
        answer = turn(url)
        found += answer["results"]
        url = answer["next"]
    assert [job.pk for job in found] == [job.pk for job in jobs]


def test_walking_back_gives_the_same_pages(jobs):
    first = page(limit=5)
    second = turn(first["next"])
    third = turn(second["next"])
    assert turn(third["previous"])["results"] == second["results"]
    back = turn(second["previous"])
    assert back["results"] == first["results"]
    assert back["previous"] is None
    assert back["next"]


def test_rows_that_come_or_go_move_nobodys_place(jobs, alice):
    first = page(limit=5)
    Job.objects.create(owner=alice, kind="ingest")
    jobs[4].delete()
    assert turn(first["next"])["results"] == jobs[5:10]


def test_an_offset_says_where_to_start_and_goes_on_by_cursor(jobs):
    answer = page(limit=5, offset=10)
    assert answer["results"] == jobs[10:15]
    assert "offset" not in answer["next"]
    assert turn(answer["next"])["results"] == jobs[15:20]
    assert turn(answer["previous"])["results"] == jobs[5:10]


def test_the_last_page_has_no_next(jobs):
    assert page(limit=100)["next"] is None
    assert page(limit=100, offset=50) == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"offset": "99999999999999999999"}, "offset"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b"[" * 5000).decode()}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b'["n", "2026-01-01T00:00:00", "x"]').decode()}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b'["n", "2026-01-01T00:00:00Z", "\\u0000"]').decode()}, "cursor"),
    ],
)
def test_a_bad_question_is_refused_and_named(db, query, field):
    with pytest.raises(Refused) as refused:
        page(**query)
    assert field in refused.value.fields


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_forged_cursor_is_a_server_error(value):
    cursor = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    paginator = KeysetPagination()
    with pytest.raises(Refused):
        paginator._read_cursor(Job, cursor)


@pytest.mark.parametrize("deep", [0, 2000])
def test_a_page_costs_one_query_however_deep_it_lies(alice, deep, django_assert_num_queries):
    Job.objects.bulk_create(Job(owner=alice, kind="ingest") for _ in range(2500))
    edge = Job.objects.order_by("-created_at", "-id")[deep]
    cursor = json.dumps(["n", edge.created_at.isoformat(), str(edge.pk)]).encode()
    with django_assert_num_queries(1):
        page(cursor=base64.urlsafe_b64encode(cursor).decode())
