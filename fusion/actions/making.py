"""Handing in a fusion, making it again, and starting it by itself when the last consent has come."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import QuerySet

from artworks.models import Artwork
from circles.actions.circles import find_circle
from circles.models import User
from consent.actions.asking import request_consents
from consent.policy import Missing, Purpose
from fusion import gate, options
from fusion.actions.ending import GONE, REFUSED, close, tell
from fusion.models import FusionArtwork, FusionMask, FusionPart, FusionSource
from fusion.reporting import refuse_taken_out
from fusion.sources import Chosen, find_sources, parts_of
from fusion.states import UNFINISHED, State
from processing import jobs
from processing.errors import AureoleError, Conflict, NotFound, QueueFull, Refused

SWEPT_MOST: Final = 200
GOES_ON: Final = (State.FAILED, State.CANCELLED)
"""Made again as the same work; anything else becomes a new one, for which everybody is asked anew."""
log = structlog.get_logger(__name__)


def make_fusion(
    *,
    actor: User,
    fusion_type: str,
    source_ids: Sequence[uuid.UUID],
    layout: str,
    blend_mode: str = "",
    circle_id: uuid.UUID | None = None,
    wanted: Mapping[str, Any],
    title: str = "",
    retry_of: FusionArtwork | None = None,
    idempotency_key: str | None = None,
    request_hash: str = "",
) -> FusionArtwork:
    """Written down, and started if every consent is there; else those who must be asked are asked, and it waits.

    Raises NotFound (a picture or circle this person does not see), ArtworkNotReady, OptInRequired, Refused, QueueFull,
    TakenOutBefore, and what asking raises.
    """
    earlier = _earlier(actor, idempotency_key, request_hash)
    if earlier is not None:
        return earlier
    fusion = FusionArtwork(
        creator=actor,
        circle=find_circle(actor=actor, circle_id=circle_id) if circle_id else None,
        fusion_type=fusion_type,
        title=title,
        retry_of=retry_of,
        idempotency_key=idempotency_key or None,
        request_hash=request_hash,
    )
    chosen = find_sources(actor=actor, ids=source_ids)
    artworks = parts_of(chosen)
    gate.require_word(actor, artworks)
    refuse_taken_out(fusion, artworks)
    _set(fusion, chosen, layout, blend_mode, wanted)
    with transaction.atomic():
        absent = _ask(fusion, artworks)
        permissions = gate.require(fusion, _without(artworks, absent))
        fusion.save(force_insert=True)
        _write_sources(fusion, chosen, artworks)
        gate.remember(fusion, permissions)
        if not absent:
            _submit(fusion)
    return fusion


def make_again(*, actor: User, fusion_id: uuid.UUID, changes: Mapping[str, Any]) -> FusionArtwork:
    """The same pictures with ``changes`` (blend_mode, layout, options) laid over the old settings.

    What failed or was cancelled goes on as itself; anything else that ended becomes a new fusion.
    """
    old = FusionArtwork.objects.editable_by(actor).select_related("creator", "circle").filter(pk=fusion_id).first()
    if old is None:
        raise NotFound()
    if old.state in UNFINISHED:
        raise Conflict("This has not ended yet.", suggestion="Wait for it, or cancel it first.")
    layout = changes.get("layout", old.layout)
    kept = {name: value for name, value in old.options.items() if name != "placements" or layout == "free"}
    settings = {
        "layout": layout,
        "blend_mode": changes.get("blend_mode", old.blend_mode),
        "wanted": kept | dict(changes.get("options", {})),
    }
    if old.state in GOES_ON:
        return _go_on(old, **settings)
    source_ids = [source.source_id for source in old.sources.all()]  # type: ignore[attr-defined]
    return make_fusion(
        actor=actor, fusion_type=old.fusion_type, source_ids=source_ids, circle_id=old.circle_id, title=old.title,
        retry_of=old, **settings,
    )  # fmt: skip


def start_waiting(fusion_id: uuid.UUID) -> State | None:
    """Start a waiting fusion if nothing is missing any more, or end it when that can no longer come true.

    Returns its state, None when it waits no more. Asked after every answer, and by the reconciler should that be lost.
    """
    with transaction.atomic():
        fusion = FusionArtwork.objects.waiting().select_related("creator", "circle").filter(pk=fusion_id).first()
        verdict = _verdict(fusion) if fusion else None
        if fusion is None or verdict is State.WAITING:
            return verdict
        # Consents are locked before fusions.
        permissions = gate.require(fusion, gate.artworks_of(fusion)) if verdict is State.MAKING else []
        if not FusionArtwork.objects.waiting().select_for_update(no_key=True).filter(pk=fusion_id):
            return None
        if verdict is State.MAKING and gate.is_as_remembered(fusion, permissions):
            gate.remember(fusion, permissions)
            _submit(fusion)
            return verdict
        return _end(fusion, is_refused=verdict is State.REFUSED)


def start_all_waiting() -> int:
    """The reconciler's twin of an answer; returns how many moved on."""
    moved = 0
    for fusion_id in FusionArtwork.objects.waiting().order_by("created_at").values_list("pk", flat=True)[:SWEPT_MOST]:
        try:
            moved += start_waiting(fusion_id) not in {None, State.WAITING}
        except QueueFull:
            break
        except AureoleError as error:
            log.info("fusion.not_started", fusion_id=str(fusion_id), reason=error.error_code)
    return moved


