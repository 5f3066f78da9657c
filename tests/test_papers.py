"""The papers beside the code say what they should, and the two commands are what a stranger's machine needs."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
# What fits onto one printed page of this width.
PAGE_LINES = 80


def paper(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def dry(target: str, tmp_path: Path) -> str:
    """The commands make would run on a machine where nothing is installed yet."""
    words = ["make", "--dry-run", "--no-print-directory", f"VENV={tmp_path / 'venv'}", target]
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_check_runs_every_check(tmp_path: Path) -> None:
    asked = dry("check", tmp_path)
    for words in ("ruff check", "ruff format --check", "mypy", "djlint", "lint-imports", "makemigrations --check"):
        assert words in asked


def test_a_bare_machine_is_given_what_the_tests_need(tmp_path: Path) -> None:
    asked = dry("test", tmp_path)
    order = [asked.index(words) for words in (
        "-m venv", "-r requirements.txt", "--no-deps -r requirements-nodeps.txt", "-r requirements-dev.txt",
        "install_browser.sh", "config.embedded test",
    )]  # fmt: skip
    assert order == sorted(order)


def test_ci_calls_check_and_test() -> None:
    lines = paper(".ci/run").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]
    assert "set -eu" in lines


def test_the_readme_has_one_picture_the_two_commands_and_the_way_to_production() -> None:
    text = paper("README.md")
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert (ROOT / picture).stat().st_size > 10_000
    assert all(words in text for words in ("make run", "make test", "Python 3.11", "## To production"))


def test_the_papers_are_there() -> None:
    assert len(paper("ARCHITECTURE.md").splitlines()) <= PAGE_LINES
    assert "## How to add a recipe" in paper("CONTRIBUTING.md")
    assert "## Unreleased" in paper("CHANGELOG.md")
    assert "Apache License" in paper("LICENSE")
    assert "Version 2.0" in paper("LICENSE")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_other_sites_may_not_read_the_api(origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = Client().options("/api/v1/uploads/presign", headers=asked)
    assert settings.CORS_ALLOWED_ORIGINS == []
    assert "Access-Control-Allow-Origin" not in answer


def test_an_origin_that_is_named_may(settings: object) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = Client().options("/api/v1/uploads/presign", headers=asked)
    assert answer["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Credentials" not in answer
