"""The studio's pages without a script: every control a plain link or form."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from artworks.models import Artwork
from circles.models import OptIn, User
from processing.models import Job
from tests.artworks.stand_in import OUTLINES
from tests.photos.conftest import picture


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def job_of(answer: Any) -> Job:
    assert answer.status_code == 302, page(answer)[:400]
    return Job.objects.get(pk=answer["Location"].rsplit("/", 1)[1])


def typed(**changed: Any) -> dict[str, Any]:
    """The outlines' form as a person sends it."""
    fields = {f"{name}_{key}": value for name in ("pupil", "limbus") for key, value in OUTLINES[name].items()}
    return fields | {"upper_lid": "200,170 320,140 440,170", "lower_lid": ""} | changed


def test_nothing_is_made_before_she_agreed_to_the_text(alice: User, make_photo: Any, session_of: Any) -> None:
    photo = make_photo(alice)
    client = session_of(alice)

    assert "An iris is as personal as a fingerprint" in page(client.get("/studio/iris"))
    assert "An iris is as personal as a fingerprint" in page(client.get(f"/studio/iris/{photo.pk}"))
    assert (
        client.post(f"/studio/iris/{photo.pk}", {"background": "black", "enhance": 1, "engine": "network"}).status_code
        == 403
    )
    assert not Job.objects.exists()


def test_agreeing_and_taking_it_back_are_one_button_each(alice: User, session_of: Any) -> None:
    client = session_of(alice)
    version = re.search(r'name="version" value="([^"]+)"', page(client.get("/studio/iris")))
    assert version
    client.post("/studio/iris/agree", {"version": version[1]})
    assert OptIn.objects.visible_to(alice).standing().count() == 1
    assert "Choose a photo" in page(client.get("/studio/iris"))

    assert client.post("/studio/iris/agree", {"settings": "1"})["Location"] == "/settings"
    assert OptIn.objects.visible_to(alice).standing().count() == 0


def test_a_photo_is_chosen_made_and_leads_to_its_artwork(
    anna: User, make_photo: Any, session_of: Any, work: Any
) -> None:
    photo = make_photo(anna)
    client = session_of(anna)
    assert client.post("/studio/iris/chosen", {"photos": [photo.pk]})["Location"] == f"/studio/iris/{photo.pk}"

    options = {"background": "white", "enhance": 2, "engine": "classical", "contrast": "on"}
    job = job_of(client.post(f"/studio/iris/{photo.pk}", options))
    waiting = page(client.get(f"/studio/jobs/{job.pk}"))
    assert 'data-step="reflections"' in waiting
    assert "You can leave this page" in waiting
    work()

    artwork = Artwork.objects.get()
    assert client.get(f"/studio/jobs/{job.pk}")["Location"] == f"/artworks/{artwork.pk}"
    asked = {name: artwork.options[name] for name in ("background", "enhance", "engine", "contrast", "reflections")}
    assert asked == {"background": "white", "enhance": 2, "engine": "classical", "contrast": True, "reflections": False}
    shown = page(client.get(f"/artworks/{artwork.pk}"))
    assert "<dt>Reflections filled</dt>" in shown
    assert 'class="slider"' in shown


def test_a_picture_taken_with_the_camera_goes_straight_to_its_options(anna: User, session_of: Any, media: Any) -> None:
    client = session_of(anna)
    taken = SimpleUploadedFile("eye.jpg", picture(3, size=(320, 200)), content_type="image/jpeg")
    answer = client.post("/studio/iris", {"picture": taken})
    assert answer["Location"].startswith("/studio/iris/")

    said = page(client.post("/studio/iris", {"picture": SimpleUploadedFile("eye.cr2", b"II*\0x")}))
    assert 'class="field-error"' in said or "errorlist" in said


def test_ten_are_made_in_the_order_of_choosing(anna: User, make_photo: Any, session_of: Any) -> None:
    photos = [make_photo(anna, with_files=False) for _ in range(11)]
    answer = session_of(anna).post("/studio/iris/chosen", {"photos": [*(photo.pk for photo in photos), "nonsense"]})

    assert answer["Location"] == "/jobs"
    started = Job.objects.filter(kind="iris").order_by("-priority")
    assert [job.subject_id for job in started] == [photo.pk for photo in photos[:10]]
    assert len({job.batch_id for job in started}) == 1


