"""Logs are JSON with ids, and hold nothing that opens a door or names a file."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the configured formatter writes, as objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    form = {name: value for name, value in settings.LOGGING["formatters"]["line"].items() if name != "()"}
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**form))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_request_is_one_line_with_the_id_the_answer_carries(client, written):
    answer = client.get("/livez?secret=1")
    lines = [line for line in written() if line["event"] == "request.done"]
    assert len(lines) == 1
    assert lines[0]["request_id"] == answer["X-Request-ID"]
    assert (lines[0]["method"], lines[0]["route"], lines[0]["status"]) == ("GET", "livez", 200)
    assert lines[0]["level"] == "info"
    assert lines[0]["at"].endswith("Z")


@pytest.mark.django_db
def test_addresses_and_tokens_never_reach_the_log(client, written):
    client.get("/accounts/password/reset/key/very-secret-key/")
    client.get("/nothing/holiday.jpg?token=very-secret-key")
    client.post("/api/v1/auth/ticket", headers={"Authorization": "Token very-secret-key"})
    text = json.dumps(written())
    assert "request.done" in text
    assert "very-secret-key" not in text
    assert "holiday" not in text


def test_the_words_of_a_refusal_stay_without_what_was_filled_in(written):
    logging.getLogger("django.request").warning("Not Found: %s", "/invitations/very-secret", extra={"status_code": 404})
    (line,) = written()
    assert (line["event"], line["status"], line["logger"]) == ("Not Found: …", 404, "django.request")


def test_an_exception_is_part_of_its_line(written):
    try:
        raise ValueError("it broke")
    except ValueError:
        logging.getLogger("x").exception("job %s failed", 7)
    (line,) = written()
    assert line["event"] == "job 7 failed"
    assert "ValueError: it broke" in line["exception"]


def test_a_bound_job_id_is_on_every_line(written):
    with structlog.contextvars.bound_contextvars(job_id="7"):
        structlog.get_logger("processing.x").info("job.started")
        logging.getLogger("some.library").info("hello")
    assert [line["job_id"] for line in written()] == ["7", "7"]


def test_an_id_from_outside_is_kept_only_behind_a_proxy_we_trust(client, settings):
    assert client.get("/livez", headers={"X-Request-ID": "from-outside"})["X-Request-ID"] != "from-outside"
    settings.TRUSTED_PROXIES = 1
    assert client.get("/livez", headers={"X-Request-ID": "from-outside"})["X-Request-ID"] == "from-outside"
    assert "\n" not in client.get("/livez", headers={"X-Request-ID": "bad id\n{}"})["X-Request-ID"]
