"""Which engine looks, who checks it, and who stands in."""

import sys
from types import ModuleType

import numpy as np
import pytest

from processing.imaging import fallbacks
from processing.imaging.iris import engines
from processing.imaging.iris.geometry import Ellipse, IrisGeometry, Segmentation, draw_mask
from processing.imaging.weights import WeightsDamaged

PHOTO = np.zeros((120, 160, 3), np.uint8)


def ring(cx):
    limbus = Ellipse.circle(cx, 60, 40)
    geometry = IrisGeometry(limbus.grown(0.4), limbus)
    return Segmentation(draw_mask(geometry, 120, 160), geometry, "told", 0.9)


@pytest.fixture
def told(monkeypatch):
    """Both engines answer what the test tells them; an exception is raised instead."""
    answers = {}

    def tell(network_answer, classical_answer):
        for name, answer in (("network", network_answer), ("classical", classical_answer)):
            module = ModuleType(name)
            module.segment = lambda photo, answer=answer: answer

            def session(answer=answer):
                if isinstance(answer, Exception):
                    raise answer

            module.session = session
            absent = isinstance(answer, ImportError)
            monkeypatch.setitem(sys.modules, f"processing.imaging.iris.{name}", None if absent else module)
            answers[name] = answer
        return answers

    return tell


def test_the_network_is_asked_unless_another_name_is_given(told):
    one, other = told(ring(80), ring(82)).values()
    assert engines.find_iris(PHOTO).segmentation is one
    assert engines.find_iris(PHOTO, "classical").segmentation is other


def test_engines_that_agree_are_no_dispute(told):
    told(ring(80), ring(82))
    found = engines.find_iris(PHOTO)
    assert found.checked_by == "classical"
    assert found.agreement > 0.8
    assert not found.disputed


def test_engines_that_disagree_widely_are_said_to(told):
    told(ring(60), ring(110))
    assert engines.find_iris(PHOTO).disputed
    told(ring(60), None)
    assert engines.find_iris(PHOTO).disputed


def test_nobody_checks_when_that_is_not_wanted(told):
    told(ring(60), ring(110))
    found = engines.find_iris(PHOTO, check=False)
    assert found.checked_by is None
    assert not found.disputed


def test_no_eye_is_no_eye_and_not_the_other_engine_s_guess(told):
    told(None, ring(80))
    assert engines.find_iris(PHOTO).segmentation is None


def test_damaged_weights_bring_the_classical_engine_in_and_the_finding_says_so(told):
    stand_in = told(WeightsDamaged("changed"), ring(80))["classical"]
    found = engines.find_iris(PHOTO)
    assert found.segmentation is stand_in
    assert found.instead_of == "network"
    assert "damaged" in found.reason
    assert ("iris-network", "not_usable", 1) in fallbacks.take()


def test_a_missing_checker_is_no_trouble_and_named(told):
    told(ring(80), ImportError())
    found = engines.find_iris(PHOTO)
    assert found.segmentation
    assert found.agreement is None
    assert "classical" in found.reason


def test_without_any_engine_it_is_said(told):
    told(FileNotFoundError("gone"), ImportError())
    with pytest.raises(engines.EngineUnavailable, match="not installed"):
        engines.find_iris(PHOTO)


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="magic"):
        engines.find_iris(PHOTO, "magic")
