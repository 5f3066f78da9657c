"""Who may open what: one row for every route, by its path. A route without a row fails the test.

Kinds of rows:

* ``Public``    anybody, signed in or not
* ``Visitors``  meant for people who are not signed in yet (sign-in, reset); the others are sent on
* ``SignedIn``  anonymous is refused; anybody else gets their own things
* ``Own``       about one thing: its owner may; a stranger, staff and admins get exactly what an absent thing answers
* ``Signed``    opened by a signature in the address, not by a person
* ``Staff``     staff only
* ``Operators`` from this machine or with the operators' token only
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access import things

Maker = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Public:
    kwargs: dict[str, Any] = field(default_factory=dict)
    answers: int = 200


@dataclass(frozen=True)
class Visitors:
    kwargs: dict[str, Any] = field(default_factory=dict)
    method: str = "get"
    answers: int = 200


@dataclass(frozen=True)
class SignedIn:
    kwargs: dict[str, Any] = field(default_factory=dict)
    method: str = "get"
    signs_out: bool = False


@dataclass(frozen=True)
class Own:
    """``make(alice)`` gives the URL's keyword arguments for a thing of alice's; ``method`` is one that opens it."""

    make: Maker
    method: str = "get"
    body: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""
    type: str = ""


@dataclass(frozen=True)
class Signed:
    make: Maker


@dataclass(frozen=True)
class Staff:
    """The people who run the door; a member is told that there is nothing."""

    make: Maker = field(default=lambda owner: {})
    method: str = "get"


@dataclass(frozen=True)
class Operators:
    kwargs: dict[str, Any] = field(default_factory=dict)


Row = Public | Visitors | SignedIn | Own | Signed | Staff | Operators

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

ROWS: dict[str, Row] = {
    "": SignedIn(),
    "favourites": SignedIn(),
    "bin": SignedIn(),
    "jobs": SignedIn(),
    "studio": SignedIn(),
    "studio/iris": SignedIn(),
    "studio/iris/agree": SignedIn(method="post"),
    "studio/iris/chosen": SignedIn(method="post"),
    "studio/photos/<uuid:photo_id>": Own(things.ready_photo),
    "studio/iris/<uuid:photo_id>": Own(things.ready_photo),
    "studio/iris/<uuid:photo_id>/circles": Own(things.ready_photo),
    "studio/enhance/<uuid:photo_id>": Own(things.ready_photo, "post"),
    "studio/layers/<uuid:photo_id>": Own(things.ready_photo, "post"),
    "studio/as-it-is/<uuid:photo_id>": Own(things.ready_photo, "post"),
    "studio/painterly/<uuid:photo_id>": Own(things.ready_photo),
    "studio/painterly/<uuid:photo_id>/cards/<slug:style>": Own(things.styled_photo),
    "studio/jobs/<uuid:job_id>": Own(things.iris_job),
    "studio/render/<uuid:photo_id>": Own(things.ready_photo),
    "artworks": SignedIn(),
    "artworks/<uuid:artwork_id>": Own(things.artwork),
    "artworks/<uuid:artwork_id>/again": Own(things.artwork, "post", things.OPTIONS),
    "artworks/<uuid:artwork_id>/outlines": Own(things.artwork, "post", things.TYPED),
    "artworks/<uuid:artwork_id>/mask": Own(things.artwork, "post"),
    "artworks/<uuid:artwork_id>/whose": Own(things.artwork, "post", {"whose": "me"}),
    "artworks/<uuid:artwork_id>/words": Own(things.artwork, "post"),
    "artworks/<uuid:artwork_id>/offer": Own(things.artwork, "post"),
    "artworks/<uuid:artwork_id>/delete": Own(things.artwork, "post"),
    "fusion": SignedIn(),
    "fusion/new": SignedIn(),
    "fusion/asking": SignedIn(),
    "fusion/<uuid:fusion_id>": Own(things.fusion),
    "fusion/<uuid:fusion_id>/cancel": Own(things.fusion, "post"),
    "fusion/<uuid:fusion_id>/again": Own(things.fusion, "post"),
    "fusion/<uuid:fusion_id>/delete": Own(things.fusion, "post"),
    "fusion/<uuid:fusion_id>/take-out": Own(things.fusion_with_mine, "post"),
    "accounts/login/": Visitors(),
    "accounts/logout/": Public(answers=302),
    "accounts/inactive/": Public(),
    "accounts/signup/": Visitors(),
    "accounts/reauthenticate/": SignedIn(),
    "accounts/email/": SignedIn(),
    "accounts/confirm-email/": Public(),
    "accounts/password/change/": SignedIn(),
    "accounts/password/set/": SignedIn(),
    "accounts/password/reset/": Visitors(),
    "accounts/login/code/confirm/": Visitors(answers=302),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": Public({"key": "nothing"}),
    "accounts/password/reset/key/done/": Public(),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Public({"uidb36": "1", "key": "no"}),
    "accounts/password/reset/done/": Public(),
    "accounts/2fa/": SignedIn(),
    "accounts/2fa/authenticate/": Visitors(answers=302),
    "accounts/2fa/reauthenticate/": SignedIn(),
    "accounts/2fa/totp/activate/": SignedIn(),
    "accounts/2fa/totp/deactivate/": SignedIn(),
    "accounts/2fa/recovery-codes/": SignedIn(),
    "accounts/2fa/recovery-codes/generate/": SignedIn(),
    "accounts/2fa/recovery-codes/download/": SignedIn(),
    "api/v1/schema/": Public(),
    "api/v1/docs/": Public(),
    "api/v1/redoc/": Public(),
    "accounts/sessions/": Public(answers=302),
    "join/<str:token>": Public({"token": "nothing"}, answers=404),
    "circles": SignedIn(),
    "circles/<uuid:circle_id>": Own(things.circle),
    "circles/<uuid:circle_id>/edit": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/delete": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/leave": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/handover": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/invite": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/members/<uuid:person_id>/role": Own(things.member, "post"),
    "circles/<uuid:circle_id>/members/<uuid:person_id>/remove": Own(things.member, "post"),
    "circles/<uuid:circle_id>/items": Own(things.circle),
    "circles/<uuid:circle_id>/items/unshare": Own(things.circle, "post"),
    "circles/<uuid:circle_id>/items/<uuid:item_id>": Own(things.shared_item),
    "circles/<uuid:circle_id>/items/<uuid:item_id>/report": Own(things.shared_item),
    "circles/<uuid:circle_id>/fusions/<uuid:fusion_id>/report": Own(things.published_fusion),
    "circles/<uuid:circle_id>/members/<uuid:person_id>/block": Own(things.member, "post"),
    "settings/safety": SignedIn(),
    "settings/safety/blocked/<uuid:person_id>/unblock": Own(things.blocked, "post"),
    "circles/<uuid:circle_id>/picture": Own(things.circle, "post"),
    "share": SignedIn(),
    "invitations/<uuid:invitation_id>/revoke": Own(things.circle_invitation, "post"),
    "consents": SignedIn(),
    "notifications": SignedIn(),
    "consents/<uuid:consent_id>/grant": Own(things.question, "post"),
    "consents/<uuid:consent_id>/refuse": Own(things.question, "post"),
    "consents/<uuid:consent_id>/revoke": Own(things.given, "post"),
    "settings": SignedIn(),
    "settings/devices": SignedIn(),
    "settings/devices/tokens": SignedIn(method="post"),
    "settings/devices/tokens/<uuid:token_id>/revoke": Own(things.token, "post"),
    "settings/devices/browsers/<int:session_id>/end": Own(things.browser, "post"),
    "settings/devices/sign-out-everywhere": SignedIn(method="post", signs_out=True),
    "settings/webhooks": SignedIn(),
    "settings/webhooks/show": SignedIn(method="post"),
    "settings/webhooks/renew": SignedIn(method="post"),
    "settings/invitations": Staff(),
    "settings/invitations/<uuid:invitation_id>/revoke": Staff(things.invitation, "post"),
    "settings/delete": SignedIn(),
    "jobs/retry-failed": SignedIn(method="post"),
    "jobs/clear-done": SignedIn(method="post"),
    "jobs/<uuid:job_id>/row": Own(things.job),
    "jobs/<uuid:job_id>/cancel": Own(things.job, "post"),
    "jobs/<uuid:job_id>/retry": Own(things.failed_job, "post"),
    "jobs/<uuid:job_id>/delete": Own(things.job, "post"),
    "api/v1/auth/token": Visitors(method="post", answers=400),
    "api/v1/auth/tokens": SignedIn(),
    "api/v1/auth/tokens/<uuid:token_id>": Own(things.token),
    "api/v1/auth/signup": Visitors(method="post", answers=400),
    "api/v1/auth/reset": Visitors(method="post", answers=400),
    "api/v1/auth/ticket": SignedIn(method="post"),
    "api/v1/me": SignedIn(),
    "api/v1/me/opt-ins": SignedIn(),
    "api/v1/me/opt-ins/<str:purpose>": SignedIn({"purpose": "iris"}),
    "api/v1/me/blocks": SignedIn(),
    "api/v1/me/blocks/<uuid:person_id>": Own(things.blocked, "delete"),
    "api/v1/reports": SignedIn(),
    "api/v1/reports/<uuid:report_id>": Own(things.report),
    "api/v1/circles": SignedIn(),
    "api/v1/circles/<uuid:circle_id>": Own(things.circle),
    "api/v1/circles/<uuid:circle_id>/members": Own(things.circle),
    "api/v1/circles/<uuid:circle_id>/members/<uuid:person_id>": Own(things.member),
    "api/v1/circles/<uuid:circle_id>/leave": Own(things.circle, "post"),
    "api/v1/circles/<uuid:circle_id>/handover": Own(things.circle, "post", {"person_id": str(uuid.uuid4())}),
    "api/v1/circles/<uuid:circle_id>/feed": Own(things.circle),
    "api/v1/circles/<uuid:circle_id>/picture": Own(things.circle, "delete"),
    "api/v1/circles/<uuid:circle_id>/items": Own(things.circle),
    "api/v1/circles/<uuid:circle_id>/items/<uuid:item_id>": Own(things.shared_item),
    "api/v1/circles/<uuid:circle_id>/invitations": Own(things.circle),
    "api/v1/invitations/<uuid:invitation_id>": Own(things.circle_invitation),
    "api/v1/invitations/<str:token>/accept": Own(things.circle_token, "post"),
    "api/v1/consents": SignedIn(),
    "api/v1/notifications": SignedIn(),
    "api/v1/consents/request": SignedIn(method="post"),
    "api/v1/consents/<uuid:consent_id>": Own(things.question),
    "api/v1/consents/<uuid:consent_id>/grant": Own(things.question, "post"),
    "api/v1/consents/<uuid:consent_id>/refuse": Own(things.question, "post"),
    "api/v1/consents/<uuid:consent_id>/revoke": Own(things.given, "post"),
    "api/v1/consents/<uuid:consent_id>/receipt": Own(things.given),
    "api/v1/consents/<uuid:consent_id>/picture": Own(things.question),
    "api/v1/preview": SignedIn(method="post"),
    "api/v1/photos/<uuid:photo_id>/artwork": Own(things.ready_photo, "post"),
    "api/v1/artworks": SignedIn(),
    "api/v1/artworks/<uuid:artwork_id>": Own(things.artwork),
    "api/v1/artworks/<uuid:artwork_id>/subject": Own(things.artwork, "put", {"whose": "me"}),
    "api/v1/artworks/<uuid:artwork_id>/reprocess": Own(things.artwork, "post"),
    "api/v1/artworks/<uuid:artwork_id>/geometry": Own(things.artwork, "patch"),
    "api/v1/artworks/<uuid:artwork_id>/mask": Own(things.artwork, "put", content=things.MASK, type="image/png"),
    rf"api/v1/^artworks/(?P<artwork_id>{UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$": Own(
        things.artwork_thumb
    ),
    "api/v1/artworks/<uuid:artwork_id>/files/<str:name>": Own(things.artwork_file),
    "api/v1/fusion": SignedIn(),
    "api/v1/composition": SignedIn(method="post"),
    "api/v1/fusion/<uuid:fusion_id>": Own(things.fusion),
    "api/v1/fusion/<uuid:fusion_id>/cancel": Own(things.fusion, "post"),
    "api/v1/fusion/<uuid:fusion_id>/retry": Own(things.fusion, "post"),
    rf"api/v1/^fusion/(?P<fusion_id>{UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$": Own(
        things.fusion_thumb
    ),
    "api/v1/fusion/<uuid:fusion_id>/files/<str:name>": Own(things.fusion_file),
    "api/v1/fusion/masks/<uuid:artwork_id>": Own(things.artwork, "put", content=things.SQUARE, type="image/png"),
    "api/v1/circles/<uuid:circle_id>/fusions": Own(things.circle),
    "api/v1/jobs": SignedIn(),
    "api/v1/jobs/upload": SignedIn(method="post"),
    "api/v1/jobs/<uuid:job_id>": Own(things.layers_job),
    "api/v1/jobs/<uuid:job_id>/download/<str:name>": Own(things.layers_file),
    "api/v1/processing/jobs": SignedIn(),
    "api/v1/processing/jobs/<uuid:job_id>": Own(things.job),
    "api/v1/processing/jobs/<uuid:job_id>/cancel": Own(things.job, "post"),
    "api/v1/processing/jobs/<uuid:job_id>/reprocess": Own(things.failed_job, "post"),
    "api/v1/processing/jobs/<uuid:job_id>/files/<str:name>": Own(things.job_file),
    "api/v1/render/jobs": SignedIn(method="post"),
    "api/v1/render/webhook-secret": SignedIn(),
    "api/v1/render/textures": SignedIn(),
    "api/v1/render/textures/<slug:name>.webp": SignedIn({"name": "brick"}),
    "api/v1/render/jobs/<uuid:job_id>": Own(things.render),
    "api/v1/render/jobs/<uuid:job_id>/result.jpg": Own(things.render_result),
    "api/v1/processing/submit": SignedIn(method="post"),
    "api/v1/processing/batch": SignedIn(method="post"),
    "api/v1/uploads/presign": SignedIn(method="post"),
    "api/v1/uploads/<uuid:upload_id>": Own(things.upload),
    "api/v1/uploads/<uuid:upload_id>/complete": Own(things.upload, "post"),
    "api/v1/uploads/<uuid:upload_id>/parts/<int:number>": Signed(things.upload_part),
    "api/v1/uploads/<uuid:upload_id>/content": Signed(things.upload),
    "api/v1/photos": SignedIn(),
    "api/v1/photos/bulk": SignedIn(method="post"),
    "api/v1/photos/<uuid:photo_id>": Own(things.photo),
    "api/v1/photos/<uuid:photo_id>/restore": Own(things.binned_photo, "post"),
    "api/v1/photos/<uuid:photo_id>/references": Own(things.ready_photo, "post"),
    "api/v1/photos/<uuid:photo_id>/original": Own(things.photo),
    rf"api/v1/^photos/(?P<photo_id>{UUID})/thumb/(?P<size>256|512|1024)\.(?P<form>webp|avif|jpeg)$": Own(things.thumb),
    "api/v1/timeline": SignedIn(),
    "api/v1/timeline/<str:month>": SignedIn({"month": "2026-10"}),
    "api/v1/map": SignedIn(),
    "livez": Public(),
    "readyz": Public(),
    "health": Operators(),
    "metrics": Operators(),
    "search": SignedIn(),
    "upload": SignedIn(method="post"),
    "photos/bulk": SignedIn(method="post"),
    "photos/<uuid:photo_id>": Own(things.photo),
    "photos/<uuid:photo_id>/edit": Own(things.photo, "post"),
    "photos/<uuid:photo_id>/remake": Own(things.ready_photo, "post"),
}

# What each socket does to whom is tested in tests/processing_web; the last one closes whatever has no address.
SOCKETS = {
    "/",
    "/ws/me",
    "/ws/jobs/<uuid:job_id>",
}
