"""docker-compose.yml and Dockerfile name what exists. (They are read here, not run: that needs a container engine.)"""

import importlib.util
import json
import re
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from config.embedded import commands
from processing.states import Queue
from tests.embedded.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("build")}


def instructions(word: str) -> list[str]:
    return [line[len(word) :].strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{word} ")]


def test_every_process_of_make_run_is_a_service() -> None:
    supervised = {command.name: command.words[1:] for command in commands.application("0.0.0.0", 8000)}
    assert set(OURS) == {*supervised, "prepare"}
    for name, words in supervised.items():
        said = [word.replace(f"{ROOT}/", "") for word in words]
        told = OURS[name]["command"][1:]
        threads = said.index("--threads") + 1 if "--threads" in said else None
        if threads:
            said[threads] = told[threads]
        assert told == said


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_exists(name: str) -> None:
    program, *words = OURS[name]["command"]
    assert program == "python"
    if words[0] == "-m":
        assert importlib.util.find_spec(words[1])
    else:
        assert (ROOT / words[0]).exists()
        assert words[1] in get_commands()


def test_there_are_three_workers_for_three_queues() -> None:
    queues = {words["command"][words["command"].index("--queues") + 1] for n, words in OURS.items() if "worker" in n}
    assert queues == {"high", "default", "low"}
    assert queues <= set(Queue)


def test_the_services_beside_are_there_and_keep_their_data() -> None:
    database, redis = COMPOSE["services"]["database"], COMPOSE["services"]["redis"]
    assert database["image"].startswith("pgvector/")
    assert redis["image"].startswith("redis:")
    assert "--appendonly" in redis["command"]
    named = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])}
    assert named == set(COMPOSE["volumes"])


def test_nothing_is_open_to_the_network_and_no_secret_has_a_default() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]
    environment = OURS["web"]["environment"]
    assert environment["PRODUCTION"] == "1"
    for name in ("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS"):
        assert environment[name].startswith("${" + name + ":?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_workers_get_the_time_they_promise_to_need() -> None:
    for name in ("worker-high", "worker-default", "worker-low"):
        words = OURS[name]["command"]
        shutdown = int(words[words.index("--worker-shutdown-timeout") + 1]) / 1000
        assert shutdown < 30 < int(OURS[name]["stop_grace_period"].rstrip("s"))


def test_the_image_installs_the_same_files_and_insightface_alone() -> None:
    installs = " ".join(instructions("RUN"))
    assert "pip install --no-cache-dir -r requirements.txt -c constraints.txt" in installs
    assert "pip install --no-cache-dir --no-deps -r requirements-nodeps.txt" in installs
    copied = {word for line in instructions("COPY") for word in line.split()[:-1]}
    assert {"requirements.txt", "requirements-nodeps.txt", "constraints.txt"} <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_does_not_run_as_root() -> None:
    (user,) = instructions("USER")
    assert user == "aureole"
    assert re.search(r"useradd .*--uid [1-9]\d+ .*aureole", DOCKERFILE)
    assert DOCKERFILE.index("USER aureole") < DOCKERFILE.index("CMD")


def test_the_image_starts_the_web_server() -> None:
    (command,) = instructions("CMD")
    assert json.loads(command) == OURS["web"]["command"]
