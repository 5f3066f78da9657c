"""What is backed up comes back the same, and a doctor says what is wrong with an instance."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from circles.models import User
from processing.models import Job, Reading
from processing.upkeep import backups, doctor, dumps, programs
from tests.embedded.conftest import ROOT

pytestmark = [pytest.mark.xdist_group("instances"), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Path:
    """A storage of this test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        }
    }
    return tmp_path / "media"


def keep(name: str, content: bytes) -> None:
    default_storage.save(name, ContentFile(content))


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def library(alice: User, storage: Path) -> dict[str, str]:
    Job.objects.create(owner=alice, kind="plain", queue="high")
    for number in range(3):
        keep(f"original/{number}/file", os.urandom(5000 + number))
    keep("rendition/a/b/256.avif", b"small")
    return hashes(storage)


def test_a_restored_backup_has_the_same_rows_and_files(tmp_path: Path, storage: Path, library: dict[str, str]) -> None:
    rows = backups.count_rows()
    call_command("backup", tmp_path / "backup")
    storage.rename(tmp_path / "lost")
    User.objects.all().delete()
    assert backups.count_rows() != rows
    call_command("restore", tmp_path / "backup")
    assert backups.count_rows() == rows
    assert hashes(storage) == library
    assert User.objects.get().email == "alice@example.com"


def test_a_backup_is_closed_to_others(tmp_path: Path, library: dict[str, str]) -> None:
    call_command("backup", tmp_path / "backup")
    assert Reading.objects.get(name="backup_made_at").value > 0
    assert oct((tmp_path / "backup").stat().st_mode)[-3:] == "700"
    assert oct((tmp_path / "backup" / "database.dump").stat().st_mode)[-3:] == "600"


def test_an_instance_that_keeps_files_is_not_overwritten_by_accident(
    tmp_path: Path, storage: Path, library: dict[str, str]
) -> None:
    call_command("backup", tmp_path / "backup")
    keep("original/new/file", b"made after the backup")
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", tmp_path / "backup")
    call_command("restore", tmp_path / "backup", "--replace")
    assert library.items() <= hashes(storage).items()


def damage_file(folder: Path) -> None:
    path = next((folder / "files").rglob("256.avif"))
    path.write_bytes(b"smalL")


def lose_file(folder: Path) -> None:
    next((folder / "files").rglob("256.avif")).unlink()


def lose_dump(folder: Path) -> None:
    (folder / "database.dump").unlink()


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def point_outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../../outside"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("damage", [damage_file, lose_file, lose_dump, lose_manifest, point_outside])
def test_a_damaged_backup_is_refused_before_anything_changes(
    tmp_path: Path, storage: Path, library: dict[str, str], damage: Any
) -> None:
    call_command("backup", tmp_path / "backup")
    (tmp_path / "outside").write_text("not part of it")
    damage(tmp_path / "backup")
    rows = backups.count_rows()
    with pytest.raises(CommandError, match="Name another"):
        call_command("restore", tmp_path / "backup", "--replace")
    assert backups.count_rows() == rows
    assert hashes(storage) == library


def test_a_broken_dump_leaves_the_database_as_it_was(tmp_path: Path, library: dict[str, str]) -> None:
    call_command("backup", tmp_path / "backup")
    dump = tmp_path / "backup" / "database.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    rows = backups.count_rows()
    with pytest.raises(dumps.DumpFailed, match="could not be restored"):
        dumps.restore_database(dump)
    assert backups.count_rows() == rows


def test_only_the_newest_automatic_dumps_are_kept(tmp_path: Path) -> None:
    for _ in range(7):
        dumps.dump_before_migration(tmp_path)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_server_newer_than_every_pg_dump_is_named_with_a_way_out() -> None:
    with pytest.raises(programs.ProgramMissing, match="postgresql-client-99"):
        programs.client_program("pg_dump", server_major=99)


def test_the_doctor_finds_nothing_wrong_but_the_missing_workers() -> None:
    unwell = {finding.subject for finding in doctor.examine() if finding.advice}
    assert unwell - {"Disk"} == {"Workers"}


def test_the_doctor_names_a_database_that_is_away(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Database: It does not answer" in done.stdout
    assert "mend DATABASE_URL" in done.stdout
    assert "cannot work yet: Database" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_tells_of_redis_without_failing(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    call_command("doctor")
    assert "Redis: It does not answer" in capsys.readouterr().out


def test_a_work_folder_that_cannot_be_written_is_told(settings: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    settings.WORK_DIR = blocked
    told = {finding.subject: finding for finding in doctor.examine()}
    assert "WORK_DIR" in told["Work folder"].advice
    assert connection.is_usable()
