"""One thing of each kind, belonging to somebody: what the rows of the matrix are about."""

import io
import secrets
import uuid
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from artworks.actions.sharing import share_items
from artworks.models import Artwork, ArtworkFile
from circles.actions.circle_invitations import make_invitation
from circles.actions.circles import create_circle
from circles.actions.opt_ins import opt_in
from circles.models import Block, Circle, DeviceToken, Membership, Report, SiteInvitation, User
from circles.notices import NOTICES
from consent.actions.answering import grant_consent
from consent.actions.asking import request_consents
from consent.models import Consent
from fusion.models import FusionArtwork, FusionFile, FusionPart, FusionPermission, FusionSource
from photos.models import CircleShare, Original, Photo, Rendition, Upload
from processing.models import Job, JobFile
from processing.states import State


def photo_of(owner: User, **fields: Any) -> Photo:
    now = timezone.now()
    key = default_storage.save(f"originals/{uuid.uuid4()}", ContentFile(b"0123456789"))
    original = Original.objects.create(
        owner=owner, key=key, sha256=uuid.uuid4().hex * 2, byte_size=10, content_type="image/png"
    )
    return Photo.objects.create(
        owner=owner, original=original, filename="a.png", sort_at=now, month=now.date().replace(day=1), **fields
    )


def photo(owner: User) -> dict[str, Any]:
    return {"photo_id": photo_of(owner).pk}


def ready_photo(owner: User) -> dict[str, Any]:
    return {"photo_id": photo_of(owner, state=Photo.State.READY).pk}


def styled_photo(owner: User) -> dict[str, Any]:
    return ready_photo(owner) | {"style": "oil"}


def binned_photo(owner: User) -> dict[str, Any]:
    return {"photo_id": photo_of(owner, deleted_at=timezone.now()).pk}


def thumb(owner: User) -> dict[str, Any]:
    found = photo_of(owner, state=Photo.State.READY)
    key = default_storage.save(f"ingest/{uuid.uuid4()}/256.webp", ContentFile(b"0123456789"))
    Rendition.objects.create(
        photo=found, size=256, format="webp", key=key, width=256, height=192, byte_size=10, renderer_version=1
    )
    return {"photo_id": found.pk, "size": 256, "form": "webp"}


def job_of(owner: User, **fields: Any) -> Job:
    fields = {"kind": "ingest"} | fields
    return Job.objects.create(owner=owner, label="a.png", subject_id=photo_of(owner).pk, **fields)


def job(owner: User) -> dict[str, Any]:
    return {"job_id": job_of(owner).pk}


def failed_job(owner: User) -> dict[str, Any]:
    return {"job_id": job_of(owner, state=State.FAILED, error_type="server_error").pk}


def job_file(owner: User) -> dict[str, Any]:
    found = job_of(owner, state=State.COMPLETED)
    key = default_storage.save(f"ingest/{found.pk}/{uuid.uuid4()}/mask.png", ContentFile(b"0123456789"))
    JobFile.objects.create(
        job=found, lease_token=uuid.uuid4(), name="mask.png", key=key, byte_size=10, status=JobFile.Status.PUBLISHED
    )
    return {"job_id": found.pk, "name": "mask.png"}


def render(owner: User) -> dict[str, Any]:
    return {"job_id": Job.objects.create(owner=owner, kind="render", options={"image_url": "https://a.example/"}).pk}


def render_result(owner: User) -> dict[str, Any]:
    found = Job.objects.create(owner=owner, kind="render", state=State.COMPLETED)
    artwork = Artwork.objects.create(owner=owner, kind="render", job=found, version="render-1", width=8, height=6)
    key = default_storage.save(f"render/{found.pk}/{uuid.uuid4()}/result.jpg", ContentFile(b"0123456789"))
    ArtworkFile.objects.create(artwork=artwork, name="result.jpg", key=key, byte_size=10, content_type="image/jpeg")
    return {"job_id": found.pk}


def token(owner: User) -> dict[str, Any]:
    return {"token_id": DeviceToken.objects.create(user=owner, device="phone")[0].id}


def browser(owner: User) -> dict[str, Any]:
    row = UserSession.objects.create(user=owner, session_key=uuid.uuid4().hex, ip="127.0.0.1", user_agent="a browser")
    return {"session_id": row.pk}


def invitation(owner: User) -> dict[str, Any]:
    row = SiteInvitation.objects.create(
        token_hash=uuid.uuid4().hex, made_by=owner, expires_at=timezone.now() + timedelta(days=1)
    )
    return {"invitation_id": row.pk}


