"""The real work of renders and webhooks, in an outside that leads to an origin on this machine.

The child is a process of its own: where the origin listens lies in a file beside its work folders.
"""

import json
import signal
import time
from pathlib import Path
from typing import Any

from PIL import Image

from processing import facade_job, webhook_job
from processing.fetching.network import Network
from tests.processing.fetching.origin import PUBLIC, Outside

TABLE = "outside.json"
PICTURES = [f"{size}.{form}" for size in (256, 512, 1024) for form in ("webp", "avif", "jpeg")]
QUICK = {"avif": {"speed": 10}}
NAME = "pictures.example"


def outside(work: Path) -> Network:
    told = json.loads((work.parent.parent / TABLE).read_text(encoding="utf-8"))
    return Outside({NAME: [PUBLIC], "inside.example": ["127.0.0.1"]}, port=told["port"]).network


def pixels(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    """Files and facts as the pipeline leaves them, in a moment: it looks at nothing."""
    report("save", 1.0)
    size = (360, 270)
    for name in ("result.jpg", "mask.png", "texture_tile.png", *PICTURES):
        form = name.rpartition(".")[2].replace("jpg", "jpeg")
        Image.new("L" if name == "mask.png" else "RGB", size, 128).save(
            work / "out" / name, form, **QUICK.get(form, {})
        )
    return {"width": size[0], "height": size[1], "engine": "stand-in", "seconds": {}, "wall_share": 0.5}


def stuck(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    """A pipeline that never comes back from its second step."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    report("download", 0.0)
    report("load", 0.0)
    report("segment", 0.0)
    time.sleep(60)
    return {}


def render(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    return facade_job.run(work, request, report, outside(work))


def webhook(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    return webhook_job.run(work, request, report, outside(work))
