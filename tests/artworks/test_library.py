"""One's artworks: listed, named, offered, downloaded, deleted; and nobody else's anything."""

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from artworks.models import Artwork, HandMask
from circles.models import User
from processing.models import FileDeletion, Job
from tests.artworks.conftest import agree

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(width: int = 640, height: int = 480, mode: str = "L") -> bytes:
    target = io.BytesIO()
    Image.new(mode, (width, height), 255 if mode == "L" else None).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def many(make_photo: Any) -> Any:
    """So many artworks of one person, as the publishing leaves them."""

    def make(owner: User, number: int, **fields: Any) -> list[Artwork]:
        photo = make_photo(owner, with_files=False)
        return [
            Artwork.objects.create(
                owner=owner, photo=photo, kind="iris", version="iris-1", width=8, height=8, title=str(n), **fields
            )
            for n in range(number)
        ]

    return make


def test_a_list_is_ones_own_newest_first_in_pages(alice: User, bob: User, many: Any, api_as: Any) -> None:
    mine = many(alice, 7)
    many(bob, 2)
    url, found = "/api/v1/artworks?limit=3", []
    while url:
        page = api_as(alice).get(url).json()
        found += [row["id"] for row in page["results"]]
        url = page["next"]
    assert found == [str(artwork.pk) for artwork in reversed(mine)]


def test_a_list_narrows(alice: User, many: Any, api_as: Any) -> None:
    first, second = many(alice, 1)[0], many(alice, 1)[0]
    Artwork.objects.filter(pk=second.pk).update(kind="enhance")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in api_as(alice).get(f"/api/v1/artworks?{query}").json()["results"]]

    assert ids("kind=iris") == [str(first.pk)]
    assert ids(f"photo_id={second.photo_id}") == [str(second.pk)]
    assert api_as(alice).get("/api/v1/artworks?kind=oil").status_code == 400
    assert api_as(alice).get("/api/v1/artworks?owner=me").status_code == 400


def test_a_list_costs_the_same_queries_for_three_as_for_thirty(alice: User, many: Any, api_as: Any) -> None:
    counts = []
    for more in (3, 27):
        many(alice, more)
        with CaptureQueriesContext(connection) as queries:
            assert api_as(alice).get("/api/v1/artworks?limit=100").status_code == 200
        counts.append(len(queries))
    assert counts == [1, 1]