def circle_of(owner: User) -> Circle:
    return create_circle(actor=owner, name="The lake house", description="Summers at the lake.")


def circle(owner: User) -> dict[str, Any]:
    return {"circle_id": circle_of(owner).pk}


def blocked(owner: User) -> dict[str, Any]:
    """Somebody whom the owner blocked."""
    somebody = User.objects.create(email=f"{uuid.uuid4()}@example.com", name="Dora")
    Block.objects.create(blocker=owner, blocked=somebody)
    return {"person_id": somebody.pk}


def report(owner: User) -> dict[str, Any]:
    row = Report.objects.create(
        reporter=owner, kind="item", subject_id=uuid.uuid4(), title="A photo by Dora", reason="hurts"
    )
    return {"report_id": row.pk}


def shared_item(owner: User) -> dict[str, Any]:
    """A photo of the owner's, shared into a circle of theirs."""
    found = circle_of(owner)
    membership = Membership.objects.get(circle=found, user=owner)
    share = CircleShare.objects.create(membership=membership, photo_id=ready_photo(owner)["photo_id"])
    return {"circle_id": found.pk, "item_id": share.pk}


def member(owner: User) -> dict[str, Any]:
    """Somebody in a circle of the owner's."""
    somebody = User.objects.create(email=f"{uuid.uuid4()}@example.com", name="Dora")
    found = Membership.objects.create(circle=circle_of(owner), user=somebody)
    return {"circle_id": found.circle_id, "person_id": somebody.pk}


def circle_invitation(owner: User) -> dict[str, Any]:
    return {"invitation_id": make_invitation(actor=owner, circle_id=circle_of(owner).pk)[0].pk}


def circle_token(owner: User) -> dict[str, Any]:
    """A link into somebody else's circle that only this person's address opens."""
    somebody = User.objects.create(email=f"{uuid.uuid4()}@example.com", name="Dora")
    made = make_invitation(actor=somebody, circle_id=circle_of(somebody).pk, email=owner.email)
    return {"token": made[1]}


def upload_part(owner: User) -> dict[str, Any]:
    return upload(owner) | {"number": 1}


