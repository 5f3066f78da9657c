"""Examples of the API's documentation, checked against its schema by a test."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from processing.documenting import answered, asked

_DEVICE = {
    "id": "5f2c7a0e-8f0b-4a3f-9a43-0c8b7e0f6a11",
    "device": "Alice's phone",
    "created_at": "2026-10-03T09:12:44Z",
    "last_used_at": "2026-10-04T18:01:00Z",
    "expires_at": "2027-04-01T09:12:44Z",
    "is_current": True,
}
_ME = {
    "id": "0d1f6c7a-2f0a-4b7e-8b8e-8f6f8c0d9b21",
    "email": "alice@example.com",
    "name": "Alice",
    "theme": "auto",
    "places_enabled": True,
    "quota": {"used": 1288490188, "allowed": 53687091200},
    "two_factor": True,
    "joined_at": "2026-10-01T08:00:00Z",
}
RESET_ASKED = {
    "status": "asked",
    "detail": "If this address belongs to somebody here, a link is on its way to it.",
}
SIGN_IN = [
    asked({"email": "alice@example.com", "password": "correct horse battery", "device": "Alice's phone"}),
    answered(
        {
            "token": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "id": _DEVICE["id"],
            "device": "Alice's phone",
            "expires_at": "2027-04-01T09:12:44Z",
        },
        201,
    ),
]
TOKENS = [answered({"next": None, "previous": None, "results": [_DEVICE]})]
TOKEN = [answered(_DEVICE)]
SIGN_UP = [
    asked(
        {
            "invitation": "wq1hCq4qv0n6o0Jk7mT4uN9cXk3yQbXg2kG7yJt1l5E",
            "name": "Bob",
            "email": "bob@example.com",
            "password": "correct horse battery",
        }
    ),
    answered({"status": "signed_up", "email": "bob@example.com"}, 201),
]
RESET = [asked({"email": "alice@example.com"}), answered(RESET_ASKED, 202)]
ME = [answered(_ME)]
CHANGE_ME = [asked({"name": "Alice", "theme": "dark"}), answered({**_ME, "theme": "dark"})]
LEAVE = [asked({"password": "correct horse battery"})]
_IRIS = {
    "purpose": "iris",
    "is_on": False,
    "given_at": None,
    "accepted_version": "",
    "version": "2026-11-21",
    "title": "An iris is as personal as a fingerprint",
    "paragraphs": ["To make an artwork of an eye, Aureole looks for the iris in the photo you choose."],
}
_GIVEN = _IRIS | {"is_on": True, "given_at": "2026-11-21T09:12:44Z", "accepted_version": "2026-11-21"}
OPT_INS = [answered({"results": [_GIVEN]})]
OPT_IN = [answered(_IRIS)]
AGREE = [asked({"version": "2026-11-21"}), answered(_GIVEN)]


class DeviceTokenScheme(OpenApiAuthenticationExtension):
    """How the API's documentation names the token."""

    target_class = "circles.authentication.DeviceTokenAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, from `POST auth/token`.",
        }
