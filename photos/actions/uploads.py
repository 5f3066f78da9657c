"""Photos on their way in: announce, receive, complete, give up."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from circles import quota
from circles.models import User
from photos.errors import (
    ChecksumMismatch,
    CorruptImage,
    Duplicate,
    IdempotencyConflict,
    InBin,
    QuotaExceeded,
    TooLarge,
    TooManyUploads,
    UploadClosed,
    WrongRange,
)
from photos.formats import content_type_of, refuse_by_name
from photos.models import Original, Photo, Upload, UploadPart
from photos.names import shown_name
from photos.querysets import first_of_month
from photos.uploads.contract import Assembled, Readable, backend
from processing import jobs
from processing.errors import NotFound, TransientError
from processing.models import FileDeletion, Job

UPLOAD_HOURS: Final = 24
UPLOADS_A_MINUTE: Final = 60
# A file is entered for deletion before it is written, and struck off when its row is saved: a crash between leaves it
# to the reconciler. The hour is far beyond what putting parts together can take.
GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Announcement:
    """What a client says about a file before sending it; ``sha256`` may be empty (plain http has no Web Crypto)."""

    filename: str
    size: int
    sha256: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class Completion:
    photo: Photo
    job: Job | None


def announce_upload(
    *, actor: User, announcement: Announcement, idempotency_key: str | None = None, request_hash: str = ""
) -> Upload:
    """An open upload for the announced file; the one already under way when the same file is announced again.

    Raises UnsupportedFormat, TooLarge, Duplicate, InBin, QuotaExceeded, TooManyUploads, IdempotencyConflict.
    """
    refuse_by_name(announcement.filename, announcement.content_type)
    if announcement.size > settings.MAX_UPLOAD_BYTES:
        raise TooLarge(f"This file is larger than the {settings.MAX_UPLOAD_SIZE_MB} MB this server takes.")
    with transaction.atomic():
        actor = _locked(actor)
        upload = _same_request(actor, idempotency_key, request_hash) or _under_way(actor, announcement)
        if upload is None:
            _refuse_duplicate(actor, announcement.sha256)
            _refuse_too_many(actor)
            _refuse_over_quota(actor, announcement.size)
            upload = _open_upload(actor, announcement, idempotency_key, request_hash)
    return _started(upload)


def _locked(person: User) -> User:
    """The person as they are now; one of their announcements and completions at a time."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _started(upload: Upload) -> Upload:
    """After the commit: a storage that cannot be reached must not hold the person's lock."""
    if upload.state == Upload.State.OPEN and not upload.remote_id:
        upload.remote_id = backend().start(upload)
        upload.save(update_fields=["remote_id"])
    return upload


def _open_upload(actor: User, announcement: Announcement, idempotency_key: str | None, request_hash: str) -> Upload:
    return Upload.objects.create(
        owner=actor,
        filename=shown_name(announcement.filename),
        byte_size=announcement.size,
        sha256=announcement.sha256.lower(),
        content_type=announcement.content_type[:100],
        part_size=settings.UPLOAD_PART_BYTES,
        expires_at=timezone.now() + timedelta(hours=UPLOAD_HOURS),
        idempotency_key=idempotency_key or None,
        request_hash=request_hash,
    )


def _same_request(actor: User, idempotency_key: str | None, request_hash: str) -> Upload | None:
    if not idempotency_key:
        return None
    known = Upload.objects.visible_to(actor).filter(idempotency_key=idempotency_key).first()
    if known and known.request_hash != request_hash:
        raise IdempotencyConflict()
    return known


def _under_way(actor: User, announcement: Announcement) -> Upload | None:
    """The same bytes announced again (a reload, a second tab) go on where they stopped."""
    if not announcement.sha256:
        return None
    same = Upload.objects.visible_to(actor).open().filter(expires_at__gt=timezone.now())
    return same.filter(
        sha256=announcement.sha256.lower(), byte_size=announcement.size, part_size=settings.UPLOAD_PART_BYTES
    ).first()


def _refuse_duplicate(actor: User, sha256: str) -> None:
    twin = twin_of(actor, sha256.lower()) if sha256 else None
    if twin is not None:
        raise duplicate_of(twin)


def twin_of(owner: User, sha256: str) -> Photo | None:
    """This person's photo of the same bytes, one in the library rather than one in the bin."""
    twins = Photo.objects.owned_by(owner).filter(original__sha256=sha256)
    return twins.in_library().newest_first().first() or twins.first()


def duplicate_of(twin: Photo) -> Duplicate | InBin:
    return Duplicate(twin.pk) if twin.deleted_at is None else InBin(twin.pk)


def _refuse_too_many(actor: User) -> None:
    """60 a minute that were not completed: who completes what they announce is never slowed."""
    now = timezone.now()
    recent = list(
        Upload.objects.visible_to(actor)
        .unfinished_since(now - timedelta(minutes=1))
        .values_list("created_at", flat=True)
    )
    if len(recent) >= UPLOADS_A_MINUTE:
        free_at = recent[len(recent) - UPLOADS_A_MINUTE] + timedelta(minutes=1)
        raise TooManyUploads(retry_after=int((free_at - now).total_seconds()) + 1)


def _refuse_over_quota(actor: User, size: int, *, reserved: int | None = None) -> None:
    found = quota.of(actor)
    waiting = Upload.objects.visible_to(actor).reserved_bytes() if reserved is None else reserved
    if found.used + waiting + size > found.allowed:
        raise QuotaExceeded(extra={"used": found.used, "allowed": found.allowed})


def find_upload(*, actor: User, upload_id: uuid.UUID) -> Upload:
    """One's own upload; NotFound for anybody else's."""
    upload = Upload.objects.visible_to(actor).filter(pk=upload_id).first()
    if upload is None:
        raise NotFound()
    return upload