def _verdict(fusion: FusionArtwork) -> State:
    """Where a waiting fusion goes: MAKING, an end, or WAITING on."""
    try:
        artworks = gate.artworks_of(fusion)
    except gate.SourceGone:
        return State.WITHDRAWN
    absent = gate.missing(fusion, artworks)
    ends = {one.state for one in absent} & gate.OVER
    if ends:
        return State.REFUSED if "refused" in ends else State.WITHDRAWN
    return State.WAITING if absent else State.MAKING


def _end(fusion: FusionArtwork, *, is_refused: bool) -> State:
    if is_refused:
        close(fusion, State.REFUSED, REFUSED, code="consent_refused")
    else:
        close(fusion, State.WITHDRAWN, GONE, code="permission_gone")
    return State(fusion.state)


def _go_on(fusion: FusionArtwork, *, layout: str, blend_mode: str, wanted: Mapping[str, Any]) -> FusionArtwork:
    """The same work once more: permissions are asked for as if it were new."""
    artworks = gate.artworks_of(fusion)
    refuse_taken_out(fusion, artworks)
    sources = fusion.sources.select_related("artwork", "made_of")  # type: ignore[attr-defined]
    _set(fusion, [Chosen(one.artwork, one.made_of) for one in sources], layout, blend_mode, wanted)
    settings = {"layout": fusion.layout, "blend_mode": fusion.blend_mode, "options": fusion.options}
    with transaction.atomic():
        absent = _ask(fusion, artworks)
        permissions = gate.require(fusion, _without(artworks, absent))
        if not fusion.move(GOES_ON, State.WAITING, message="", error_code="", ended_at=None, job=None, **settings):
            raise Conflict("This has been started again already.", suggestion="Wait for it, or cancel it first.")
        fusion.permissions.all().delete()  # type: ignore[attr-defined]
        gate.remember(fusion, permissions)
        if not absent:
            _submit(fusion)
    return fusion


def _submit(fusion: FusionArtwork) -> None:
    """The fusion's row is locked, or new."""
    job = jobs.submit(actor=fusion.creator, kind=fusion.fusion_type, label=str(fusion), subject_id=fusion.pk)
    fusion.move((State.WAITING,), State.MAKING, job=job)
    tell(fusion)


def _set(
    fusion: FusionArtwork, chosen: Sequence[Chosen], layout: str, blend_mode: str, wanted: Mapping[str, Any]
) -> None:
    fusion.layout, fusion.blend_mode = layout, blend_mode
    fusion.options = options.cleaned(fusion.fusion_type, layout, len(chosen), wanted)
    for one, part in zip(chosen, fusion.options.get("parts", []), strict=False):
        if part["mask"] and not _masks_of(fusion.creator, one).filter(pk=part["mask"]).exists():
            raise Refused(fields={"options": {"parts": ["There is no such mask of this artwork."]}})


def _masks_of(creator: User, one: Chosen) -> QuerySet[FusionMask]:
    """A mask named in options is this person's own, and of that very artwork."""
    return FusionMask.objects.visible_to(creator).filter(artwork=one.artwork, artwork__isnull=False)


def _ask(fusion: FusionArtwork, artworks: Sequence[Artwork]) -> list[Missing]:
    """Ask everybody whose word is missing, in one go; returns what was missing."""
    absent = gate.missing(fusion, artworks)
    wanted = {one.artwork_id for one in absent}
    if wanted:
        request_consents(
            actor=fusion.creator,
            artworks=[artwork for artwork in artworks if artwork.pk in wanted],
            purpose=Purpose(fusion.fusion_type),
            circle=fusion.circle,
            work=fusion.pk,
        )
    return absent


def _without(artworks: Sequence[Artwork], absent: Sequence[Missing]) -> list[Artwork]:
    lacking = {one.artwork_id for one in absent}
    return [artwork for artwork in artworks if artwork.pk not in lacking]


def _write_sources(fusion: FusionArtwork, chosen: Sequence[Chosen], artworks: Sequence[Artwork]) -> None:
    FusionSource.objects.bulk_create(
        FusionSource(fusion=fusion, position=place, artwork=one.artwork, made_of=one.fusion, source_id=one.pk)
        for place, one in enumerate(chosen)
    )
    FusionPart.objects.bulk_create(
        FusionPart(fusion=fusion, artwork=artwork, part_id=artwork.pk) for artwork in artworks
    )


def _earlier(actor: User, key: str | None, request_hash: str) -> FusionArtwork | None:
    found = FusionArtwork.objects.editable_by(actor).filter(idempotency_key=key).first() if key else None
    if found is not None and found.request_hash != request_hash:
        raise Conflict(
            "This idempotency key was used for another request.",
            suggestion="Send a new key with a new request.",
            code="idempotency_conflict",
        )
    return found
