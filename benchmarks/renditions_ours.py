"""Our side of renditions.py, as a process: one JSON request a line, one answer a line."""

import json
import resource
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from processing.imaging import codec, renditions  # noqa: E402


def work(path: Path, out: Path, quality: dict[str, int]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for size, picture in renditions.pyramid(codec.decode(path)).items():
        for kind in renditions.FORMATS:
            (out / f"{size}.{kind}").write_bytes(renditions.encode(picture, kind, quality[kind]))


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


for line in sys.stdin:
    request = json.loads(line)
    started = cpu_seconds()
    work(Path(request["path"]), Path(request["out"]), request["quality"])
    sys.stdout.write(json.dumps({"cpu": cpu_seconds() - started}) + "\n")
    sys.stdout.flush()
