"""Writes constraints.txt and constraints-dev.txt: the versions that the direct pins were installed with."""

import sys
from importlib import metadata
from pathlib import Path

from config.embedded.install import needed, normal_name, read_pins

_SETS = (("requirements.txt", "constraints.txt"), ("requirements-dev.txt", "constraints-dev.txt"))
_HEAD = "# What {} needs in turn, as installed together. Written by `make pins`.\n"


def constraints(folder: Path) -> dict[str, list[str]]:
    """For each constraints file the lines it should hold, from what is installed here."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for requirements, name in _SETS:
        lines = read_pins(folder / requirements)
        direct = {normal_name(line) for line in lines}
        indirect = sorted(needed(lines) - direct - taken)
        taken |= direct | set(indirect)
        found[name] = [f"{each}=={metadata.version(each)}" for each in indirect]
    return found


def main() -> int:
    """Write both files."""
    folder = Path()
    for (requirements, _), (name, lines) in zip(_SETS, constraints(folder).items(), strict=True):
        (folder / name).write_text(
            _HEAD.format(requirements) + "".join(f"{line}\n" for line in lines), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
