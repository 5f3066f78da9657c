"""A models folder, and entries whose published files are generated ones."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from processing.imaging.catalog import ENTRIES, Entry
from processing.imaging.modelstore import Store
from processing.imaging.sessions import Policy, Sessions
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.models import generated

Install = Callable[..., tuple[Sessions, Entry]]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reaches for the internet fails here."""

    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        # A thread that another test left behind may still speak to the database.
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def entry_files(tmp_path: Path) -> Callable[..., tuple[Entry, dict[str, Path]]]:
    """The entry, vouching for generated files of all its parts (or the named ones)."""

    def make(name: str, *only: str, **fixed: Any) -> tuple[Entry, dict[str, Path]]:
        entry = next(entry for entry in ENTRIES if entry.name == name)
        parts = [part for part in entry.parts if not only or part.name in only]
        files = {part.name: generated.make(tmp_path / "given" / name, part, **fixed) for part in parts}
        return generated.vouching(entry, files), files

    return make


@pytest.fixture
def installed(tmp_path: Path, entry_files: Callable[..., tuple[Entry, dict[str, Path]]]) -> Install:
    """Installs generated files as an entry of the catalogue; gives the sessions over them."""

    def install(name: str, *only: str, policy: Policy | None = None, **fixed: Any) -> tuple[Sessions, Entry]:
        entry, files = entry_files(name, *only, **fixed)
        store = Store(tmp_path / "models", (entry,))
        folder = next(iter(files.values())).parent
        install_file(store, folder if len(files) > 1 else next(iter(files.values())), Wish())
        return Sessions(store, policy), entry

    return install
