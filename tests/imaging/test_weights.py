"""What we ship is run only as it was written down."""

import shutil
import threading

import pytest

from processing.imaging import weights
from processing.imaging.facade.wall import network as wall
from processing.imaging.iris import network as eye
from processing.imaging.weights import WeightsDamaged

SHIPPED = [wall.WEIGHTS, eye.WEIGHTS]


@pytest.mark.parametrize("shipped", SHIPPED, ids=["wall", "eye"])
def test_weights_with_another_hash_are_refused(shipped, tmp_path):
    path = tmp_path / shipped.name
    path.write_bytes(shipped.read_bytes()[:-1] + b"!")
    shutil.copy(shipped.with_suffix(".sha256"), path.with_suffix(".sha256"))
    for asked in (weights.read, weights.session):
        with pytest.raises(WeightsDamaged, match="SHA-256"):
            asked(path)


def test_weights_without_their_hash_are_refused(tmp_path):
    path = tmp_path / wall.WEIGHTS.name
    shutil.copy(wall.WEIGHTS, path)
    with pytest.raises(FileNotFoundError):
        weights.session(path)


@pytest.mark.parametrize("network", [wall, eye], ids=["wall", "eye"])
def test_the_networks_run_what_was_checked(network, monkeypatch, tmp_path):
    path = tmp_path / network.WEIGHTS.name
    path.write_bytes(b"something else")
    shutil.copy(network.WEIGHTS.with_suffix(".sha256"), path.with_suffix(".sha256"))
    monkeypatch.setattr(network, "WEIGHTS", path)
    with pytest.raises(WeightsDamaged):
        network.session()


def test_however_many_threads_ask_first_there_is_one_session():
    found = []
    threads = [threading.Thread(target=lambda: found.append(wall.session())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(session) for session in found}) == 1
