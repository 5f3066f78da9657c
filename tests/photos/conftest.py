"""Pictures made on the spot, a storage of one's own, and the ways of getting photos in."""

import hashlib
import io
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from rest_framework.test import APIClient

from circles.models import User
from photos.models import Original, Photo, Rendition
from photos.querysets import first_of_month
from photos.recipes.ingest import Ingest
from photos.rendering import FORMATS, RENDERER_VERSION, SIZES
from processing.imaging import ingest
from processing.models import Job, JobFile


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Every test has an empty storage."""
    root = tmp_path / "media"
    root.mkdir()
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(root)}}
    settings.STORAGES = settings.STORAGES | {"default": disk}
    return root


def picture(seed: int = 0, form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A small picture of noise; another seed, other bytes."""
    noise = Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
    target = io.BytesIO()
    noise.save(target, form)
    return target.getvalue()


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def make_photo(media: Path) -> Callable[..., Photo]:
    """A finished photo with its original and nine pictures in the storage."""

    def make(owner: User, *, content: bytes | None = None, with_files: bool = True, **fields: Any) -> Photo:
        content = content or uuid.uuid4().bytes * 8
        key = default_storage.save(f"originals/{uuid.uuid4()}", ContentFile(content))
        original = Original.objects.create(
            owner=owner, key=key, sha256=sha(content), byte_size=len(content), content_type="image/jpeg"
        )
        sort_at = fields.pop("sort_at", datetime(2026, 10, 5, 9, 12, 31, tzinfo=UTC))
        values = {"state": Photo.State.READY, "filename": "a.jpg", "width": 640, "height": 480, "colours": "7a" * 27}
        photo = Photo.objects.create(
            owner=owner, original=original, sort_at=sort_at, month=first_of_month(sort_at), **(values | fields)
        )
        if with_files and photo.state == Photo.State.READY:
            _make_renditions(photo)
        photo.refresh_from_db()
        return photo

    return make


def _make_renditions(photo: Photo) -> None:
    for size in SIZES:
        for form in FORMATS:
            body = f"{photo.pk} {size} {form}".encode()
            key = default_storage.save(f"ingest/{uuid.uuid4()}/{uuid.uuid4()}/{size}.{form}", ContentFile(body))
            Rendition.objects.create(
                photo=photo, size=size, format=form, key=key, width=size, height=size * 3 // 4,
                byte_size=len(body), renderer_version=RENDERER_VERSION,
            )  # fmt: skip


@pytest.fixture
def presign(api_as: Callable[[User | None], APIClient]) -> Callable[..., Any]:
    def ask(owner: User, content: bytes, filename: str = "a.jpg", headers: Any = None, **said: Any) -> Any:
        body = {"filename": filename, "size": len(content), "sha256": sha(content), "content_type": "image/jpeg"}
        return api_as(owner).post("/api/v1/uploads/presign", body | said, headers=headers)

    return ask


@pytest.fixture
def send(client: Any) -> Callable[..., Any]:
    """PUT by somebody who has nothing but the link."""

    def put(url: str, content: bytes, **headers: str) -> Any:
        return client.put(url, content, content_type="application/octet-stream", headers=headers)

    return put


@pytest.fixture
def upload(presign: Callable[..., Any], send: Callable[..., Any], api_as: Any) -> Callable[..., Any]:
    """The whole way of one file; returns the answer of its completion."""

    def whole(owner: User, content: bytes, filename: str = "a.jpg", **said: Any) -> Any:
        announced = presign(owner, content, filename, **said)
        if announced.status_code != 201:
            return announced
        found = announced.json()
        for number, url in enumerate(found["urls"]):
            part = content[number * found["part_size"] : (number + 1) * found["part_size"]]
            assert send(url, part).status_code == 200
        return api_as(owner).post(f"/api/v1/uploads/{found['upload_id']}/complete")

    return whole


@pytest.fixture
def work_through(tmp_path: Path) -> Callable[[Job], dict[str, Any]]:
    """What the engine does with a job, without its processes."""

    def through(job: Job) -> dict[str, Any]:
        lease = uuid.uuid4()
        work = tmp_path / str(lease)
        work.mkdir()
        Ingest.guard(job)
        result = ingest.run(work, Ingest.prepare(job, work), lambda step, share: None)
        files = {}
        for path in sorted((work / "out").glob("*")):
            key = f"ingest/{job.pk}/{lease}/{path.name}"
            default_storage.save(key, ContentFile(path.read_bytes()))
            files[path.name] = JobFile.objects.create(job=job, lease_token=lease, name=path.name, key=key)
        return Ingest.publish(job, result, files)

    return through
