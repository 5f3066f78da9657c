"""Examples of the API's documentation, checked against its schema by a test."""

from drf_spectacular.utils import OpenApiExample

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
_SIGNED_OUT = {
    "error": "not_found",
    "detail": "There is nothing here, or it is not yours to see.",
    "suggestion": "Check the address, or go back to your photos.",
}
_WRONG = {
    "error": "invalid_credentials",
    "detail": "The email address and the password do not belong together.",
    "suggestion": "Check both and try again, or ask for a new password.",
}
_CODE = {
    "error": "otp_required",
    "detail": "This account also asks for a code.",
    "suggestion": "Send the code of the authenticator app, or a recovery code, as otp.",
}


def _asked(value: dict) -> OpenApiExample:
    return OpenApiExample("Request", value=value, request_only=True)


def _answered(value: object, status: int = 200, name: str = "Answer") -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


SIGN_IN = [
    _asked({"email": "alice@example.com", "password": "correct horse battery", "device": "Alice's phone"}),
    _answered(
        {
            "token": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "id": _DEVICE["id"],
            "device": "Alice's phone",
            "expires_at": "2027-04-01T09:12:44Z",
        },
        201,
    ),
    _answered(_WRONG, 401, "Wrong address or password"),
    _answered(_CODE, 401, "Two-factor is on"),
]
SIGN_OUT = [_answered(_SIGNED_OUT, 404, "Nothing to take back")]
TOKENS = [_answered(_DEVICE)]
TOKEN = [_answered(_DEVICE)]
SIGN_UP = [
    _asked(
        {
            "invitation": "wq1hCq4qv0n6o0Jk7mT4uN9cXk3yQbXg2kG7yJt1l5E",
            "name": "Bob",
            "email": "bob@example.com",
            "password": "correct horse battery",
        }
    ),
    _answered({"status": "signed_up", "email": "bob@example.com"}, 201),
]
RESET = [_asked({"email": "alice@example.com"}), _answered(RESET_ASKED, 202)]
ME = [_answered(_ME)]
CHANGE_ME = [_asked({"name": "Alice", "theme": "dark"}), _answered({**_ME, "theme": "dark"})]
LEAVE = [
    _asked({"password": "correct horse battery"}),
    _answered(
        {
            "error": "wrong_password",
            "detail": "This is not your password.",
            "suggestion": "Type the password you sign in with.",
            "fields": {"password": ["This is not your password."]},
        },
        400,
        "Wrong password",
    ),
]