def test_why_not_shows_the_sentence_the_way_out_and_how_to_insist(
    anna: User, make_photo: Any, session_of: Any, work: Any
) -> None:
    photo = make_photo(anna, content=b"closed" + uuid.uuid4().bytes)
    client = session_of(anna)
    asked = {"background": "iris", "enhance": 1, "engine": "network", "complete": "on"}
    job = job_of(client.post(f"/studio/iris/{photo.pk}", asked))
    work()

    shown = client.get(f"/studio/jobs/{job.pk}")
    assert "Only 31 % of the iris can be seen; 62 % are needed." in page(shown)
    assert "Open the eye wide." in page(shown)

    assert 'name="limbus_cx" value="321.0"' in page(client.get(f"/studio/iris/{photo.pk}/circles"))

    insisted = re.search(rf'action="/studio/iris/{photo.pk}".*?</form>', page(shown))
    assert insisted
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', insisted[0]))
    again.pop("csrfmiddlewaretoken", None)
    client.post(f"/studio/iris/{photo.pk}", again)
    work()
    assert Artwork.objects.get().options["background"] == "iris"


def test_circles_placed_by_hand_make_it_where_none_were_found(
    anna: User, make_photo: Any, session_of: Any, work: Any
) -> None:
    photo = make_photo(anna, content=b"closed" + uuid.uuid4().bytes, width=640, height=480)
    client = session_of(anna)
    assert 'name="limbus_a" value="120.0"' in page(client.get(f"/studio/iris/{photo.pk}/circles"))

    client.post(f"/studio/iris/{photo.pk}/circles", typed(limbus_a=99))
    work()
    assert Artwork.objects.get().geometry["limbus"]["a"] == 99


def test_dragged_circles_are_a_new_run_linked_to_the_first(
    anna: User, make_artwork: Any, session_of: Any, work: Any
) -> None:
    artwork = make_artwork(anna)
    client = session_of(anna)
    assert 'value="200.0,170.0 320.0,140.0 440.0,170.0"' in page(client.get(f"/artworks/{artwork.pk}?view=circles"))

    client.post(f"/artworks/{artwork.pk}/outlines", typed(pupil_cx=311))
    work()

    made = Artwork.objects.exclude(pk=artwork.pk).get()
    assert (made.parent, made.geometry["pupil"]["cx"]) == (artwork, 311)


@pytest.mark.parametrize("wrong", [{"pupil_cx": ""}, {"limbus_a": "wide"}, {"upper_lid": "1,2"}, {"lower_lid": "a b"}])
def test_outlines_that_make_no_sense_are_shown_beside_their_field(
    anna: User, make_artwork: Any, session_of: Any, wrong: dict[str, str]
) -> None:
    artwork = make_artwork(anna)
    answer = session_of(anna).post(f"/artworks/{artwork.pk}/outlines", typed(**wrong))

    assert answer.status_code == 400
    assert "aria-invalid" in page(answer)
    assert Artwork.objects.count() == 1


def test_a_painted_mask_is_sent_as_a_file(
    anna: User, make_artwork: Any, session_of: Any, work: Any, tmp_path: Any
) -> None:
    artwork = make_artwork(anna)
    Image.new("L", (640, 480), 255).save(tmp_path / "mask.png")
    client = session_of(anna)
    sent = SimpleUploadedFile("mask.png", (tmp_path / "mask.png").read_bytes())
    job = job_of(client.post(f"/artworks/{artwork.pk}/mask", {"mask": sent}))
    assert job.options["mask"]

    wrong = client.post(f"/artworks/{artwork.pk}/mask", {"mask": SimpleUploadedFile("mask.png", b"GIF89a")})
    assert (wrong.status_code, "The mask is not a PNG." in page(wrong)) == (400, True)


def test_whose_eye_it_is_is_asked_once_and_opens_the_offer(anna: User, make_artwork: Any, session_of: Any) -> None:
    artwork = make_artwork(anna)
    client = session_of(anna)
    assert "Whose is it?" in page(client.get(f"/artworks/{artwork.pk}"))
    assert client.post(f"/artworks/{artwork.pk}/offer", {"is_consent_ready": "1"}).status_code == 409

    client.post(f"/artworks/{artwork.pk}/whose", {"whose": "me"})
    assert "Whose is it?" not in page(client.get(f"/artworks/{artwork.pk}"))
    client.post(f"/artworks/{artwork.pk}/offer", {"is_consent_ready": "1"})
    assert Artwork.objects.get().is_consent_ready
    client.post(f"/artworks/{artwork.pk}/offer", {"is_consent_ready": "0"})
    assert not Artwork.objects.get().is_consent_ready


