"""A photo painted: asked for by an app, made by the real recipe, and nobody else's."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from artworks.models import Artwork
from artworks.versions import PIPELINES
from circles.models import User
from processing.imaging.depth.scenes import scene
from processing.imaging.painterly import names
from processing.models import Job
from tests.artworks.test_layers import file_of, png, real  # noqa: F401 - a fixture

# The sandbox is a process of its own, and renews its leases over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def asked(photo: Any, **options: Any) -> dict[str, Any]:
    return {"photo_id": str(photo.pk), "pipeline": "painterly", "options": options}


def test_a_photo_becomes_a_painting_that_only_its_owner_sees(
    alice: User,
    charlie: User,
    make_photo: Any,
    api_as: Any,
    real: Callable[[], None],  # noqa: F811
) -> None:
    photo = make_photo(alice, content=png(scene(3, 180, 240).photo), title="The square")
    body = asked(photo, style="pencil", strength=0.75, seed=7)
    assert api_as(alice).post("/api/v1/processing/submit", body).status_code == 201
    real()
    artwork = Artwork.objects.get()
    assert (artwork.kind, artwork.title, artwork.engine) == ("painterly", "The square", "pencil-hatching-1")
    assert artwork.version == f"painterly-{PIPELINES['painterly']}"
    assert artwork.options == {"style": "pencil", "strength": 0.75, "seed": 7}
    assert artwork.facts["is_smaller"] is False
    picture = Image.open(io.BytesIO(file_of(api_as(alice), artwork, "result.jpg")))
    assert picture.size == (240, 180)
    assert api_as(charlie).get(f"/api/v1/artworks/{artwork.pk}/files/result.jpg").status_code == 404
    again = api_as(alice).post("/api/v1/processing/submit", body).json()
    assert (again["status"], Artwork.objects.count()) == ("completed", 1)


def test_who_says_nothing_gets_the_usual(alice: User, make_photo: Any, api_as: Any, settings: Any) -> None:
    settings.DEFAULT_PAINTERLY_STRENGTH, settings.DEFAULT_PAINTERLY_SEED = 0.7, 9
    assert api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice))).status_code == 201
    assert Job.objects.get().options == {"style": "oil", "strength": 0.7, "seed": 9}


@pytest.mark.parametrize(
    "options",
    [{"style": "fresco"}, {"strength": 1.1}, {"strength": "NaN"}, {"seed": -1}, {"seed": 2**31}, {"oil": 1}],
)
def test_odd_options_are_refused_by_name(alice: User, make_photo: Any, api_as: Any, options: dict[str, Any]) -> None:
    answer = api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice), **options))
    assert answer.status_code == 400
    assert set(options) <= set(answer.json()["fields"]["options"])
    assert not Job.objects.exists()


def test_a_style_that_is_not_installed_says_how_to_get_it(
    alice: User, make_photo: Any, api_as: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    answer = api_as(alice).post("/api/v1/processing/submit", asked(make_photo(alice), style="la_muse"))
    assert answer.status_code == 400
    [reason] = answer.json()["fields"]["options"]["style"]
    assert "manage.py models install fast-neural-style/la-muse-720" in reason
    assert not Job.objects.exists()


def test_every_style_has_a_name_for_people() -> None:
    from artworks.styles import LABELS
    from processing.imaging.painterly.painting import PAINTERS

    assert set(LABELS) == set(names.STYLES) == set(PAINTERS)
