"""manage.py models install NAME: the one moment at which anything is fetched, and only what was published."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError

from processing.imaging.modelstore import ModelProblem, Store
from processing.upkeep.models.installing import install_published
from tests.processing.models.conftest import Answer, contents, given


def test_by_name_it_comes_from_its_publisher_with_a_bar(
    tmp_path: Path, sending: Callable[..., list[str]], run: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    entry, files = given(tmp_path, "sface")
    asked = sending(files["embedder"].read_bytes())
    told = run("install", "sface", entries=(entry,))
    assert asked == ["https://publisher.example/embedder.onnx"]
    assert "Licence: Apache-2.0" in told
    assert "Installed SFace: embedder.onnx" in told
    assert "embedder.onnx: 100%" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-1] + b"!", "did not send the published file"),
        (lambda data: data[:-1], "did not send the published file"),
        (lambda data: data + b"more", "more than the published file has"),
    ],
    ids=["other bytes", "too few", "too many"],
)
def test_what_the_publisher_did_not_publish_is_not_installed(
    change: Callable[[bytes], bytes], reason: str, tmp_path: Path, sending: Callable[..., list[str]]
) -> None:
    entry, files = given(tmp_path, "sface")
    sending(change(files["embedder"].read_bytes()))
    with pytest.raises(ModelProblem, match=reason):
        install_published(Store(tmp_path / "models", (entry,)), entry, "", quiet)
    assert contents(tmp_path / "models") == []


def test_without_a_network_the_way_to_install_without_one_is_told(
    sending: Callable[..., list[str]], run: Callable[..., str]
) -> None:
    sending(requests.ConnectionError("no route"))
    with pytest.raises(
        CommandError, match=r"could not be fetched from https://.* run: manage\.py models install THE_FILE"
    ):
        run("install", "lama")


def test_leaving_https_on_the_way_is_refused(tmp_path: Path, sending: Callable[..., list[str]]) -> None:
    entry, files = given(tmp_path, "sface")
    data = files["embedder"].read_bytes()
    sending(data, history=(Answer(b"", url="http://in-between.example/"),))
    with pytest.raises(ModelProblem, match="could not be fetched"):
        install_published(Store(tmp_path / "models", (entry,)), entry, "", quiet)


def test_a_name_of_several_files_asks_which(run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="Say which one: fast-neural-style/mosaic, fast-neural-style/candy"):
        run("install", "fast-neural-style")


def test_a_file_that_is_not_there_is_not_looked_for_on_the_internet(run: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match=r"There is no file yunet\.onnx"):
        run("install", "yunet.onnx")
    with pytest.raises(CommandError, match="no model called nonsense"):
        run("install", "nonsense")


class _Quiet:
    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: int = 1) -> None:
        return None


def quiet(name: str, size: int) -> _Quiet:
    return _Quiet()
