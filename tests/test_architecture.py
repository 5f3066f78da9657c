"""The shape of the code: sizes, names, and that every promise in coverage.md names a test that exists."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
LONGEST_TEMPLATE = 150
GRAB_BAGS = {"utils.py", "helpers.py", "signals.py"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def tracked(*patterns: str) -> list[Path]:
    """The files git knows, deleted ones left out; all files where there is no git."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        return sorted(path for pattern in patterns for path in ROOT.rglob(pattern) if ".venv" not in path.parts)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def modules() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_function_is_longer_than_a_page() -> None:
    sizes = {
        f"{where(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in modules()
        for node in functions(path)
    }
    assert len(sizes) > 50
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def test_no_file_is_too_long_to_hold_in_mind() -> None:
    sizes = {where(path): lines_of(path) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_template_is_too_long_to_hold_in_mind() -> None:
    sizes = {where(path): lines_of(path) for path in tracked("templates/*.html", "templates/**/*.html")}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > LONGEST_TEMPLATE} == {}


def test_every_module_is_named_after_what_it_holds() -> None:
    assert [where(path) for path in modules() if path.name in GRAB_BAGS] == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{where(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_every_test_asserts_something() -> None:
    silent = [
        f"{where(path)}:{node.lineno} {node.name}"
        for path in modules()
        if path.is_relative_to(ROOT / "tests")
        for node in functions(path)
        if node.name.startswith("test_") and not re.search(r"[Aa]ssert|raises|expect", ast.unparse(node))
    ]
    assert silent == []


def test_no_browser_test_can_be_skipped() -> None:
    sources = {where(path): path.read_text(encoding="utf-8") for path in tracked("tests/browser/*.py")}
    assert sources
    assert [name for name, source in sources.items() if re.search(r"skip(if)?\(|importorskip", source)] == []


def test_no_browser_test_waits_by_what_our_pages_forbid() -> None:
    """Playwright's wait_for_function asks again by eval: it fails whenever it is not true at once."""
    asking = [path for path in tracked("tests/browser/*.py") if ".wait_for_" + "function(" in path.read_text("utf-8")]
    assert asking == []


def promised_tests() -> list[str]:
    text = (ROOT / "tests" / "coverage.md").read_text(encoding="utf-8")
    return re.findall(r"tests/[\w/]+\.py(?:::\w+)*", text)


@pytest.mark.parametrize("identifier", sorted(set(promised_tests())))
def test_every_test_named_in_coverage_exists(identifier: str) -> None:
    name, *parts = identifier.split("::")
    path = ROOT / name
    assert path.exists(), f"{name} does not exist"
    names = {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if hasattr(node, "name")}
    assert set(parts) <= names


def test_every_row_of_coverage_names_a_test() -> None:
    rows = (ROOT / "tests" / "coverage.md").read_text(encoding="utf-8").splitlines()
    told = [row for row in rows if row.startswith("|") and not row.startswith(("|---", "| asked"))]
    assert [row for row in told if not re.search(r"tests/[\w/]+\.py", row)] == []