def receive_bytes(*, upload_id: uuid.UUID, first: int, length: int, stream: Readable) -> Upload:
    """Stream ``length`` bytes beginning at ``first`` into parts; sending a part again replaces it.

    Raises NotFound, UploadClosed, WrongRange, WrongLength, StorageFull, StorageUnavailable. Whoever calls has checked
    the link, or the person.
    """
    store = backend()
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None:
        raise NotFound()
    numbers = parts_of_range(upload, first, length)
    for number in numbers:
        _refuse_closed(upload)
        key = store.take(upload, number, stream)
        try:
            if number == numbers[-1] and stream.read(1):
                raise TooLarge("This is more than was announced.")
            replaced = _note_part(upload, number, key) if key else ""
        except BaseException:
            store.drop(key)
            raise
        if replaced:
            store.drop(replaced)
    return upload


def _refuse_closed(upload: Upload) -> None:
    if upload.state != Upload.State.OPEN or upload.expires_at <= timezone.now():
        raise UploadClosed()


def parts_of_range(upload: Upload, first: int, length: int) -> range:
    """Whole parts only: a range must begin where a part begins and end where one ends."""
    end = first + length
    is_aligned = first % upload.part_size == 0 and (end % upload.part_size == 0 or end == upload.byte_size)
    if length <= 0 or end > upload.byte_size or not is_aligned:
        raise WrongRange()
    return range(first // upload.part_size + 1, -(-end // upload.part_size) + 1)


def _note_part(upload: Upload, number: int, key: str) -> str:
    """Save that the part arrived; returns the key it replaces, if any."""
    with transaction.atomic():
        _refuse_closed(Upload.objects.select_for_update().get(pk=upload.pk))
        replaced = UploadPart.objects.filter(upload=upload, number=number).values_list("key", flat=True).first()
        UploadPart.objects.update_or_create(
            upload=upload, number=number, defaults={"byte_size": upload.part_length(number), "key": key}
        )
    return replaced or ""


def complete_upload(*, actor: User, upload_id: uuid.UUID) -> Completion:
    """Re-read, check and keep what arrived, and start its ingest; asked again, it gives the same answer.

    Raises NotFound, UploadClosed, PartsMissing, ChecksumMismatch, CorruptImage, UnsupportedFormat, Duplicate, InBin,
    QuotaExceeded, StorageUnavailable. Queue limits never refuse it.
    """
    upload = find_upload(actor=actor, upload_id=upload_id)
    if upload.state != Upload.State.OPEN:
        return _answer(upload)
    key = f"originals/{uuid.uuid4()}"
    FileDeletion.objects.create(key=key, reason="original not kept", not_before=timezone.now() + GRACE)
    try:
        made = backend().assemble(upload, key)
        upload = _keep(actor, upload, key, made, _inspected(upload, made))
    finally:
        # Whatever is still entered for deletion was not kept: let it go now.
        FileDeletion.objects.filter(key=key).update(not_before=timezone.now())
    backend().discard(upload.pk, upload.remote_id)
    return _answer(upload)


def _inspected(upload: Upload, made: Assembled) -> str:
    if made.byte_size != upload.byte_size or (upload.sha256 and made.sha256 != upload.sha256):
        raise ChecksumMismatch()
    if not made.head:
        raise CorruptImage()
    return content_type_of(made.head)


def _keep(actor: User, upload: Upload, key: str, made: Assembled, content_type: str) -> Upload:
    """Original, photo and job in one transaction; under the owner's lock, so that quota and duplicates hold."""
    with transaction.atomic():
        actor = _locked(actor)
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.state != Upload.State.OPEN:
            return locked
        twin = twin_of(actor, made.sha256)
        if twin is not None:
            return _close(locked, Upload.State.ABORTED, twin)
        _refuse_over_quota(actor, made.byte_size, reserved=0)
        if not FileDeletion.objects.filter(key=key).delete()[0]:
            raise TransientError("Putting the file together took too long.")
        original = Original.objects.create(
            owner=actor, key=key, sha256=made.sha256, byte_size=made.byte_size, content_type=content_type
        )
        photo = _new_photo(actor, original, locked.filename)
        job = jobs.submit(actor=actor, kind="ingest", label=locked.filename, subject_id=photo.pk)
        locked.job_id = job.pk
        return _close(locked, Upload.State.COMPLETED, photo)


def _new_photo(owner: User, original: Original, filename: str) -> Photo:
    now = timezone.now()
    return Photo.objects.create(
        owner=owner, original=original, filename=filename, sort_at=now, month=first_of_month(now)
    )


def _close(upload: Upload, state: str, photo: Photo) -> Upload:
    upload.state, upload.photo, upload.completed_at = state, photo, timezone.now()
    upload.save(update_fields=["state", "photo", "completed_at", "job_id"])
    return upload


def _answer(upload: Upload) -> Completion:
    """What a finished upload says, however often it is asked."""
    if upload.photo is None:
        raise UploadClosed()
    if upload.state == Upload.State.ABORTED:
        raise duplicate_of(upload.photo)
    return Completion(photo=upload.photo, job=_job(upload))


def _job(upload: Upload) -> Job | None:
    """The ingest the completion started, unless the person has removed it since."""
    return Job.objects.filter(pk=upload.job_id).first() if upload.job_id else None


def abort_upload(*, actor: User, upload_id: uuid.UUID) -> None:
    """Give an upload up; what arrived is removed. A completed one stays as it is."""
    upload = find_upload(actor=actor, upload_id=upload_id)
    Upload.objects.open().filter(pk=upload.pk).update(state=Upload.State.ABORTED)
    upload.refresh_from_db()
    if upload.state == Upload.State.ABORTED:
        backend().discard(upload.pk, upload.remote_id)
