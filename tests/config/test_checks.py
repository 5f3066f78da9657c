"""A half-configured production does not start, and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.checks import refuse_half_configured

ROOT = Path(__file__).resolve().parents[2]
WHOLE = {
    "PRODUCTION": True,
    "SECRET_KEY": "kT7mXq2vN8zR4wB6yH1jL5pC9sD3fG0aE-uI_oW7xV2nM4bQ6t",
    "SITE_URL": "https://photos.example.org",
    "ALLOWED_HOSTS": ["photos.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://photos.example.org"],
    "DEBUG": False,
    "TESTING": False,
    "MAIL_ENABLED": True,
    "DEFAULT_FROM_EMAIL": "Aureole <photos@example.org>",
    "REGISTRATION_OPEN": False,
}
SERVICES = {"DATABASE_URL": "postgres://x", "REDIS_URL_FILE": "/run/secrets/redis"}


def test_a_whole_production_starts():
    assert refuse_half_configured(WHOLE, SERVICES) is None


def test_outside_production_nothing_is_asked():
    assert refuse_half_configured({"PRODUCTION": False}, {}) is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is shorter"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY repeats"),
        ("SITE_URL", "http://photos.example.org", "https://"),
        ("SITE_URL", "photos.example.org", "https://"),
        ("ALLOWED_HOSTS", ["*"], "not '*'"),
        ("ALLOWED_HOSTS", ["elsewhere.example"], "must contain photos.example.org"),
        ("CSRF_TRUSTED_ORIGINS", ["http://photos.example.org"], "not https"),
        ("DEBUG", True, "DEBUG must be off"),
        ("TESTING", True, "TESTING must be off"),
        ("DEFAULT_FROM_EMAIL", "Aureole <aureole@localhost>", "DEFAULT_FROM_EMAIL"),
    ],
)
def test_each_half_is_named(name, value, said):
    with pytest.raises(ImproperlyConfigured, match=said.replace("*", r"\*")):
        refuse_half_configured(WHOLE | {name: value}, SERVICES)


def test_an_open_door_needs_mail():
    half = WHOLE | {"REGISTRATION_OPEN": True, "MAIL_ENABLED": False}
    with pytest.raises(ImproperlyConfigured, match="REGISTRATION_OPEN=1 needs EMAIL_HOST"):
        refuse_half_configured(half, SERVICES)


def test_a_subdomain_wildcard_covers_its_hosts():
    assert refuse_half_configured(WHOLE | {"ALLOWED_HOSTS": [".example.org"]}, SERVICES) is None


def test_everything_missing_is_said_at_once():
    with pytest.raises(ImproperlyConfigured) as said:
        refuse_half_configured(WHOLE | {"SECRET_KEY": "x", "DEBUG": True}, {})
    assert str(said.value).count("\n- ") == 4


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "VIRTUAL_ENV"}}
    words = (
        "import config.settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    return subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=False
    )


def test_the_process_itself_refuses_to_start():
    ended = start(PRODUCTION="1", SECRET_KEY=WHOLE["SECRET_KEY"])
    assert ended.returncode != 0
    assert "SITE_URL must be the address people type" in ended.stderr


def test_without_any_secret_it_does_not_even_look_further():
    ended = start(PRODUCTION="1")
    assert ended.returncode != 0
    assert "SECRET_KEY" in ended.stderr


def test_a_whole_production_has_secure_cookies():
    ended = start(
        PRODUCTION="1",
        SECRET_KEY=WHOLE["SECRET_KEY"],
        SITE_URL=WHOLE["SITE_URL"],
        ALLOWED_HOSTS="photos.example.org",
        DATABASE_URL="postgres://a@b/c",
        REDIS_URL="redis://b",
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "True True True"), ended.stderr
