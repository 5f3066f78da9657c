"""A half-configured production refuses to start, and says everything that is missing at once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50


def refuse_half_configured(settings: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured with one line a problem; does nothing outside production."""
    if not settings["PRODUCTION"]:
        return
    found = [*_secrets(settings), *_addresses(settings), *_services(environment), *_switches(settings)]
    if found:
        raise ImproperlyConfigured("PRODUCTION=1 cannot start yet:\n" + "\n".join(f"- {line}" for line in found))


def _secrets(settings: Mapping[str, Any]) -> list[str]:
    if len(settings["SECRET_KEY"]) < SHORTEST_SECRET:
        return [f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters: set a long random text."]
    if len(set(settings["SECRET_KEY"])) < 5:
        return ["SECRET_KEY repeats itself: set a long random text."]
    return []


def _addresses(settings: Mapping[str, Any]) -> list[str]:
    problems = []
    site = urlsplit(settings["SITE_URL"])
    hosts = settings["ALLOWED_HOSTS"]
    if site.scheme != "https" or not site.hostname:
        problems.append("SITE_URL must be the address people type, and start with https://.")
    if "*" in hosts:
        problems.append("ALLOWED_HOSTS must name the hosts, not '*'.")
    if site.hostname and not any(_matches(site.hostname, host) for host in hosts):
        problems.append(f"ALLOWED_HOSTS must contain {site.hostname}, the host of SITE_URL.")
    problems += [
        f"CSRF_TRUSTED_ORIGINS holds {origin}, which is not https."
        for origin in settings["CSRF_TRUSTED_ORIGINS"]
        if not origin.startswith("https://")
    ]
    return problems


def _matches(host: str, allowed: str) -> bool:
    return host == allowed or (allowed.startswith(".") and (host.endswith(allowed) or host == allowed[1:]))


def _services(environment: Mapping[str, str]) -> list[str]:
    return [
        f"{name} (or {name}_FILE) must name the {what}."
        for name, what in (("DATABASE_URL", "PostgreSQL database"), ("REDIS_URL", "Redis server"))
        if not environment.get(name) and not environment.get(f"{name}_FILE")
    ]


def _switches(settings: Mapping[str, Any]) -> list[str]:
    problems = [f"{name} must be off." for name in ("DEBUG", "TESTING") if settings[name]]
    if settings["MAIL_ENABLED"] and settings["DEFAULT_FROM_EMAIL"].endswith("@localhost>"):
        problems.append("DEFAULT_FROM_EMAIL must be an address of yours, because EMAIL_HOST turns mail on.")
    if settings["REGISTRATION_OPEN"] and not settings["MAIL_ENABLED"]:
        problems.append("REGISTRATION_OPEN=1 needs EMAIL_HOST: without mail nobody can prove an address.")
    return problems
