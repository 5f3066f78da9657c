"""Schemathesis asks every call of the API as each role: no 5xx, answers as documented, nothing of another person's."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import Permission
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from circles.models import DeviceToken, User
from tests.access import things

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
COUNT = itertools.count()
SHARES = 4
SECRET = "only-alice-knows"

schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
OPERATIONS = [found.ok() for found in schema.get_all_operations()]


def closing(app: Any) -> Any:
    """Reads an answer to its end and closes it, as a server does."""

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        body = app({"REMOTE_ADDR": "127.0.0.1"} | environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            body.close()

    return answer


schema.app = closing(get_wsgi_application())


@dataclass
class House:
    """What alice has, and a token for each role."""

    headers: dict[str, dict[str, str]]
    ids: dict[str, list[Any]]


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": disk}


@pytest.fixture(autouse=True)
def one_transaction(db: None) -> Iterator[None]:
    """Requests must leave the test's connection open, as they do for Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


MAKERS = (
    things.thumb, things.job, things.failed_job, things.job_file, things.token, things.browser, things.upload,
    things.binned_photo, things.artwork_file, things.artwork_thumb,
    things.circle, things.member, things.circle_invitation,
)  # fmt: skip


@pytest.fixture
def house(alice: User, bob: User, make_user: Callable[..., User]) -> House:
    admin = make_user("admin@example.com", is_staff=True)
    admin.user_permissions.set(Permission.objects.all())
    ids: dict[str, list[Any]] = {}
    for make in MAKERS:
        for name, value in make(alice).items():
            ids.setdefault(name, []).append(value)
    ids["photo_id"].append(things.photo_of(alice, title=SECRET, caption=SECRET, place=SECRET).pk)
    people = {"owner": alice, "stranger": bob, "staff": admin}
    tokens = {role: DeviceToken.objects.create(person, device="phone")[1] for role, person in people.items()}
    headers = {role: {"Authorization": f"Token {token}"} for role, token in tokens.items()}
    return House(headers | {"anonymous": {}}, ids)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_call_as_each_role(share: int, house: House) -> None:
    """Every other address is of something that alice has; what a call changes is undone before the next."""
    found: list[str] = []
    for operation in OPERATIONS[share::SHARES]:
        try:
            ask_about(operation, house)
        except (AssertionError, BaseExceptionGroup) as error:
            found.append(f"{operation.label} {'; '.join(getattr(error, '__notes__', []))}\n{told(error)}")
    assert not found, "\n\n".join(found)


def told(error: BaseException) -> str:
    """A group of failures as its failures' sentences."""
    return "\n".join(map(told, error.exceptions)) if isinstance(error, BaseExceptionGroup) else str(error)


def ask_about(operation: Any, house: House) -> None:
    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize="FUZZ_EXAMPLES" not in os.environ, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
    def ask(case: Any) -> None:
        aim(case, house)
        for role, headers in house.headers.items():
            with transaction.atomic():
                response = case.call(headers=headers, app=schema.app)
                transaction.set_rollback(True)
            try:
                case.validate_response(response, checks=CHECKS, headers=headers)
                if role != "owner":
                    assert_nothing_of_alices(case, response, house)
            except (AssertionError, BaseExceptionGroup) as error:
                error.add_note(f"as {role}: {response.status_code} {response.text[:300]}")
                raise

    ask()


def aim(case: Any, house: House) -> None:
    for name in case.path_parameters or {}:
        if name in house.ids and next(COUNT) % 2:
            known = house.ids[name]
            case.path_parameters[name] = str(known[next(COUNT) // 2 % len(known)])


def assert_nothing_of_alices(case: Any, response: Any, house: House) -> None:
    told = response.text
    assert SECRET not in told
    assert "alice@example.com" not in told or "alice@example.com" in json.dumps(case.body, default=str)
    for known in house.ids["photo_id"] + house.ids["job_id"]:
        assert str(known) not in told
