"""The timeline at 100,000 photos of one person: time on the server, and SQL queries, for its page and its API.

Run it from the repository: ``python benchmarks/timeline.py``. It makes a database of its own (on DATABASE_URL's server,
or on an embedded one) and drops it afterwards. Requests pass Django's whole handler: middleware, session, templates.

The peer is what a library without buckets and columns does, on the same rows in the same run: months by
``GROUP BY date_trunc``, and a month as full objects through the ORM and the serializer.
"""

import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: its queue.py would hide the standard one
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["LOG_LEVEL"] = "ERROR"
os.environ["AUREOLE_TESTING"] = "1"  # plain static files: nothing to collect first

PHOTOS, ROUNDS, TARGET_MS, TARGET_QUERIES = 100_000, 60, 60.0, 6

# 20 years; every fortieth photo lies in one busy month, which then has more than one page of the API.
INSERT = """
WITH numbered AS (
    SELECT n, gen_random_uuid() AS photo, gen_random_uuid() AS original,
           CASE WHEN n %% 40 = 0
                THEN timestamptz '2026-07-01 00:00Z' + (n %% 44000) * interval '1 minute'
                ELSE timestamptz '2006-11-01 00:00Z' + (n::bigint * 7919 %% 630000000) * interval '1 second'
           END AS moment
    FROM generate_series(%(first)s, %(last)s) AS n
), stored AS (
    INSERT INTO photos_original (id, owner_id, key, sha256, byte_size, content_type, created_at)
    SELECT original, %(owner)s, 'originals/' || original, lpad(to_hex(n), 64, '0'), 3000000, 'image/jpeg', now()
    FROM numbered
)
INSERT INTO photos_photo (
    id, owner_id, original_id, state, filename, title, caption, is_favourite, width, height, colours, phash,
    phash_version, renderer_version, version, taken_at, uploaded_at, sort_at, month, latitude, longitude, altitude,
    place, camera_make, camera_model, lens, iso, aperture, shutter, focal_length, is_date_edited, is_place_edited)
SELECT photo, %(owner)s, original, 'ready', 'IMG_' || n || '.jpg', '', '', n %% 20 = 0, 4032, 3024,
       repeat('7a6a58', 9), n, 1, 1, 1, moment, now(), moment, date_trunc('month', moment)::date,
       CASE WHEN n %% 2 = 0 THEN 35.0 + n %% 100 * 0.01 END, CASE WHEN n %% 2 = 0 THEN 135.0 END, NULL,
       CASE WHEN n %% 2 = 0 THEN 'Kyoto, Japan' ELSE '' END, 'Canon', 'EOS 5D', 'EF 50mm', 100, 2.8, '1/250', 50,
       false, false
FROM numbered
"""


@contextmanager
def own_database() -> Any:
    """A server to talk to and an empty database on it, named in DATABASE_URL while it lasts."""
    import psycopg2

    from config.embedded.layout import Layout
    from config.embedded.services import Services

    name = f"aureole_benchmark_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="aureole-benchmark-") as folder:
        os.environ["DATA_DIR"] = folder
        services = Services(Layout(Path(folder)), durable=False)
        services.start()
        server = os.environ["DATABASE_URL"]
        admin = psycopg2.connect(server)
        admin.autocommit = True
        admin.cursor().execute(f"CREATE DATABASE {name}")
        try:
            address, question, options = server.partition("?")
            os.environ["DATABASE_URL"] = f"{address.rpartition('/')[0]}/{name}{question}{options}"
            yield
        finally:
            admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.close()
            services.stop()


def fill(owner: Any, first: int, last: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"owner": owner.pk, "first": first, "last": last})
        cursor.execute("VACUUM ANALYZE photos_photo")
        cursor.execute("VACUUM ANALYZE photos_original")


