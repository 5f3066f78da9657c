"""Jobs about photos, as the jobs API and the jobs page list them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from processing.models import Job


@pytest.fixture
def prepared(alice, make_photo):
    """So many finished photos with the jobs that prepared them."""

    def make(number: int) -> None:
        for _ in range(number):
            photo = make_photo(alice, with_files=False, title="Morning market")
            Job.objects.create(owner=alice, kind="ingest", queue="high", state="completed", subject_id=photo.pk)

    return make


def test_a_list_of_ingest_jobs_names_its_photos_in_as_many_queries_for_three_as_for_thirty(alice, api_as, prepared):
    counts = []
    for more in (3, 27):
        prepared(more)
        with CaptureQueriesContext(connection) as queries:
            found = api_as(alice).get("/api/v1/processing/jobs?limit=100").json()["results"]
        counts.append(len(queries))
        assert {job["title"] for job in found} == {"Morning market"}
        assert all(job["picture_url"].endswith("/thumb/256.webp?v=1") for job in found)
    assert counts[0] == counts[1] <= 4