def test_words_other_options_and_deleting(anna: User, make_artwork: Any, session_of: Any, work: Any) -> None:
    artwork = make_artwork(anna)
    client = session_of(anna)
    client.post(f"/artworks/{artwork.pk}/words", {"title": "Left eye", "caption": "By the window <b>"})
    shown = page(client.get(f"/artworks/{artwork.pk}"))
    assert "Left eye" in shown
    assert "By the window &lt;b&gt;" in shown

    client.post(f"/artworks/{artwork.pk}/again", {"background": "white", "enhance": 1, "engine": "network"})
    work()
    assert Artwork.objects.count() == 2

    assert client.post(f"/artworks/{artwork.pk}/delete")["Location"] == "/artworks"
    assert client.get(f"/artworks/{artwork.pk}").status_code == 404


def test_the_gallery_shows_the_newest_first_by_kind(anna: User, make_artwork: Any, session_of: Any) -> None:
    client = session_of(anna)
    assert "Nothing hangs here yet" in page(client.get("/artworks"))
    first = make_artwork(anna)
    second = make_artwork(anna)

    shown = page(client.get("/artworks"))
    assert shown.index(str(second.pk)) < shown.index(str(first.pk))
    assert str(first.pk) in page(client.get("/artworks?kind=iris"))
    assert str(first.pk) not in page(client.get("/artworks?kind=enhance"))
    assert client.get("/artworks?from=nonsense&kind=nonsense").status_code == 200


def test_fusions_are_a_step_away_where_the_rail_has_no_room_for_them(anna: User, session_of: Any) -> None:
    assert '<a class="button" href="/fusion">' in page(session_of(anna).get("/artworks"))


def test_any_photo_can_be_enlarged(alice: User, make_photo: Any, session_of: Any, work: Any) -> None:
    photo = make_photo(alice)
    client = session_of(alice)
    assert "Four times" in page(client.get(f"/studio/photos/{photo.pk}"))
    assert f"/studio/photos/{photo.pk}" in page(client.get(f"/photos/{photo.pk}"))

    client.post(f"/studio/enhance/{photo.pk}", {"enhance": "4"})
    work()

    artwork = Artwork.objects.get()
    assert (artwork.kind, artwork.options) == ("enhance", {"enhance": 4})
    assert str(artwork.pk) in page(client.get(f"/studio/photos/{photo.pk}"))
    assert client.get(f"/artworks/{artwork.pk}").status_code == 200


def test_bob_finds_alices_pages_as_absent_as_none(anna: User, bob: User, make_artwork: Any, session_of: Any) -> None:
    artwork = make_artwork(anna)
    client = session_of(bob)
    for place in (
        f"/artworks/{artwork.pk}",
        f"/studio/jobs/{artwork.job_id}",
        f"/studio/photos/{artwork.photo_id}",
        f"/studio/iris/{artwork.photo_id}",
        f"/studio/iris/{artwork.photo_id}/circles",
    ):
        hidden, absent = client.get(place), client.get(re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), place))
        assert (hidden.status_code, absent.status_code) == (404, 404), place
    for action in ("again", "outlines", "whose", "words", "offer", "delete"):
        sent = {**typed(), "background": "black", "enhance": 1, "engine": "network", "whose": "me"}
        assert client.post(f"/artworks/{artwork.pk}/{action}", sent).status_code == 404, action
    assert Artwork.objects.get() == artwork


def test_the_page_of_an_artwork_costs_few_queries(
    anna: User, make_artwork: Any, session_of: Any, django_assert_max_num_queries: Any
) -> None:
    artwork = make_artwork(anna)
    client = session_of(anna)
    client.get(f"/artworks/{artwork.pk}")
    with django_assert_max_num_queries(7):
        client.get(f"/artworks/{artwork.pk}")


def test_settings_say_what_is_on_and_switch_it(alice: User, session_of: Any) -> None:
    client = session_of(alice)
    assert "Off: nothing of this kind is made of your photos." in page(client.get("/settings"))
    version = re.search(r'name="version" value="([^"]+)"', page(client.get("/settings")))
    assert version

    client.post("/studio/iris/agree", {"version": version[1], "settings": "1"})
    assert "Switch off and delete what was made" in page(client.get("/settings"))
