"""What the recipes of fusions have in common: the gate, what goes into the work folder, and what is published."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from circles import feed
from consent.policy import PermissionGone
from fusion import gate
from fusion.actions import ending
from fusion.inputs import request_of
from fusion.models import FusionArtwork, FusionFile
from fusion.reporting import refuse_taken_out
from fusion.states import State
from processing.errors import AureoleError, Cancelled
from processing.models import Job, JobFile
from processing.recipe import Description, Step

STEPS: Final = (Step("load", 20), Step("blend", 80), Step("save", 100))
FUSED: Final = "fused"


class MakesFusions:
    """A recipe whose job, about a fusion, ends in that fusion's files."""

    @staticmethod
    def prepare(job: Job, work: Path) -> dict[str, Any]:
        """Every source with its mask, and the options by their names."""
        fusion = FusionArtwork.objects.whole().get(pk=_id(job))
        sources = [(source.artwork, source.made_of) for source in fusion.sources.all()]  # type: ignore[attr-defined]
        request = request_of(sources, fusion.options, fusion.creator, work)
        return request | {"layout": fusion.layout, "mode": fusion.blend_mode, "is_preview": False}

    @staticmethod
    def guard(job: Job) -> None:
        """Every permission stands as it stood when this was started, and is held until the caller's commit; so is
        its creator, so staff take it out before or after that."""
        fusion = FusionArtwork.objects.select_related("creator", "circle").filter(pk=_id(job)).first()
        if fusion is None:
            raise Cancelled("It was deleted.")
        if job.retry_of_id and fusion.job_id == job.retry_of_id:
            _take_over(fusion, job)
        gate.hold(fusion)
        refuse_taken_out(fusion, gate.artworks_of(fusion))
        held = FusionArtwork.objects.select_for_update(no_key=True).get(pk=fusion.pk)
        is_retried = job.pk == held.job_id and held.state in {State.FAILED, State.CANCELLED}
        if not is_retried and (held.job_id != job.pk or held.state != State.MAKING):
            raise Cancelled("It is no longer wanted.")

    @staticmethod
    def publish(job: Job, result: dict[str, Any], files: Mapping[str, JobFile]) -> dict[str, Any]:
        """The job's files become the fusion's; its circle hears of it. The guard holds the fusion's row."""
        fusion = FusionArtwork.objects.select_related("creator", "circle").get(pk=_id(job))
        FusionFile.objects.bulk_create(_adopted(fusion, files.values()))
        started = job.started_at or timezone.now()
        fusion.move(
            (State.MAKING,),
            State.READY,
            width=result["width"],
            height=result["height"],
            facts={name: value for name, value in result.items() if name not in {"width", "height"}},
            duration_ms=int((timezone.now() - started).total_seconds() * 1000),
            ended_at=timezone.now(),
        )
        if fusion.circle is not None:
            details = {"type": fusion.fusion_type, "count": fusion.sources.count()}  # type: ignore[attr-defined]
            feed.publish(circle=fusion.circle, actor=fusion.creator, verb=FUSED, subject_id=fusion.pk, details=details)
        ending.tell(fusion)
        return {"fusion_id": str(fusion.pk)}

    @staticmethod
    def failed(job: Job, error: Exception) -> None:
        """The fusion says why; one that was withdrawn meanwhile stays withdrawn."""
        fusion = FusionArtwork.objects.filter(pk=_id(job), job=job).first()
        if fusion is None or not isinstance(error, AureoleError):
            return
        ends = {PermissionGone: State.WITHDRAWN, gate.SourceGone: State.WITHDRAWN, Cancelled: State.CANCELLED}
        to = next((state for kind, state in ends.items() if isinstance(error, kind)), State.FAILED)
        message = ending.GONE if to is State.WITHDRAWN else error.message
        code = "permission_gone" if to is State.WITHDRAWN else error.error_code
        if fusion.move((State.MAKING,), to, message=message[:500], error_code=code[:60], ended_at=timezone.now()):
            ending.tell(fusion)

    @staticmethod
    def lay_over(job: Job, wanted: dict[str, Any]) -> dict[str, Any]:
        """The options are the fusion's; other ones make a new fusion."""
        return job.options

    @staticmethod
    def describe_all(jobs: Sequence[Job]) -> dict[uuid.UUID, Description]:
        """One query, however many jobs."""
        found = FusionArtwork.objects.in_bulk([job.subject_id for job in jobs if job.subject_id])
        return {job.pk: _description(job, found.get(job.subject_id) if job.subject_id else None) for job in jobs}

    @staticmethod
    def describe(job: Job) -> Description:
        return MakesFusions.describe_all([job])[job.pk]


def _id(job: Job) -> uuid.UUID:
    assert job.subject_id is not None
    return job.subject_id


def _take_over(fusion: FusionArtwork, job: Job) -> None:
    """Its failed job is tried again by another one: permissions are asked for anew, and the fusion follows that job."""
    permissions = gate.require(fusion, gate.artworks_of(fusion))
    with transaction.atomic():
        held = FusionArtwork.objects.select_for_update(no_key=True).get(pk=fusion.pk)
        if held.move((State.FAILED, State.CANCELLED), State.MAKING, job=job, message="", error_code="", ended_at=None):
            held.permissions.all().delete()  # type: ignore[attr-defined]
            gate.remember(held, permissions)


def _adopted(fusion: FusionArtwork, files: Any) -> list[FusionFile]:
    return [
        FusionFile(
            fusion=fusion, name=file.name, key=file.key, byte_size=file.byte_size, content_type=file.content_type
        )
        for file in files
    ]


def _description(job: Job, fusion: FusionArtwork | None) -> Description:
    if fusion is None:
        return Description(title=job.label)
    page = reverse("fusion:detail", args=[fusion.pk])
    if fusion.state != State.READY:
        return Description(title=str(fusion), url=page)
    picture = reverse("fusion-thumb", args=[fusion.pk, 256, "webp"])
    return Description(
        title=str(fusion), url=page, picture_url=picture, result_url=reverse("fusion-detail", args=[fusion.pk])
    )
