"""A models folder, entries that vouch for generated files, and a publisher."""

import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command

from processing.imaging.catalog import ENTRIES, Entry
from processing.imaging.modelstore import Store
from processing.management.commands import models as command
from tests.imaging.models import generated


def published(name: str) -> Entry:
    return next(entry for entry in ENTRIES if entry.name == name)


def given(tmp_path: Path, name: str, *only: str) -> tuple[Entry, dict[str, Path]]:
    """An entry that vouches for generated files, and those files."""
    entry = published(name)
    parts = [part for part in entry.parts if not only or part.name in only]
    files = {part.name: generated.make(tmp_path / f"given-{name}", part) for part in parts}
    return generated.vouching(entry, files), files


def contents(root: Path) -> list[str]:
    """Everything in the models folder but the lock and the empty staging folder."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name != ".lock")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            raise AssertionError(f"tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def run(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command over a folder of its own; ``entries`` is the catalogue it sees. Gives what it printed."""
    settings.MODELS_DIR = tmp_path / "models"

    def call(*words: Any, entries: tuple[Entry, ...] = ENTRIES) -> str:
        monkeypatch.setattr(command, "Store", lambda root: Store(root, entries))
        out = io.StringIO()
        call_command("models", *map(str, words), stdout=out, no_color=True)
        return out.getvalue()

    return call


class Answer:
    """What requests would give: some bytes from an address."""

    def __init__(self, data: bytes, url: str = "https://publisher.example/x", history: tuple[Any, ...] = ()) -> None:
        self.data, self.url, self.history = data, url, history

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def raise_for_status(self) -> None:
        return None

    def iter_content(self, size: int) -> Iterator[bytes]:
        yield from (self.data[start : start + size] for start in range(0, len(self.data), size))


@pytest.fixture
def sending(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets the publisher send these bytes; the list tells which addresses were asked."""

    def send(data: bytes | Exception, **how: Any) -> list[str]:
        asked: list[str] = []

        def get(address: str, **_: Any) -> Answer:
            asked.append(address)
            if isinstance(data, Exception):
                raise data
            return Answer(data, **how)

        monkeypatch.setattr(requests, "get", get)
        return asked

    return send
