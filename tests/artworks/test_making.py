"""From a photo to an artwork: submitted, worked on, published, answered again, made again."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from artworks.models import Artwork, ArtworkFile
from artworks.versions import PIPELINES
from circles.models import User
from processing import recipe
from processing.models import FileDeletion, Job
from tests.artworks.stand_in import OUTLINES

NOBODY = "5f1f3f6a-58c6-4d5f-8b8e-0c9a5be1c001"


def stored(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_photo_becomes_an_artwork_with_everything_known_about_it(
    anna: User, make_photo: Any, submit: Any, work: Any
) -> None:
    photo = make_photo(anna, title="Left eye")
    said = submit(anna, photo, background="white").json()
    assert (said["status"], said["kind"], said["subject_id"]) == ("pending", "iris", str(photo.pk))
    assert [step["name"] for step in said["steps"]] == ["load", "segment", "reflections", "enhance", "save"]
    assert [step["until"] for step in said["steps"]] == [10, 40, 60, 90, 100]

    assert work() == 1

    artwork = Artwork.objects.get()
    assert (artwork.owner, artwork.photo, str(artwork.job_id)) == (anna, photo, said["id"])
    assert (artwork.kind, artwork.title, artwork.engine, artwork.confidence) == (
        "iris", "Left eye", "stand-in-network", 0.9,
    )  # fmt: skip
    assert (artwork.width, artwork.height, artwork.gate) == (64, 64, {"coverage_pct": 11.5})
    assert artwork.geometry == OUTLINES
    assert artwork.facts["removed_area_pct"] == 1.5
    assert artwork.options["background"] == "white"
    assert artwork.options["enhance"] == 4
    assert artwork.version == f"iris-{PIPELINES['iris']}"


def test_its_files_are_the_jobs_own_under_keys_used_once(anna: User, make_artwork: Any, media: Path) -> None:
    artwork = make_artwork(anna)

    files = {file.name: file for file in artwork.files.all()}
    assert set(files) == {"result.jpg", "256.webp", "mask.png", "polar.png", "geometry.json"}
    for file in files.values():
        assert file.key.startswith(f"iris/{artwork.job_id}/")
        assert default_storage.size(file.key) == file.byte_size
    assert artwork.job.files.filter(is_adopted=True).count() == 5
    assert not FileDeletion.objects.exists()


def test_an_artwork_outlives_its_job(anna: User, make_artwork: Any, api_as: Any, media: Path) -> None:
    artwork = make_artwork(anna)
    api_as(anna).delete(f"/api/v1/processing/jobs/{artwork.job_id}")

    artwork.refresh_from_db()
    assert artwork.job is None
    assert not FileDeletion.objects.exists()
    assert api_as(anna).get(f"/api/v1/artworks/{artwork.pk}/thumb/256.webp").status_code == 200


def test_the_job_leads_to_the_artwork_and_its_mask(anna: User, make_artwork: Any, api_as: Any) -> None:
    artwork = make_artwork(anna)
    said = api_as(anna).get(f"/api/v1/processing/jobs/{artwork.job_id}").json()
    assert (said["status"], said["progress"]) == ("completed", 100)
    assert said["result_url"] == f"/api/v1/artworks/{artwork.pk}"
    assert api_as(anna).get(said["result_url"]).status_code == 200
    assert b"".join(api_as(anna).get(said["mask_url"]).streaming_content).startswith(b"\x89PNG")
    assert api_as(anna).get(said["picture_url"]).status_code == 200


def test_a_refused_photo_says_the_number_and_the_way_out_and_leaves_no_artwork(
    anna: User, make_photo: Any, submit: Any, work: Any, api_as: Any
) -> None:
    job_id = submit(anna, make_photo(anna, content=b"a closed eye")).json()["id"]
    work()
    said = api_as(anna).get(f"/api/v1/processing/jobs/{job_id}").json()
    assert (said["status"], said["error_type"], said["error_code"]) == ("failed", "quality_issue", "eye_closed")
    assert "31 %" in said["message"]
    assert said["suggestion"] == "Open the eye wide."
    assert said["details"]["gate"] == {"usable_pct": 31.0}
    assert said["details"]["geometry"]["pupil"]["angle"] == pytest.approx(28.6479, abs=1e-4)
    assert not Artwork.objects.exists()


def test_a_refused_photo_can_be_used_anyway_in_a_linked_job(
    anna: User, make_photo: Any, submit: Any, work: Any, api_as: Any
) -> None:
    job_id = submit(anna, make_photo(anna, content=b"a closed eye")).json()["id"]
    work()
    body = {"options": {"use_anyway": True}}
    again = api_as(anna).post(f"/api/v1/processing/jobs/{job_id}/reprocess", body)
    assert (again.status_code, again.json()["retry_of"]) == (201, job_id)
    work()
    assert Artwork.objects.get().options["use_anyway"] is True


def test_the_same_again_is_answered_with_the_finished_artwork_and_nothing_runs(
    anna: User, make_artwork: Any, submit: Any, work: Any
) -> None:
    artwork = make_artwork(anna, background="iris")
    said = submit(anna, artwork.photo, background="iris")
    assert said.status_code == 201
    assert (said.json()["status"], said.json()["progress"]) == ("completed", 100)
    assert said.json()["result_url"] == f"/api/v1/artworks/{artwork.pk}"
    assert work() == 0
    assert Artwork.objects.count() == 1


def test_the_cache_outlives_the_job_that_made_it(anna: User, make_artwork: Any, submit: Any, api_as: Any) -> None:
    artwork = make_artwork(anna)
    api_as(anna).delete(f"/api/v1/processing/jobs/{artwork.job_id}")
    assert submit(anna, artwork.photo).json()["result_url"].endswith(str(artwork.pk))


@pytest.mark.parametrize("change", ["options", "version", "photo", "person", "deleted"])
def test_anything_else_is_made_anew(  # noqa: PLR0917
    anna: User, bob: User, make_artwork: Any, make_photo: Any, submit: Any, monkeypatch: Any, api_as: Any, change: str
) -> None:
    artwork = make_artwork(anna)
    photo, options = artwork.photo, {}
    if change == "options":
        options = {"enhance": 2}
    if change == "version":
        monkeypatch.setattr("artworks.versions.PIPELINES", {"iris": 99})
    if change == "photo":
        photo = make_photo(anna)
    if change == "person":
        photo = make_artwork(bob, background="white").photo
        anna = bob
    if change == "deleted":
        api_as(anna).delete(f"/api/v1/artworks/{artwork.pk}")
    assert submit(anna, photo, **options).json()["status"] == "pending"


def test_an_installed_model_is_another_version(monkeypatch: Any) -> None:
    from types import SimpleNamespace

    from artworks import versions
    from processing.imaging.modelstore import Store

    own, before = f"iris-{PIPELINES['iris']}", versions.version_of("iris")
    monkeypatch.setattr(Store, "serving", lambda self, purpose: SimpleNamespace(name="real-esrgan-x4v3"))
    monkeypatch.setattr(Store, "installed", lambda self, entry: (SimpleNamespace(sha256="ab" * 32),))
    assert (before, versions.version_of("iris")) == (own, f"{own}+real-esrgan-x4v3:abababab")


def test_a_second_click_while_it_runs_gives_the_same_job(anna: User, make_photo: Any, submit: Any) -> None:
    photo = make_photo(anna)
    assert submit(anna, photo).json()["id"] == submit(anna, photo).json()["id"]
    assert submit(anna, photo, enhance=1).json()["id"] != submit(anna, photo).json()["id"]


def test_the_same_key_gives_the_same_job_and_another_body_a_conflict(
    anna: User, make_photo: Any, submit: Any, work: Any
) -> None:
    photo, key = make_photo(anna), {"Idempotency-Key": "once"}
    first = submit(anna, photo, headers=key).json()["id"]
    work()
    assert submit(anna, photo, headers=key).json()["id"] == first
    assert submit(anna, photo, headers=key, enhance=1).json()["error"] == "idempotency_conflict"
    # An answer out of the cache keeps its key as well.
    other = {"Idempotency-Key": "twice"}
    assert submit(anna, photo, headers=other).json()["status"] == "completed"
    assert submit(anna, photo, headers=other, enhance=1).status_code == 409


def test_reprocessing_runs_again_and_links_the_new_artwork(
    anna: User, make_artwork: Any, work: Any, api_as: Any
) -> None:
    artwork = make_artwork(anna, background="white")
    said = api_as(anna).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {"options": {"enhance": 1}})
    assert (said.status_code, said.json()["retry_of"]) == (201, str(artwork.job_id))
    work()
    new = Artwork.objects.newest_first()[0]
    assert (new.parent, new.options["enhance"], new.options["background"]) == (artwork, 1, "white")
    listed = api_as(anna).get("/api/v1/artworks?latest=1").json()["results"]
    assert [row["id"] for row in listed] == [str(new.pk)]


def test_reprocessing_with_nothing_changed_runs_all_the_same(
    anna: User, make_artwork: Any, work: Any, api_as: Any
) -> None:
    artwork = make_artwork(anna)
    for url in (f"artworks/{artwork.pk}", f"processing/jobs/{artwork.job_id}"):
        assert api_as(anna).post(f"/api/v1/{url}/reprocess", {}).json()["status"] == "pending"
        assert work() == 1
    assert Artwork.objects.filter(parent=artwork).count() == 2


def test_what_was_answered_from_the_cache_can_be_reprocessed(
    anna: User, make_artwork: Any, submit: Any, work: Any, api_as: Any
) -> None:
    artwork = make_artwork(anna)
    job_id = submit(anna, artwork.photo).json()["id"]
    assert api_as(anna).post(f"/api/v1/processing/jobs/{job_id}/reprocess", {}).status_code == 201
    assert work() == 1
    assert Artwork.objects.newest_first()[0].parent == artwork


def test_an_artwork_whose_job_is_gone_can_be_made_again(anna: User, make_artwork: Any, work: Any, api_as: Any) -> None:
    artwork = make_artwork(anna)
    api_as(anna).delete(f"/api/v1/processing/jobs/{artwork.job_id}")
    assert api_as(anna).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {}).status_code == 201
    work()
    assert Artwork.objects.newest_first()[0].parent == artwork


def test_whose_eye_it_is_is_asked_once_for_a_photo(anna: User, make_artwork: Any, work: Any, api_as: Any) -> None:
    artwork = make_artwork(anna)
    api_as(anna).put(f"/api/v1/artworks/{artwork.pk}/subject", {"whose": "child"})
    api_as(anna).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {})
    work()
    assert [row.whose for row in Artwork.objects.all()] == ["child", "child"]


def test_a_dragged_circle_becomes_a_new_job_with_the_other_outlines_kept(
    anna: User, make_artwork: Any, work: Any, api_as: Any
) -> None:
    artwork = make_artwork(anna)
    moved = {"pupil": {"cx": 322, "cy": 244, "a": 35}, "lower_lid": [[200, 330], [440, 331]]}
    said = api_as(anna).patch(f"/api/v1/artworks/{artwork.pk}/geometry", moved)
    assert said.status_code == 201
    work()
    new = Artwork.objects.newest_first()[0]
    made = new.geometry
    assert new.options["use_anyway"] is True
    assert made["pupil"] == {"cx": 322.0, "cy": 244.0, "a": 35.0, "b": 35.0, "angle": 0.0}
    assert made["limbus"] == pytest.approx(OUTLINES["limbus"])
    assert made["lower_lid"] == [[200.0, 330.0], [440.0, 331.0]]
    assert made["upper_lid"] == OUTLINES["upper_lid"]


def test_a_batch_runs_in_its_order_and_one_bad_photo_fails_alone(
    anna: User, make_photo: Any, work: Any, api_as: Any
) -> None:
    photos = [make_photo(anna, content=b"a closed eye" if n == 3 else None, title=str(n)) for n in range(10)]
    body = {"photo_ids": [str(photo.pk) for photo in photos], "pipeline": "iris", "options": {"size": 1024}}
    said = api_as(anna).post("/api/v1/processing/batch", body).json()
    assert len({job["batch_id"] for job in said}) == 1
    assert work() == 10
    made = Artwork.objects.order_by("created_at").values_list("title", flat=True)
    assert list(made) == [str(n) for n in range(10) if n != 3]
    states = [job["status"] for job in api_as(anna).get("/api/v1/processing/jobs?limit=20").json()["results"]]
    assert sorted(states) == ["completed"] * 9 + ["failed"]

    failed = said[3]["id"]
    again = api_as(anna).post(f"/api/v1/processing/jobs/{failed}/reprocess", {"options": {"use_anyway": True}})
    assert (again.status_code, work()) == (201, 1)
    assert Artwork.objects.count() == 10


def test_a_batch_sent_twice_with_its_key_is_one_batch(anna: User, make_photo: Any, work: Any, api_as: Any) -> None:
    body = {"photo_ids": [str(make_photo(anna).pk) for _ in range(3)], "pipeline": "iris"}
    key = {"Idempotency-Key": "k" * 200}

    def ask(**changes: Any) -> Any:
        return api_as(anna).post("/api/v1/processing/batch", body | changes, headers=key)

    first = ask()
    work()
    assert [job["id"] for job in ask().json()] == [job["id"] for job in first.json()]
    assert work() == 0
    assert ask(photo_ids=body["photo_ids"][:2]).json()["error"] == "idempotency_conflict"
    assert ask(options={"enhance": 1}).status_code == 409
    assert Job.objects.count() == 3


def test_one_key_cannot_name_a_batch_and_a_single_request(
    anna: User, make_photo: Any, submit: Any, api_as: Any
) -> None:
    photo, key = make_photo(anna), {"Idempotency-Key": "one"}
    assert submit(anna, photo, headers=key).status_code == 201
    body = {"photo_ids": [str(photo.pk)], "pipeline": "iris"}
    assert api_as(anna).post("/api/v1/processing/batch", body, headers=key).status_code == 409


def test_enhance_works_on_any_photo_and_needs_no_opt_in(
    alice: User, make_photo: Any, submit: Any, work: Any, api_as: Any
) -> None:
    assert submit(alice, make_photo(alice), pipeline="enhance", enhance=4).status_code == 201
    work()
    artwork = Artwork.objects.get()
    made = (artwork.kind, artwork.options, artwork.version)
    assert made == ("enhance", {"enhance": 4}, f"enhance-{PIPELINES['enhance']}")
    said = api_as(alice).get(f"/api/v1/artworks/{artwork.pk}").json()
    assert (said["geometry"], said["mask_url"]) == (None, "")
    assert said["result_url"].endswith("/files/result.jpg")


@pytest.mark.parametrize(
    "options",
    [
        {"engine": "magic"}, {"enhance": 3}, {"enhance": "lots"}, {"background": "red"}, {"size": 255},
        {"size": 8193}, {"size": "NaN"}, {"reflections": "maybe"}, {"colour": "blue"}, {"preview": True},
        {"parent": NOBODY}, {"models": {"root": "/etc"}}, {"source": "../../etc/passwd"},
        {"mask": "original"}, {"mask": NOBODY}, {"circles": {}}, {"circles": []}, {"circles": "all"},
        {"circles": {"pupil": {"cx": 1, "cy": 1, "a": 9}}},
        {"circles": {"pupil": {"cx": 1, "cy": 1, "a": 9}, "limbus": {"cx": 1, "cy": 1, "a": 8}}},
        {"circles": {"pupil": {"cx": "nan", "cy": 1, "a": 2}, "limbus": {"cx": 1, "cy": 1, "a": 8}}},
        {"circles": {"pupil": {"cx": 1e308, "cy": 1, "a": 2}, "limbus": {"cx": 1, "cy": 1, "a": 8}}},
        {"circles": {"pupil": {"cx": 1, "cy": 1, "a": -2}, "limbus": {"cx": 1, "cy": 1, "a": 8}}},
        {"circles": {**OUTLINES, "upper_lid": [[0, 0]] * 65}},
        {"circles": {**OUTLINES, "upper_lid": [[0, 0, 0], [1, 1, 1]]}},
    ],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_options_that_make_no_sense_are_refused_by_name(  # noqa: PLR0917
    anna: User, make_artwork: Any, make_photo: Any, submit: Any, api_as: Any, options: dict[str, Any]
) -> None:
    name = next(iter(options))
    artwork = make_artwork(anna)
    answers = [
        submit(anna, make_photo(anna), **options),
        api_as(anna).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {"options": options}),
        api_as(anna).post(f"/api/v1/processing/jobs/{artwork.job_id}/reprocess", {"options": options}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_failed")
        assert name in json.dumps(answer.json()["fields"]["options"])
    assert Job.objects.count() == 1


def test_a_binned_photo_is_not_worked_on(anna: User, make_photo: Any, submit: Any, api_as: Any) -> None:
    photo = make_photo(anna)
    api_as(anna).delete(f"/api/v1/photos/{photo.pk}")
    assert submit(anna, photo).json()["error"] == "in_bin"


def test_a_photo_binned_while_its_job_waits_cancels_it(
    anna: User, make_photo: Any, submit: Any, work: Any, api_as: Any
) -> None:
    photo = make_photo(anna)
    submit(anna, photo)
    api_as(anna).delete(f"/api/v1/photos/{photo.pk}")
    work()
    assert Job.objects.get().state == "cancelled"
    assert not ArtworkFile.objects.exists()


def test_an_artwork_outlives_its_photo_but_cannot_be_made_again(anna: User, make_artwork: Any, api_as: Any) -> None:
    artwork = make_artwork(anna)
    api_as(anna).delete(f"/api/v1/photos/{artwork.photo_id}")
    api_as(anna).post("/api/v1/photos/bulk", {"ids": [str(artwork.photo_id)], "action": "purge"})
    said = api_as(anna).get(f"/api/v1/artworks/{artwork.pk}").json()
    assert said["photo_id"] is None
    answer = api_as(anna).post(f"/api/v1/artworks/{artwork.pk}/reprocess", {})
    assert (answer.status_code, answer.json()["error"]) == (409, "photo_gone")


def test_the_recipes_say_what_the_seed_says() -> None:
    found = recipe.find("iris")
    assert (found.queue, [(step.name, step.until) for step in found.steps]) == (
        "high", [("load", 10), ("segment", 40), ("reflections", 60), ("enhance", 90), ("save", 100)],
    )  # fmt: skip