def requests(client: Any, months: list[str]) -> dict[str, Callable[[], Any]]:
    chance = random.Random(1)
    return {
        "timeline page": lambda: client.get("/"),
        "timeline page from a month": lambda: client.get(f"/?month={chance.choice(months)}"),
        "API buckets": lambda: client.get("/api/v1/timeline"),
        "API month": lambda: client.get(f"/api/v1/timeline/{chance.choice(months)}"),
        "API month of 2,500": lambda: client.get("/api/v1/timeline/2026-07"),
    }


def peers(owner: Any, months: list[str]) -> dict[str, Callable[[], Any]]:
    """The naive way, without handler, middleware and session: it is spared what ours pays."""
    from django.db.models import Count
    from django.db.models.functions import TruncMonth

    from photos.api.serializers import PhotoSerializer
    from photos.models import Photo

    chance = random.Random(1)
    mine = Photo.objects.visible_to(owner).in_library()

    def buckets() -> None:
        list(mine.annotate(at=TruncMonth("sort_at")).order_by("-at").values_list("at").annotate(Count("pk")))

    def month(name: str) -> None:
        year, number = map(int, name.split("-"))
        found = mine.filter(sort_at__year=year, sort_at__month=number).select_related("original").newest_first()
        json.dumps(PhotoSerializer(found, many=True).data, default=str)

    return {
        "API buckets": buckets,
        "API month": lambda: month(chance.choice(months)),
        "API month of 2,500": lambda: month("2026-07"),
    }


def queries(calls: dict[str, Callable[[], Any]]) -> dict[str, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, call in calls.items():
        with CaptureQueriesContext(connection) as captured:
            assert call().status_code == 200, name
        found[name] = len(captured)
    return found


def timed(ours: dict[str, Callable[[], Any]], naive: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Milliseconds of every call; all kinds take turns, the slow peers in every sixth round."""
    found: dict[str, list[float]] = {name: [] for name in ours | naive}
    for number in range(ROUNDS):
        for name, call in (ours if number % 6 else ours | naive).items():
            began = time.perf_counter()
            call()
            found[name].append((time.perf_counter() - began) * 1000)
    return found


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def measure() -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from circles.models import User

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("alice@example.com")
    client = Client()
    client.force_login(owner)
    fill(owner, 1, PHOTOS // 2)
    ours = requests(client, [])
    months = [bucket["month"] for bucket in client.get("/api/v1/timeline").json()["buckets"]]
    ours = requests(client, months)
    half = queries(ours)
    fill(owner, PHOTOS // 2 + 1, PHOTOS)
    whole = queries(ours)
    naive = {f"naive: {name}": call for name, call in peers(owner, months).items()}
    times = timed(ours, naive)
    return {"half": half, "whole": whole, "times": times}


def report(found: dict[str, Any]) -> bool:
    """Print the table and the line for machines; True when the promise holds."""
    half, whole, times = found["half"], found["whole"], found["times"]
    print(f"\n{PHOTOS:,} photos of one person, {ROUNDS} requests of each kind ({ROUNDS // 6} of the naive ones)\n")
    print(f"{'':34}{'median ms':>10}{'p95 ms':>9}{'queries':>9}{'at half':>9}")
    for name, values in times.items():
        counts = f"{whole[name]:>9}{half[name]:>9}" if name in whole else ""
        print(f"{name:34}{statistics.median(values):>10.1f}{p95(values):>9.1f}{counts}")
    worst = max(p95(times[name]) for name in whole)
    holds = worst <= TARGET_MS and max(whole.values()) <= TARGET_QUERIES and whole == half
    line = {
        "benchmark": "timeline",
        "figure": f"worst p95 ms on the server at {PHOTOS} photos, with at most {TARGET_QUERIES} queries",
        "value": round(worst, 1),
        "target": TARGET_MS,
        "peer": {name: round(p95(values), 1) for name, values in times.items() if name.startswith("naive")},
        "queries": max(whole.values()),
        "holds": holds,
    }
    print("\n" + json.dumps(line))
    return holds


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the database goes with us
    with own_database():
        result = measure()
    sys.exit(0 if report(result) else 1)