def upload(owner: User) -> dict[str, Any]:
    row = Upload.objects.create(
        owner=owner,
        filename="a.png",
        byte_size=10,
        part_size=10,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    return {"upload_id": row.pk}


def artwork_of(owner: User) -> Artwork:
    opt_in(actor=owner, purpose="iris", version=NOTICES["iris"].version)
    circle = {"cx": 4.0, "cy": 4.0, "a": 2.0, "b": 2.0, "angle": 0.0}
    outlines = {"pupil": circle, "limbus": circle | {"a": 3.0, "b": 3.0}}
    found = photo_of(owner, state=Photo.State.READY, width=8, height=6)
    return Artwork.objects.create(
        owner=owner, photo=found, kind="iris", version="iris-1", width=8, height=8, geometry=outlines
    )


def question_to(owner: User) -> Consent:
    """Somebody in a circle of the owner's asks for an artwork of theirs."""
    here = circle_of(owner)
    somebody = User.objects.create(email=f"{uuid.uuid4()}@example.com", name="Dora")
    Membership.objects.create(circle=here, user=somebody)
    found = artwork_of(owner)
    Artwork.objects.filter(pk=found.pk).update(whose="me", subject=owner, is_consent_ready=True)
    key = default_storage.save(f"iris/{uuid.uuid4()}/512.webp", ContentFile(b"0123456789"))
    ArtworkFile.objects.create(artwork=found, name="512.webp", key=key, byte_size=10, content_type="image/webp")
    share_items(actor=owner, circle_id=here.pk, artwork_ids=[found.pk])
    return request_consents(actor=somebody, artworks=[found], purpose="fusion", circle=here)[0]


def question(owner: User) -> dict[str, Any]:
    return {"consent_id": question_to(owner).pk}


def given(owner: User) -> dict[str, Any]:
    found = question_to(owner)
    return {"consent_id": grant_consent(actor=owner, consent_id=found.pk).pk}


OPTIONS = {"background": "black", "enhance": 1, "engine": "network"}
TYPED = {
    f"{name}_{key}": 3 if name == "limbus" else 2 for name in ("pupil", "limbus") for key in ("cx", "cy", "a", "b")
}


def iris_job(owner: User) -> dict[str, Any]:
    found = photo_of(owner, state=Photo.State.READY)
    return {"job_id": Job.objects.create(owner=owner, kind="iris", label="a.png", subject_id=found.pk).pk}


def layers_job(owner: User) -> dict[str, Any]:
    return {"job_id": job_of(owner, kind="layers", options={"num_layers": 4}).pk}


def layers_file(owner: User) -> dict[str, Any]:
    made = artwork_file(owner, "depth.png")
    kept = {"state": State.COMPLETED, "result": {"artwork_id": str(made["artwork_id"])}}
    return {"job_id": job_of(owner, kind="layers", **kept).pk, "name": "depth.png"}


def artwork(owner: User) -> dict[str, Any]:
    return {"artwork_id": artwork_of(owner).pk}


def artwork_file(owner: User, name: str = "mask.png") -> dict[str, Any]:
    found = artwork_of(owner)
    key = default_storage.save(f"iris/{uuid.uuid4()}/{uuid.uuid4()}/{name}", ContentFile(b"0123456789"))
    ArtworkFile.objects.create(artwork=found, name=name, key=key, byte_size=10, content_type="image/png")
    return {"artwork_id": found.pk, "name": name}


def artwork_thumb(owner: User) -> dict[str, Any]:
    return {"artwork_id": artwork_file(owner, "256.webp")["artwork_id"], "size": 256, "form": "webp"}


def fusion_of(owner: User, creator: User | None = None) -> FusionArtwork:
    """A finished one with an artwork of the owner's in it."""
    made = FusionArtwork.objects.create(
        creator=creator or owner, fusion_type="fusion", blend_mode="multiband", layout="overlap", state="ready",
        options={"size": 256, "background": "#000000", "placements": [], "parts": []}, width=8, height=8,
    )  # fmt: skip
    artworks = [artwork_of(owner), artwork_of(owner)]
    for place, one in enumerate(artworks):
        FusionSource.objects.create(fusion=made, position=place, artwork=one, source_id=one.pk)
        FusionPart.objects.create(fusion=made, artwork=one, part_id=one.pk)
    return made


def fusion(owner: User) -> dict[str, Any]:
    return {"fusion_id": fusion_of(owner).pk}


def published_fusion(owner: User) -> dict[str, Any]:
    """Somebody else's, in a circle of the owner's."""
    there = member(owner)
    made = fusion_of(owner, User.objects.get(pk=there["person_id"]))
    FusionArtwork.objects.filter(pk=made.pk).update(circle=there["circle_id"])
    return {"circle_id": there["circle_id"], "fusion_id": made.pk}


def fusion_with_mine(owner: User) -> dict[str, Any]:
    """Somebody else's, for which the owner of an artwork in it agreed."""
    somebody = User.objects.create(email=f"{uuid.uuid4()}@example.com", name="Dora")
    made = fusion_of(owner, somebody)
    part = FusionPart.objects.filter(fusion=made)[0]
    consent = Consent.objects.create(
        granter=owner, requester=somebody, recipient=somebody, artwork=part.artwork, artwork_ref=part.part_id,
        scope="work", work_id=made.pk, purpose="fusion", state="granted", notice_version="1",
    )  # fmt: skip
    FusionPermission.objects.create(fusion=made, consent_id=consent.pk, epoch=1, artwork_id=part.part_id)
    return {"fusion_id": made.pk}


def fusion_file(owner: User, name: str = "result.jpg") -> dict[str, Any]:
    made = fusion_of(owner)
    key = default_storage.save(f"fusion/{uuid.uuid4()}/{uuid.uuid4()}/{name}", ContentFile(b"0123456789"))
    FusionFile.objects.create(fusion=made, name=name, key=key, byte_size=10, content_type="image/jpeg")
    return {"fusion_id": made.pk, "name": name}


def fusion_thumb(owner: User) -> dict[str, Any]:
    return {"fusion_id": fusion_file(owner, "256.webp")["fusion_id"], "size": 256, "form": "webp"}


def _png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 255).save(buffer, "PNG")
    return buffer.getvalue()


MASK = _png(8, 6)
SQUARE = _png(8, 8)


def absent(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same address for a thing that does not exist."""
    return {name: _other(name, value) for name, value in kwargs.items()}


def _other(name: str, value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    if name == "token":
        return secrets.token_urlsafe(32)
    return value + 1_000_000 if name.endswith("_id") else value
