"""What the catalogue says is what the files are."""

import hashlib
from pathlib import Path

import pytest

from processing.imaging.catalog import ENTRIES, Entry, Tensor, find, fits
from processing.upkeep.models import graphs
from tests.imaging.conftest import TEST_DATA, need
from tests.imaging.models import generated


def test_every_known_hash_is_a_hash_and_no_address_is_a_registry() -> None:
    publications = [one for entry in ENTRIES for _, one in entry.published()]
    publications += [entry.archive for entry in ENTRIES if entry.archive]
    assert len({one.sha256 for one in publications}) == len(publications)
    for one in publications:
        assert len(bytes.fromhex(one.sha256)) == 32
        assert one.bytes > 100_000
        assert one.known_from
        assert one.address == "" or one.address.startswith("https://")


@pytest.mark.parametrize("path", ["yunet/yunet_n_640_640.onnx", "yunet/yunet_n_dynamic.onnx", "style/candy.onnx"])
def test_the_tensors_of_the_catalogue_are_those_of_the_real_files(path: str) -> None:
    file = need(TEST_DATA / "models" / path)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    part = next(part for entry in ENTRIES for part, one in entry.published() if one.sha256 == digest)
    inputs, outputs = graphs.tensors(file)
    assert fits(part.inputs, inputs)
    assert fits(part.outputs, outputs)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_generated_models_have_the_tensors_of_their_entry(entry: Entry, tmp_path: Path) -> None:
    for part in entry.parts:
        inputs, outputs = graphs.tensors(generated.make(tmp_path, part))
        assert fits(part.inputs, inputs)
        assert fits(part.outputs, outputs)


@pytest.mark.parametrize(
    "other",
    [
        (Tensor("image", (1, 3, 256, 256)), Tensor("mask", (1, 1, 512, 512))),
        (Tensor("picture", (1, 3, 512, 512)), Tensor("mask", (1, 1, 512, 512))),
        (Tensor("image", (1, 3, 512, 512), "uint8"), Tensor("mask", (1, 1, 512, 512))),
        (Tensor("image", (1, 3, 512, 512)),),
        (Tensor("image", (3, 512, 512)), Tensor("mask", (1, 1, 512, 512))),
    ],
    ids=["length", "name", "type", "count", "rank"],
)
def test_other_tensors_do_not_fit(other: tuple[Tensor, ...]) -> None:
    entry = find("LaMa")
    assert entry is not None
    part = entry.parts[0]
    assert fits(part.inputs, (Tensor("mask", (None, 1, 512, 512)), Tensor("image", (1, 3, 512, 512))))
    assert not fits(part.inputs, other)
