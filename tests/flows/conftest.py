"""A mobile client with nothing but a token, and a worker that does what waits."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from circles.models import DeviceToken, User
from processing import runner, sandbox
from processing.states import Queue

REPOSITORY = Path(__file__).parents[2]
TEST_DATA = Path(os.environ.get("AUREOLE_TEST_DATA", REPOSITORY / "../shared/data")).resolve()


def data_files(folder: str, *, without: tuple[str, ...] = ()) -> list[Any]:
    """The files of one folder of the test data as parameters; one failing parameter when the folder is absent."""
    found = sorted(path for path in (TEST_DATA / folder).glob("*") if path.is_file() and path.name not in without)
    if not found:
        reason = f"No test data at {TEST_DATA / folder}; set AUREOLE_TEST_DATA."
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(path, id=path.name) for path in found]


@dataclass
class Phone:
    """What a mobile client does: announce, send the parts, complete, ask."""

    client: Client
    token: str

    def ask(self, method: str, url: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Token {self.token}"}
        if method == "get":
            return self.client.get(url, headers=headers)
        return getattr(self.client, method)(url, body or {}, content_type="application/json", headers=headers)

    def announce(self, path: Path) -> Any:
        content = path.read_bytes()
        body = {
            "filename": path.name,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "content_type": "image/jpeg",
        }
        return self.ask("post", "/api/v1/uploads/presign", body)

    def upload(self, path: Path) -> Any:
        """The answer of the first step that refuses, or of the completion."""
        announced = self.announce(path)
        if announced.status_code != 201:
            return announced
        said = announced.json()
        content = path.read_bytes()
        for number, url in enumerate(said["urls"]):
            part = content[number * said["part_size"] : (number + 1) * said["part_size"]]
            sent = self.client.put(url, part, content_type="application/octet-stream")
            if sent.status_code != 200:
                return sent
        return self.ask("post", f"/api/v1/uploads/{said['upload_id']}/complete")


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    root = tmp_path / "media"
    root.mkdir()
    settings.WORK_DIR = tmp_path / "work"
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(root)}}
    settings.STORAGES = settings.STORAGES | {"default": disk}
    return root


@pytest.fixture
def phone(alice: User, media: Path, client: Client) -> Phone:
    _, token = DeviceToken.objects.create(user=alice, device="phone")
    return Phone(client, token)


@pytest.fixture(scope="package")
def warm_child() -> Iterator[None]:
    """One child for all flows, warm as in a real worker."""
    yield
    sandbox.mine().close()


@pytest.fixture
def work(warm_child: None) -> Callable[[], int]:
    """A worker of the high queue: does everything that waits, in the real sandbox."""
    return lambda: runner.drain(Queue.HIGH)