def test_jobs_of_artworks_cost_the_same_queries_for_three_as_for_thirty(alice: User, many: Any, api_as: Any) -> None:
    counts = []
    for more in (3, 27):
        for artwork in many(alice, more):
            Job.objects.create(
                owner=alice, kind="iris", queue="high", state="completed", subject_id=artwork.photo_id,
                result={"artwork_id": str(artwork.pk)},
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            found = api_as(alice).get("/api/v1/processing/jobs?limit=100").json()["results"]
        assert all(job["result_url"].startswith("/api/v1/artworks/") for job in found)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_an_artwork_is_told_whole_in_two_queries(alice: User, make_artwork: Any, api_as: Any) -> None:
    artwork = make_artwork(alice)
    with CaptureQueriesContext(connection) as queries:
        said = api_as(alice).get(f"/api/v1/artworks/{artwork.pk}").json()
    assert len(queries) == 2
    assert said["geometry"]["pupil"]["angle"] == pytest.approx(28.6479, abs=1e-4)
    assert said["gate"] == {"coverage_pct": 11.5}
    assert {file["name"] for file in said["files"]} == {
        "result.jpg", "256.webp", "mask.png", "polar.png", "geometry.json",
    }  # fmt: skip
    assert said["thumb_template"] == f"/api/v1/artworks/{artwork.pk}/thumb/{{size}}.{{format}}"
    assert said["subject"] == {"whose": "", "email": "", "answered_at": None}


def test_pictures_and_files_come_as_what_they_are(alice: User, make_artwork: Any, api_as: Any) -> None:
    artwork = make_artwork(alice)
    thumb = api_as(alice).get(f"/api/v1/artworks/{artwork.pk}/thumb/256.webp")
    assert (thumb.status_code, thumb.headers["Content-Type"]) == (200, "image/webp")
    assert (thumb.headers["Cache-Control"], thumb.headers["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    tag = {"If-None-Match": thumb.headers["ETag"]}
    assert api_as(alice).get(f"/api/v1/artworks/{artwork.pk}/thumb/256.webp", headers=tag).status_code == 304
    file = api_as(alice).get(f"/api/v1/artworks/{artwork.pk}/files/result.jpg")
    assert file.headers["Content-Disposition"] == 'attachment; filename="result.jpg"'
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    assert b"".join(file.streaming_content).startswith(b"\xff\xd8")
    for name in ("request.json", "..%2Fmask.png", "mask.png%00", "nothing"):
        assert api_as(alice).get(f"/api/v1/artworks/{artwork.pk}/files/{name}").status_code == 404


def test_a_file_lost_by_the_storage_is_not_a_server_error(alice: User, make_artwork: Any, api_as: Any) -> None:
    artwork = make_artwork(alice)
    for key in artwork.files.values_list("key", flat=True):
        default_storage.delete(key)
    for path in ("thumb/256.webp", "files/mask.png"):
        assert api_as(alice).get(f"/api/v1/artworks/{artwork.pk}/{path}").status_code == 404


def test_title_and_caption_are_ones_own_words(alice: User, many: Any, api_as: Any) -> None:
    url = f"/api/v1/artworks/{many(alice, 1)[0].pk}"
    said = api_as(alice).patch(url, {"title": "<b>Left</b>", "caption": "In March"}).json()
    assert (said["title"], said["caption"]) == ("<b>Left</b>", "In March")
    for refused in ({"title": "x" * 201}, {"options": {}}, {"whose": "me"}, {"owner": "bob"}, {"title": "a\0b"}):
        assert api_as(alice).patch(url, refused).status_code == 400


def test_it_is_offered_to_others_only_when_it_is_known_whose_it_is(alice: User, many: Any, api_as: Any) -> None:
    url = f"/api/v1/artworks/{many(alice, 1)[0].pk}"
    answer = api_as(alice).patch(url, {"consent_ready": True})
    assert (answer.status_code, answer.json()["error"]) == (409, "subject_unknown")
    assert api_as(alice).put(f"{url}/subject", {"whose": "me"}).json()["whose"] == "me"
    assert api_as(alice).patch(url, {"consent_ready": True}).json()["consent_ready"] is True
    with pytest.raises(IntegrityError), transaction.atomic():
        Artwork.objects.update(whose="")


def test_whose_eye_it_is_counts_for_every_artwork_of_the_photo(alice: User, many: Any, api_as: Any) -> None:
    group, other = many(alice, 3), many(alice, 1)[0]
    said = api_as(alice).put(f"/api/v1/artworks/{group[1].pk}/subject", {"whose": "absent"}).json()
    assert said["subject"]["answered_at"]
    assert set(Artwork.objects.exclude(pk=other.pk).values_list("whose", flat=True)) == {"absent"}
    other.refresh_from_db()
    assert other.whose == ""


def test_another_member_is_named_without_telling_who_is_here(alice: User, bob: User, many: Any, api_as: Any) -> None:
    url = f"/api/v1/artworks/{many(alice, 1)[0].pk}/subject"
    known = api_as(alice).put(url, {"whose": "member", "email": "Bob@Example.com"})
    assert Artwork.objects.get().subject == bob
    unknown = api_as(alice).put(url, {"whose": "member", "email": "nobody@example.com"})
    assert Artwork.objects.get().subject is None
    told = [
        {**answer.json(), "subject": answer.json()["subject"] | {"email": "", "answered_at": ""}}
        for answer in (known, unknown)
    ]
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"whose": "mine"}, {"whose": ""}, {"whose": "member"}, {"whose": "member", "email": "bob"},
        {"whose": "me", "email": "bob@example.com"}, {"whose": "member", "email": "ALICE@example.com"},
        {"whose": "me", "subject": "bob"},
    ],
)  # fmt: skip
def test_answers_that_make_no_sense_are_refused(alice: User, many: Any, api_as: Any, body: dict[str, str]) -> None:
    url = f"/api/v1/artworks/{many(alice, 1)[0].pk}/subject"
    assert api_as(alice).put(url, body).json()["error"] == "validation_failed"
    assert Artwork.objects.get().whose == ""


def test_deleting_takes_the_files_along_and_leaves_its_descendants(
    alice: User, make_artwork: Any, work: Any, api_as: Any, media: Path
) -> None:
    artwork = make_artwork(alice)
    api_as(alice).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {})
    work()
    keys = set(artwork.files.values_list("key", flat=True))
    assert api_as(alice).delete(f"/api/v1/artworks/{artwork.pk}").status_code == 204
    assert set(FileDeletion.objects.values_list("key", flat=True)) == keys
    assert Artwork.objects.get().parent is None
    assert api_as(alice).delete(f"/api/v1/artworks/{artwork.pk}").status_code == 404


