"""Bytes: thumbnails with their caching, originals as downloads."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.test import AsyncClient

from circles.models import User
from photos.models import Photo, Rendition


def thumb(photo: Photo, name: str = "256.webp", query: str = "") -> str:
    return f"/api/v1/photos/{photo.pk}/thumb/{name}{query}"


@pytest.mark.parametrize("size", [256, 512, 1024])
@pytest.mark.parametrize("form", ["avif", "webp", "jpeg"])
def test_every_picture_is_served_as_what_it_is(alice: User, make_photo: Any, api_as: Any, size: int, form: str) -> None:
    photo = make_photo(alice)

    answer = api_as(alice).get(thumb(photo, f"{size}.{form}"), headers={"Accept": f"image/{form}"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"image/{form}")
    assert answer.content == f"{photo.pk} {size} {form}".encode()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_picture_with_its_version_may_be_kept_for_good_but_not_by_others(
    alice: User, make_photo: Any, api_as: Any
) -> None:
    photo = make_photo(alice, version=7)

    kept = api_as(alice).get(thumb(photo, query="?v=7"))
    asked = [api_as(alice).get(thumb(photo, query=query)) for query in ("", "?v=6", "?v=", "?v=x")]

    assert kept.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert {answer.headers["Cache-Control"] for answer in asked} == {"private, no-cache"}


def test_a_picture_that_did_not_change_is_not_sent_again(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice)
    tag = api_as(alice).get(thumb(photo)).headers["ETag"]

    again = api_as(alice).get(thumb(photo), headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)

    Rendition.objects.filter(photo=photo, size=256, format="webp").update(key="ingest/new/key/256.webp")
    default_storage.save("ingest/new/key/256.webp", ContentFile(b"new"))
    assert api_as(alice).get(thumb(photo), headers={"If-None-Match": tag}).status_code == 200


def test_a_picture_that_is_being_made_says_so_to_its_owner_alone(
    alice: User, bob: User, make_photo: Any, api_as: Any
) -> None:
    photo = make_photo(alice, state="pending")

    assert api_as(alice).get(thumb(photo)).json()["error"] == "not_ready"
    assert api_as(alice).get(thumb(photo)).status_code == 404
    assert api_as(bob).get(thumb(photo)).json()["error"] == "not_found"


def test_sizes_and_formats_that_do_not_exist_are_absent(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice)
    for name in ("2048.webp", "256.png", "256.svg", "0256.webp", "256"):
        assert api_as(alice).get(thumb(photo, name)).status_code == 404


def test_a_picture_lost_by_the_storage_is_not_a_server_error(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice)
    for key in [*photo.renditions.values_list("key", flat=True), photo.original.key]:
        default_storage.delete(key)

    assert api_as(alice).get(thumb(photo)).json()["error"] == "not_ready"
    assert api_as(alice).get(f"/api/v1/photos/{photo.pk}/original").status_code == 404


def test_an_original_is_only_ever_a_download(alice: User, make_photo: Any, api_as: Any) -> None:
    photo = make_photo(alice, content=b"<script>alert(1)</script>", filename='x"; filename="y.html')

    answer = api_as(alice).get(f"/api/v1/photos/{photo.pk}/original")

    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert disposition == 'attachment; filename="x\\"; filename=\\"y.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Length"] == "25"


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_an_original_is_streamed_and_never_read_whole(
    alice: User, make_photo: Any, monkeypatch: Any
) -> None:
    content = bytes(range(256)) * 4096
    photo = await sync_to_async(make_photo)(alice, content=content)
    client = AsyncClient()
    await client.aforce_login(alice)
    monkeypatch.setattr("photos.api.pictures.CHUNK", 100_000)

    answer = await client.get(f"/api/v1/photos/{photo.pk}/original")

    assert answer.is_async
    chunks = [chunk async for chunk in answer.streaming_content]
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) == 100_000
    await sync_to_async(answer.close)()
    await sync_to_async(connections.close_all)()


def test_what_lies_in_the_bin_is_still_shown_to_its_owner(
    alice: User, bob: User, make_photo: Any, api_as: Any, media: Path
) -> None:
    photo = make_photo(alice, deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert api_as(alice).get(thumb(photo)).status_code == 200
    assert api_as(bob).get(thumb(photo)).status_code == 404
