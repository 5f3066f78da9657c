"""Alive, ready, well: three questions with three answers, and the last one is not for strangers."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from processing import health
from processing.imaging.catalog import ENTRIES
from processing.imaging.modelstore import Store
from processing.models import Job, JobFile, WorkerBeat
from processing.upkeep.models.installing import Wish, install_file
from tests.imaging.models import generated


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def test_livez_asks_nothing_but_the_process(client):
    """No database fixture here: a query would fail this test."""
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_ready_when_database_migrations_storage_and_redis_are_there(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": dict.fromkeys(("database", "migrations", "storage", "redis"), "ok"),
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_redis_it_is_ready_but_degraded(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "127.0.0.1" not in answer.content.decode()


@pytest.mark.django_db
def test_without_a_database_it_is_not_ready_and_does_not_say_where_it_lies(client, monkeypatch):
    def away() -> str:
        raise OperationalError("connection to server at 10.0.0.7 failed: password for aureole")

    monkeypatch.setitem(health._CHECKS, "database", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")
    assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.django_db
def test_with_a_migration_missing_it_is_not_ready(client):
    MigrationRecorder.Migration.objects.filter(app="processing").order_by("-id").first().delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "1 migrations are not applied yet; run migrate."


@pytest.mark.django_db
def test_an_empty_folder_where_files_were_kept_is_not_ready(client, alice, make_job):
    job = make_job(alice)
    JobFile.objects.create(job=job, lease_token=uuid.uuid4(), name="a", key="a", status="published")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "is its disk mounted?" in answer.json()["checks"]["storage"]
    assert not default_storage.exists(health.MARKER)


@pytest.mark.django_db
def test_health_tells_depths_ages_and_workers(client, alice, make_job):
    make_job(alice)
    make_job(alice, queue="low", not_before=timezone.now() + timedelta(hours=1))
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    now = timezone.now()
    WorkerBeat.objects.create(name="box:1", queue="high", threads=2, beat_at=now, started_at=now)
    found = client.get("/health").json()
    assert found["queues"]["high"]["pending"] == 1
    assert 90 <= found["queues"]["high"]["oldest_pending_seconds"] < 100
    assert found["queues"]["low"] == {"pending": 1, "running": 0, "oldest_pending_seconds": 0}
    assert [(worker["name"], worker["threads"]) for worker in found["workers"]] == [("box:1", 2)]
    assert found["models"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health", "/metrics"])
@pytest.mark.parametrize(
    "peer",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"},
        {"REMOTE_ADDR": "", "HTTP_AUTHORIZATION": "Bearer "},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"},
    ],
)
def test_figures_are_for_the_machine_itself_and_absent_for_others(client, settings, path, peer):
    settings.METRICS_TOKEN = "right"
    assert client.get(path, **peer).status_code == 404
    assert client.get(path).status_code == 200
    allowed = peer | {"HTTP_AUTHORIZATION": "Bearer right"}
    assert client.get(path, **allowed).status_code == 200


@pytest.mark.django_db
def test_without_a_token_set_no_token_is_right(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.django_db
def test_staff_without_token_see_figures_no_more_than_others(client, alice):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404


@pytest.mark.django_db
def test_health_tells_which_models_are_in_charge_of_what(client, settings, tmp_path):
    entry = next(entry for entry in ENTRIES if entry.name == "sface")
    file = generated.make(tmp_path / "given", entry.parts[0])
    settings.MODELS_DIR = tmp_path / "models"
    install_file(Store(settings.MODELS_DIR, (generated.vouching(entry, {"embedder": file}),)), file, Wish())
    (tmp_path / "models" / "lama.json").write_text("{")
    assert client.get("/health").json()["models"] == [
        {"name": "sface", "usable": True, "serves": ["embed_faces"]},
        {"name": "lama", "usable": False, "serves": []},
    ]
