"""Positions get names people would give them, without a network."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.imaging import places


@pytest.mark.parametrize(
    ("position", "label"),
    [
        ((58.3019, -134.4197), "Juneau, Alaska, United States"),
        ((35.0116, 135.7681), "Kyoto, Japan"),
        ((35.0394, 135.7292), "Kyoto, Japan"),
        ((48.8584, 2.2945), "Paris, Île-de-France, France"),
        ((-33.8568, 151.2153), "Sydney, New South Wales, Australia"),
        ((40.6892, -74.0445), "New York City, New York, United States"),
    ],
)
def test_landmarks_are_in_their_cities(position: tuple[float, float], label: str) -> None:
    found = places.nearest(*position)
    assert found is not None
    assert found.label == label


def test_a_suburb_of_a_great_city_keeps_its_own_name() -> None:
    found = places.nearest(48.8215, 2.2876)
    assert found is not None
    assert (found.name, found.country_code) == ("Vanves", "FR")


@pytest.mark.parametrize(
    "position", [(0.0, -30.0), (-80.0, 0.0), (91.0, 0.0), (0.0, 181.0), (math.nan, 10.0), (10.0, math.inf)]
)
def test_the_open_sea_the_ice_and_impossible_angles_have_no_name(position: tuple[float, float]) -> None:
    assert places.nearest(*position) is None


def test_the_date_line_is_no_edge_of_the_world() -> None:
    west, east = places.nearest(-16.8, 179.99), places.nearest(-16.8, -179.99)
    assert west is not None
    assert east is not None
    assert west.country == east.country == "Fiji"


@settings(max_examples=30, deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_any_position_has_a_whole_name_or_none(latitude: float, longitude: float) -> None:
    found = places.nearest(latitude, longitude)
    if found is not None:
        assert found.name
        assert found.country
        assert found.label.startswith(found.name)
        assert len(found.country_code) == 2