def test_a_brushed_mask_becomes_a_new_job_that_uses_it(alice: User, make_artwork: Any, work: Any, api_as: Any) -> None:
    artwork, content = make_artwork(alice), png()
    url = f"/api/v1/artworks/{artwork.pk}/mask"
    said = api_as(alice).put(url, content, content_type="image/png")
    assert said.status_code == 201, said.json()
    work()
    new = Artwork.objects.newest_first()[0]
    assert new.parent == artwork
    with default_storage.open(new.files.get(name="mask.png").key) as kept:
        assert kept.read() == content
    mask = HandMask.objects.get()
    assert new.options["mask"] == str(mask.pk)
    assert not FileDeletion.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"GIF89a", png(641, 480), png(48, 64), b"x" * (2 * 1024 * 1024 + 1), SIGNATURE + b"0" * 50],
    ids=["empty", "cut off", "another format", "wider", "another shape", "too large", "nonsense"],
)  # fmt: skip
def test_masks_that_are_none_are_refused(alice: User, make_artwork: Any, api_as: Any, content: bytes) -> None:
    artwork = make_artwork(alice)
    answer = api_as(alice).put(f"/api/v1/artworks/{artwork.pk}/mask", content, content_type="image/png")
    assert answer.status_code == 400, answer.content
    assert "mask" in answer.json()["detail"]
    assert not HandMask.objects.exists()
    assert Job.objects.count() == 1


def test_a_mask_that_comes_as_something_else_is_refused(alice: User, make_artwork: Any, api_as: Any) -> None:
    url = f"/api/v1/artworks/{make_artwork(alice).pk}/mask"
    assert api_as(alice).put(url, {"mask": "yes"}).status_code == 415


def test_somebody_elses_mask_cannot_be_borrowed(  # noqa: PLR0917
    alice: User, bob: User, make_artwork: Any, make_photo: Any, submit: Any, api_as: Any
) -> None:
    hers, his = make_artwork(alice), make_artwork(bob)
    api_as(alice).put(f"/api/v1/artworks/{hers.pk}/mask", png(), content_type="image/png")
    mask = str(HandMask.objects.get().pk)
    for answer in (
        submit(bob, his.photo, mask=mask),
        submit(alice, make_photo(alice), mask=mask),
        api_as(bob).post(f"/api/v1/processing/jobs/{his.job_id}/reprocess", {"options": {"mask": mask}}),
    ):
        assert answer.json()["fields"]["options"]["mask"] == ["There is no such mask of this photo."]


ROUTES = [
    ("get", "", None),
    ("patch", "", {"title": "mine now"}),
    ("delete", "", None),
    ("put", "/subject", {"whose": "me"}),
    ("post", "/reprocess", {}),
    ("patch", "/geometry", {"pupil": {"cx": 1, "cy": 1, "a": 5}}),
    ("get", "/thumb/256.webp", None),
    ("get", "/files/result.jpg", None),
    ("get", "/files/mask.png", None),
]


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
def test_other_peoples_artworks_answer_like_absent_ones(  # noqa: PLR0917
    alice: User, bob: User, make_artwork: Any, api_as: Any, method: str, route: str, body: Any
) -> None:
    artwork = make_artwork(alice)
    before = Artwork.objects.values().get()

    def ask(user: User | None, artwork_id: object) -> Any:
        return getattr(api_as(user), method)(f"/api/v1/artworks/{artwork_id}{route}", body)

    hidden, absent = ask(agree(bob), artwork.pk), ask(bob, uuid.uuid4())
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert {**hidden.headers, "X-Request-ID": ""} == {**absent.headers, "X-Request-ID": ""}
    assert ask(None, artwork.pk).status_code == 401
    assert Artwork.objects.values().get() == before
    assert Job.objects.count() == 1


def test_an_artwork_of_somebody_elses_photo_cannot_be_made(
    alice: User, bob: User, make_photo: Any, submit: Any
) -> None:
    assert submit(agree(bob), make_photo(alice)).status_code == 404


def test_the_library_s_verification_looks_at_artworks_too(
    alice: User, make_artwork: Any, api_as: Any, media: Path
) -> None:
    artwork = make_artwork(alice)
    api_as(alice).delete(f"/api/v1/processing/jobs/{artwork.job_id}")

    def verified() -> dict[str, Any]:
        said = io.StringIO()
        try:
            call_command("verify_library", "--json", stdout=said)
        except CommandError:
            return json.loads(said.getvalue())
        return json.loads(said.getvalue())

    assert (verified()["orphans"], verified()["missing"], verified()["others"]) == ([], [], 5)
    lost = artwork.files.get(name="mask.png").key
    (media / lost).unlink()
    assert verified()["missing"] == [lost]


def test_staff_see_that_it_exists_and_nothing_of_it(
    alice: User, make_artwork: Any, make_user: Any, client: Any
) -> None:
    artwork = make_artwork(alice)
    Artwork.objects.update(title="Left eye of my daughter")
    boss = make_user("boss@example.com", is_staff=True, is_superuser=True)
    client.force_login(boss, backend="allauth.account.auth_backends.AuthenticationBackend")
    for url in ("/admin/artworks/artwork/", f"/admin/artworks/artwork/{artwork.pk}/change/"):
        page = client.get(url)
        assert page.status_code == 200
        text = page.content.decode()
        assert str(artwork.pk) in text
        assert "daughter" not in text
        assert "limbus" not in text
        assert "result.jpg" not in text
