"""manage.py models: what is installed is exactly what somebody vouches for, or nothing is."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from django.core.management import CommandError

from processing.imaging.catalog import ENTRIES, Purpose
from processing.imaging.modelstore import ModelProblem, Store
from processing.upkeep.models import graphs, installing
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.conftest import TEST_DATA, need
from tests.imaging.models import generated
from tests.processing.models.conftest import contents, given, published


def test_nothing_is_installed_at_first_and_the_list_says_how_and_what_works_without(run: Callable[..., str]) -> None:
    told = run("list")
    for entry in ENTRIES:
        assert f"{entry.name}: not installed" in told
        assert f"Without it: {entry.without_it}" in told
        assert f"Licence: {entry.licence}" in told
        how = entry.name if entry.published() else f"FILE --as {entry.name} --trust-hash SHA256"
        assert f"manage.py models install {how}" in told


def test_a_published_file_installs_without_a_network_and_says_what_it_takes_over(run: Callable[..., str]) -> None:
    told = run("install", need(TEST_DATA / "models/yunet/yunet_n_640_640.onnx"))
    assert "Installed YuNet: yunet_n_640_640.onnx, 0.3 MB, SHA-256 25a606a1" in told
    assert "as published" in told
    assert "In charge of finding faces." in told
    assert "Were it removed: Faces are not looked for." in told
    assert "yunet: installed (yunet_n_640_640.onnx)" in run("list")
    assert "yunet: every file is what was installed." in run("check")


def test_a_file_with_a_wrong_hash_is_refused_and_nothing_changes(run: Callable[..., str], tmp_path: Path) -> None:
    data = bytearray(need(TEST_DATA / "models/yunet/yunet_n_640_640.onnx").read_bytes())
    data[-1] ^= 1
    forged = tmp_path / "yunet_n_640_640.onnx"
    forged.write_bytes(data)
    with pytest.raises(CommandError, match=r"is not that of the published yunet_n_640_640\.onnx \(25a606a1"):
        run("install", forged)
    with pytest.raises(CommandError, match="is not that of the published"):
        run("install", forged, "--trust-hash", hashlib.sha256(data).hexdigest())
    assert contents(tmp_path / "models") == []


def test_a_failed_installation_leaves_the_one_before(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "sface")
    run("install", files["embedder"], entries=(entry,))
    before = contents(tmp_path / "models")
    files["embedder"].write_bytes(files["embedder"].read_bytes() + b"\0")
    with pytest.raises(CommandError, match="not installed"):
        run("install", files["embedder"], entries=(entry,))
    assert contents(tmp_path / "models") == before
    assert Store(tmp_path / "models", (entry,)).is_usable(entry)


def test_a_crash_before_the_record_is_written_leaves_the_model_before_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, files = given(tmp_path, "yunet")
    store = Store(tmp_path / "models", (entry,))
    install_file(store, files["detector"], Wish())
    before = store.installed(entry)
    other = generated.yunet(tmp_path / "other.onnx", entry.parts[0], fixed={2: 640, 3: 640})
    both = generated.vouching(entry, {"detector": other})
    monkeypatch.setattr(Store, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        install_file(Store(tmp_path / "models", (both,)), other, Wish())
    assert store.installed(entry) == before
    assert store.check(entry) == []


def test_a_folder_installs_what_is_used_and_leaves_age_and_gender_out(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "buffalo_l")
    folder = files["det_10g"].parent
    generated.style(folder / "genderage.onnx", published("fast-neural-style").parts[0])
    told = run("install", folder, entries=(entry,))
    assert "Not kept: genderage.onnx." in told
    assert "guesses nobody's age or gender" in told
    assert "In charge of finding faces." in told
    assert "In charge of telling faces apart." in told
    assert not any("gender" in name for name in contents(tmp_path / "models"))


def zipped(tmp_path: Path, members: dict[str, bytes]) -> Path:
    path = tmp_path / "buffalo_l.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_zip_installs_too(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "buffalo_l")
    archive = zipped(tmp_path, {f"buffalo_l/{path.name}": path.read_bytes() for path in files.values()})
    assert run("install", archive, entries=(entry,)).count("Installed insightface buffalo_l") == 2


@pytest.mark.parametrize("name", ["../../evil.onnx", "/etc/evil.onnx", "a/../../evil.onnx", "..\\..\\evil.onnx"])
def test_a_zip_that_leads_out_of_itself_is_refused_whole(name: str, tmp_path: Path) -> None:
    entry, files = given(tmp_path, "buffalo_l")
    members = {path.name: path.read_bytes() for path in files.values()}
    archive = zipped(tmp_path, {**members, name: b"evil"})
    store = Store(tmp_path / "deep" / "models", (entry,))
    with pytest.raises(ModelProblem, match="leads out of it"):
        install_file(store, archive, Wish())
    assert contents(tmp_path / "deep") == []
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "_MOST_BYTES", 1000)
    archive = zipped(tmp_path, {"bomb.onnx": b"\0" * 100_000})
    with pytest.raises(ModelProblem, match="more than any model needs"):
        install_file(Store(tmp_path / "models"), archive, Wish())


@pytest.mark.parametrize("data", [b"", b"PK\3\4 cut", b"no zip at all"])
def test_what_is_no_zip_is_told_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "buffalo_l.zip"
    path.write_bytes(data)
    with pytest.raises(ModelProblem, match="not a zip that can be read"):
        install_file(Store(tmp_path / "models"), path, Wish())


def test_half_a_folder_is_refused(tmp_path: Path) -> None:
    entry, files = given(tmp_path, "buffalo_l")
    files["w600k_r50"].unlink()
    with pytest.raises(ModelProblem, match="lacks the published w600k_r50"):
        install_file(Store(tmp_path / "models", (entry,)), files["det_10g"].parent, Wish())
    with pytest.raises(ModelProblem, match="works only as a whole"):
        install_file(Store(tmp_path / "models", (entry,)), files["det_10g"], Wish())
    assert contents(tmp_path / "models") == []


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x08\x07", b"\0" * 4096])
def test_what_is_no_model_is_told_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "thing.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelProblem, match="is not an ONNX file"):
        install_file(Store(tmp_path / "models"), path, Wish())


def test_weights_in_other_files_are_not_followed(tmp_path: Path) -> None:
    path = generated.embedder(tmp_path / "sly.onnx", published("sface").parts[0])
    model = onnx.load(path)
    secret = model.graph.initializer[0]
    secret.ClearField("raw_data")
    secret.data_location = onnx.TensorProto.EXTERNAL
    secret.external_data.add(key="location", value="../../../etc/passwd")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelProblem, match="weights in other files"):
        graphs.tensors(path)


def test_an_export_nobody_published_needs_its_hash_stated(run: Callable[..., str], tmp_path: Path) -> None:
    export = generated.upscaler(tmp_path / "my-export.onnx", published("real-esrgan-x4v3").parts[0])
    digest = hashlib.sha256(export.read_bytes()).hexdigest()
    with pytest.raises(CommandError, match=f"--as real-esrgan-x4v3 --trust-hash {digest}"):
        run("install", export)
    with pytest.raises(CommandError, match="not the one you stated"):
        run("install", export, "--trust-hash", "0" * 64)
    told = run("install", export, "--as", "real-esrgan-x4v3", "--trust-hash", digest.upper())
    assert f"SHA-256 {digest}, pinned on your word" in told
    assert "hash pinned here" in run("list")
    assert "every file is what was installed" in run("check")


def test_a_stated_hash_does_not_make_a_model_of_the_wrong_kind(run: Callable[..., str], tmp_path: Path) -> None:
    same_size = generated.style(tmp_path / "negative.onnx", published("fast-neural-style").parts[0])
    digest = hashlib.sha256(same_size.read_bytes()).hexdigest()
    with pytest.raises(CommandError, match=r"makes \(64, 64\) of \(64, 64\), not \(256, 256\)"):
        run("install", same_size, "--as", "real-esrgan-x4v3", "--trust-hash", digest)


def test_styles_are_installed_one_by_one_and_stay(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "fast-neural-style", "candy", "udnie")
    run("install", files["candy"], entries=(entry,))
    run("install", files["udnie"], entries=(entry,))
    assert "installed (candy.onnx, udnie.onnx)" in run("list", entries=(entry,))


def test_installing_again_mends_a_broken_record(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "fast-neural-style", "candy")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "fast-neural-style.json").write_text("{")
    run("install", files["candy"], entries=(entry,))
    assert "every file is what was installed" in run("check", entries=(entry,))


def test_what_a_killed_installation_left_goes_after_a_day(tmp_path: Path) -> None:
    store = Store(tmp_path / "models")
    old, young = (tmp_path / "models" / ".staged" / name for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    with store.staging():
        assert not old.exists()
        assert young.exists()


def test_removing_says_what_takes_over(run: Callable[..., str], tmp_path: Path) -> None:
    big, big_files = given(tmp_path, "buffalo_l")
    small, small_files = given(tmp_path, "yunet")
    entries = (big, small)
    run("install", big_files["det_10g"].parent, entries=entries)
    told = run("install", small_files["detector"], entries=entries)
    assert "insightface buffalo_l stays in charge of finding faces; this one takes over when that is removed." in told
    told = run("remove", "buffalo-l", entries=entries)
    assert "Finding faces: YuNet takes over." in told
    assert "Telling faces apart: YuNet and SFace where they are installed" in told
    assert Store(tmp_path / "models", entries).serving(Purpose.DETECT_FACES) == small
    with pytest.raises(CommandError, match="is not installed"):
        run("remove", "buffalo_l", entries=entries)


def test_check_finds_changed_and_lost_files_and_broken_records(run: Callable[..., str], tmp_path: Path) -> None:
    entry, files = given(tmp_path, "buffalo_l")
    run("install", files["det_10g"].parent, entries=(entry,))
    kept = sorted((tmp_path / "models" / "buffalo_l").iterdir())
    kept[0].write_bytes(kept[0].read_bytes()[:-1] + b"!")
    kept[1].unlink()
    troubles = [trouble.what for trouble in Store(tmp_path / "models", (entry,)).check(entry)]
    assert any("is not the one that was installed" in what for what in troubles)
    assert any("is gone" in what for what in troubles)
    with pytest.raises(CommandError, match=r"Not in order: buffalo_l\."):
        run("check", entries=(entry,))
    (tmp_path / "models" / "buffalo_l.json").write_text("{")
    assert "buffalo_l: broken. The record of insightface buffalo_l cannot be read." in run("list", entries=(entry,))
    with pytest.raises(CommandError, match="Not in order"):
        run("check", entries=(entry,))


def test_a_record_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    entry, files = given(tmp_path, "sface")
    store = Store(tmp_path / "models", (entry,))
    install_file(store, files["embedder"], Wish())
    shutil.copy(files["embedder"], tmp_path / "outside.onnx")
    record = tmp_path / "models" / "sface.json"
    told = json.loads(record.read_text())
    told["parts"][0]["file"] = "../../outside.onnx"
    record.write_text(json.dumps(told))
    assert store.installed(entry) == ()
