"""Months, a month's columns, the map; and how many queries they cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from circles.models import User
from photos.models import Photo


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_months_are_counted_newest_first_without_the_bin(alice: User, make_photo: Any, api_as: Any) -> None:
    for day in ("2026-10-01", "2026-10-31T23:59:59.999999", "2025-01-01"):
        make_photo(alice, with_files=False, sort_at=at(day))
    make_photo(alice, with_files=False, sort_at=at("2020-01-01"), deleted_at=at("2026-01-01"))

    said = api_as(alice).get("/api/v1/timeline").json()

    assert said == {"total": 3, "buckets": [{"month": "2026-10", "count": 2}, {"month": "2025-01", "count": 1}]}


def test_a_month_is_columns_newest_first(alice: User, make_photo: Any, api_as: Any) -> None:
    first = make_photo(alice, with_files=False, sort_at=at("2026-10-01"), width=1, is_favourite=True)
    last = make_photo(alice, with_files=False, sort_at=at("2026-10-31T23:59:59"), width=2, state="pending")
    make_photo(alice, with_files=False, sort_at=at("2026-11-01"))
    make_photo(alice, with_files=False, sort_at=at("2026-09-30T23:59:59"))

    said = api_as(alice).get("/api/v1/timeline/2026-10").json()

    assert said["ids"] == [str(last.pk), str(first.pk)]
    assert said["widths"] == [2, 1]
    assert said["days"] == ["2026-10-31", "2026-10-01"]
    assert said["states"] == ["pending", "ready"]
    assert said["favourites"] == [False, True]
    assert said["versions"] == [1, 1]
    assert len({len(said[name]) for name in said if isinstance(said[name], list)}) == 1
    assert said["next"] is None


def test_december_ends_with_its_year(alice: User, make_photo: Any, api_as: Any) -> None:
    make_photo(alice, with_files=False, sort_at=at("2025-12-31T23:59:59"))
    make_photo(alice, with_files=False, sort_at=at("2026-01-01"))
    assert len(api_as(alice).get("/api/v1/timeline/2025-12").json()["ids"]) == 1


def test_a_large_month_comes_in_pages_that_lose_nothing(
    alice: User, make_photo: Any, api_as: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("photos.api.timeline.MONTH_PAGE", 3)
    made = [make_photo(alice, with_files=False) for _ in range(8)]

    address, found = "/api/v1/timeline/2026-10", []
    while address:
        page = api_as(alice).get(address).json()
        assert len(page["ids"]) <= 3
        found += page["ids"]
        address = page["next"]

    assert found == sorted((str(photo.pk) for photo in made), reverse=True)


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026", "0000-01", "26-1", "2026-1", "x", "٢٠٢٦-١٠"])
def test_there_are_no_other_months(alice: User, api_as: Any, month: str) -> None:
    assert api_as(alice).get(f"/api/v1/timeline/{month}").status_code == 404


def test_the_last_month_there_can_be_is_answered(alice: User, api_as: Any) -> None:
    assert api_as(alice).get("/api/v1/timeline/9999-12").json()["ids"] == []


@pytest.mark.parametrize("cursor", ["x", "_", "20261005T091231.000000_x", "99999999T000000.000000_", "'"])
def test_foreign_cursors_are_refused(alice: User, api_as: Any, cursor: str) -> None:
    for route in ("timeline/2026-10", "map"):
        assert api_as(alice).get(f"/api/v1/{route}?cursor={cursor}").status_code == 400


def test_the_map_has_the_points_of_the_library(alice: User, make_photo: Any, api_as: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("photos.api.timeline.MAP_PAGE", 2)
    points = [make_photo(alice, with_files=False, latitude=float(n), longitude=0.5) for n in range(3)]
    make_photo(alice, with_files=False)
    make_photo(alice, with_files=False, latitude=9.0, longitude=9.0, deleted_at=at("2026-01-01"))

    first = api_as(alice).get("/api/v1/map").json()
    second = api_as(alice).get(first["next"]).json()

    assert sorted(first["latitudes"] + second["latitudes"]) == [0.0, 1.0, 2.0]
    assert set(first["ids"] + second["ids"]) == {str(photo.pk) for photo in points}
    assert second["next"] is None


def test_twice_the_photos_cost_no_more_queries(
    alice: User, make_photo: Any, client: Any, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection

    client.force_login(alice)
    routes = ["/api/v1/timeline", "/api/v1/timeline/2026-10", "/api/v1/photos", "/api/v1/map"]

    def costs() -> dict[str, int]:
        found = {}
        for route in routes:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(route).status_code == 200
            found[route] = len(captured)
        return found

    for n in range(5):
        make_photo(alice, with_files=False, latitude=float(n), longitude=0.0)
    few = costs()
    for n in range(10):
        make_photo(alice, with_files=False, latitude=float(n), longitude=0.0, sort_at=at("2026-10-01") + timedelta(n))

    assert costs() == few
    assert max(few.values()) <= 6
    assert Photo.objects.count() == 15
