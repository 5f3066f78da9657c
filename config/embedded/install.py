"""Installs the pinned packages into this interpreter's environment, several at a time. Standard library and pip only.

pip spends most of its time waiting for one package after the other; every version is pinned, so the order is free.
What the pins leave open is resolved by pip at the end, and so is everything that failed before.
"""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

_AT_ONCE = 4


def read_pins(path: Path) -> list[str]:
    """The requirement lines of a file that apply here; ``-r`` lines are followed."""
    found: list[str] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if line.startswith("-r "):
            found += read_pins(path.parent / line[3:].strip())
        elif line and not line.startswith("-") and _applies(Requirement(line), ""):
            found.append(line)
    return found


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def unmet(lines: list[str]) -> list[str]:
    """What is not installed, or in another version, of these requirements and of all they need in turn."""
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        requirement = waiting.pop()
        key = (normal_name(requirement.name), ",".join(sorted(requirement.extras)))
        try:
            installed = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            found.append(str(requirement))
            continue
        if not requirement.specifier.contains(installed.version, prereleases=True):
            found.append(str(requirement))
        elif key not in seen:
            seen.add(key)
            waiting += _needs_of(installed, requirement.extras)
    return found


def _needs_of(installed: metadata.Distribution, extras: set[str]) -> list[Requirement]:
    needs = [Requirement(line) for line in installed.requires or []]
    return [need for need in needs if any(_applies(need, extra) for extra in extras | {""})]


def needed(lines: list[str]) -> set[str]:
    """The normal names of these requirements and of all they need in turn, as installed here."""
    found: set[str] = set()
    waiting = [Requirement(line) for line in lines]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in seen:
            seen.add(str(requirement))
            found.add(normal_name(requirement.name))
            waiting += _needs_of(metadata.distribution(requirement.name), requirement.extras)
    return found


def normal_name(line: str) -> str:
    """ "imagehash" for "ImageHash==4.3.2"."""
    return re.sub(r"[-_.]+", "-", Requirement(line).name).lower()


def _pip(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words])


def _install_at_once(lines: list[str]) -> None:
    # Extras only name further packages, which are pinned as well; --no-deps warns about none of them.
    shares = [share for number in range(_AT_ONCE) if (share := lines[number::_AT_ONCE])]
    for process in [_pip("--no-deps", *share) for share in shares]:
        process.wait()


def install(requirements: Path, constraints: Path, apart: Path | None) -> int:
    """Install one set; ``apart`` names what goes in without its own dependencies. Returns pip's exit status."""
    alone = read_pins(apart) if apart else []
    lines = read_pins(requirements)
    pinned = {normal_name(line): line for line in [*read_pins(constraints), *lines, *alone]}
    if missing := [line for line in pinned.values() if not _is_there(Requirement(line))]:
        _install_at_once(missing)
    status = 0
    if unmet(lines):
        status = _pip("-r", str(requirements), "-c", str(constraints)).wait()
    if status == 0 and not all(_is_there(Requirement(line)) for line in alone):
        status = _pip("--no-deps", "-r", str(apart)).wait()
    return status


def _is_there(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def main(words: list[str]) -> int:
    """``install.py requirements constraints [requirements-without-dependencies]``."""
    requirements, constraints, *apart = [Path(word) for word in words]
    return install(requirements, constraints, apart[0] if apart else None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
