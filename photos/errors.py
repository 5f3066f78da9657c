"""What can go wrong with photos and uploads, in sentences. The class says code, HTTP status and way out."""

import uuid

from processing.errors import Conflict, NotFound, QualityIssue, Refused, TransientError


class TooLarge(Refused):
    code = "too_large"
    status = 413
    detail = "This file is larger than this server takes."
    suggestion = "Save a smaller version of the picture, or ask the person who runs this server to raise the limit."


class UnsupportedFormat(Refused):
    code = "unsupported_format"
    status = 415
    detail = "This kind of file is not a picture Aureole can keep."
    suggestion = "Choose a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF picture."


class QuotaExceeded(Refused):
    code = "quota_exceeded"
    status = 507
    detail = "There is not enough room left in your library for this file."
    suggestion = "Empty your bin or delete photos you no longer need, or ask for more room."


class StorageFull(TransientError):
    code = "storage_full"
    status = 507
    detail = "This server's disk is full."
    suggestion = "Tell the person who runs this server, and try again later."


class Duplicate(Conflict):
    """The owner already keeps these bytes; never said about anybody else's photos."""

    code = "duplicate"
    detail = "You already have this photo."
    suggestion = "Skip it, or add it as a reference to the photo you have."

    def __init__(self, photo_id: uuid.UUID) -> None:
        super().__init__(extra={"photo_id": str(photo_id)})
        self.photo_id = photo_id


class InBin(Conflict):
    code = "in_bin"
    detail = "You already have this photo; it lies in your bin."
    suggestion = "Restore it from the bin instead of uploading it again."

    def __init__(self, photo_id: uuid.UUID) -> None:
        super().__init__(extra={"photo_id": str(photo_id)})


class ChecksumMismatch(QualityIssue):
    code = "checksum_mismatch"
    detail = "What arrived is not what was announced: the file changed or was damaged on the way."
    suggestion = "Send the parts again, or start the upload anew."


class CorruptImage(QualityIssue):
    code = "corrupt_image"
    detail = "This file is not a picture, or it is damaged."
    suggestion = "Open it on your device to see whether it is whole, and save it again before uploading."


class PartsMissing(Conflict):
    code = "parts_missing"
    detail = "Some parts of the file have not arrived yet."
    suggestion = "Send the missing parts, then complete the upload again."

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(extra={"missing_parts": numbers})


class UploadClosed(Conflict):
    code = "upload_closed"
    detail = "This upload has ended."
    suggestion = "Start a new upload of the file."


class WrongLength(Refused):
    code = "wrong_length"
    detail = "The part has another size than the announced file asks for."
    suggestion = "Send each part whole: part_size bytes, the last one what is left."


class WrongRange(Refused):
    code = "wrong_range"
    status = 416
    detail = "The Content-Range does not fit the announced file."
    suggestion = "Send whole parts: bytes a-b/total, a being a multiple of part_size."


class LinkRefused(Refused):
    code = "link_refused"
    status = 403
    detail = "This upload link has expired, or it was changed."
    suggestion = "Ask for the upload again: it answers with fresh links, and what has arrived is kept."


class TooManyUploads(TransientError):
    code = "throttled"
    status = 429
    detail = "Too many uploads were announced in the last minute and not completed."
    suggestion = "Complete the ones you started, or wait as long as Retry-After says."


class NotReady(NotFound):
    """Told to the owner alone; everybody else gets plain not_found."""

    code = "not_ready"
    detail = "This picture is still being made."
    suggestion = "Ask again in a moment."


class IdempotencyConflict(Conflict):
    code = "idempotency_conflict"
    detail = "This Idempotency-Key was used for another request."
    suggestion = "Use a new key for a new request."
