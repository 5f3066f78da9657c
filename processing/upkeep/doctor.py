"""Looks an instance over and says, for everything that is wrong, the way out."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from processing import health
from processing.imaging.modelstore import Store
from processing.imaging.sessions import Policy
from processing.models import WorkerBeat
from processing.upkeep import vectors
from processing.upkeep.models.running import real_provider

_LEAST_FREE_SHARE: Final = 0.15
_SILENT: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """``advice`` is empty when all is well; ``is_needed`` says whether Aureole can work without it."""

    subject: str
    sentence: str
    advice: str = ""
    is_needed: bool = True


def examine() -> list[Finding]:
    """Everything, in the order in which one thing rests upon the other."""
    return [_look(subject, check, advice, is_needed=needed) for subject, check, advice, needed in _CHECKS]


def _look(subject: str, check: Callable[[], str], advice: str, *, is_needed: bool) -> Finding:
    """A check answers "ok" or a sentence of its own; an exception is a sentence too."""
    try:
        told = check()
    except Exception as error:
        told = (
            f"It does not answer ({type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''})."
        )
    return (
        Finding(subject, "All is well.", "", is_needed) if told == "ok" else Finding(subject, told, advice, is_needed)
    )


def _check_disk() -> str:
    folder = Path(settings.DATA_DIR)
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    if share >= _LEAST_FREE_SHARE:
        return "ok"
    return f"Only {share:.0%} of the disk under {folder} is free."


def _check_writable() -> str:
    folder = Path(settings.WORK_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".doctor"
    probe.write_bytes(b"written")
    probe.unlink()
    return "ok"


def _check_workers() -> str:
    if WorkerBeat.objects.filter(beat_at__gt=timezone.now() - _SILENT).exists():
        return "ok"
    return "No worker has been heard of for two minutes."


def _check_models() -> str:
    store = Store(settings.MODELS_DIR)
    troubles = [trouble for entry in store.entries if store.is_known(entry) for trouble in store.check(entry)]
    return " ".join(trouble.what for trouble in troubles) or "ok"


def _check_gpu() -> str:
    if not settings.GPU_REQUIRED:
        return "ok"
    found = real_provider(Policy(wants_gpu=not settings.AI_FORCE_CPU, gpu_memory_mb=settings.GPU_MEM_MB))
    return "ok" if found == "CUDA" else f"GPU_REQUIRED is set, but models run on the {found}."


_CHECKS: Final[list[tuple[str, Callable[[], str], str, bool]]] = [
    ("Database", health.check_database, "Start it, or mend DATABASE_URL.", True),
    ("Migrations", health.check_migrations, "Run manage.py prepare.", True),
    ("Vectors", vectors.vectors_sentence, vectors.ADVICE, True),
    ("Redis", health.check_redis, "Start it, or mend REDIS_URL. Until then jobs wait for the reconciler.", False),
    ("Storage", health.check_storage, "Mount its disk, or mend MEDIA_ROOT or the S3_ settings.", True),
    ("Work folder", _check_writable, "Make it writable, or name another with WORK_DIR.", True),
    ("Disk", _check_disk, "Free some space, or move DATA_DIR to a larger disk.", False),
    (
        "Models",
        _check_models,
        "Install them again or remove them: manage.py models. Until then it works without.",
        False,
    ),
    ("GPU", _check_gpu, "Install the driver and requirements-gpu.txt, or unset GPU_REQUIRED and AI_FORCE_CPU.", True),
    ("Workers", _check_workers, "Start them: make run does, and so does docker compose.", False),
]
