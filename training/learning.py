"""What both networks' trainings share: the rate, the averaged weights, and the file that is shipped."""

import hashlib
import math
from pathlib import Path

import torch


def rate_at(step: int, steps: int, highest: float) -> float:
    """Up over the first 3 %, then down a cosine."""
    warm = max(steps * 0.03, 1)
    if step < warm:
        return highest * (step + 1) / warm
    return highest * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm))))


def follow(average: torch.nn.Module, network: torch.nn.Module, step: int, longest: float) -> None:
    """Exponential moving average of weights and batch statistics; ``longest`` is what it keeps a step in the end."""
    keep = min(longest, (step + 1) / (step + 10))
    with torch.no_grad():
        for mean, now in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - keep)
            else:
                mean.copy_(now)


def export(answering: torch.nn.Module, path: Path, side: int, answers: tuple[str, ...], fields: set[str]) -> None:
    """An ONNX file beside its SHA-256, which takes any number of pictures of any size that the network takes.

    ``side``: of the picture it is traced with. ``answers``: names of what it gives; those in ``fields`` are per pixel.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = {0: "n", 2: "height", 3: "width"}
    torch.onnx.export(
        answering.eval(), (torch.zeros(1, 3, side, side),), str(path), dynamo=False, opset_version=17,
        input_names=["pixels"], output_names=list(answers),
        dynamic_axes={"pixels": sizes} | {name: sizes if name in fields else {0: "n"} for name in answers},
    )  # fmt: skip
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {digest}", flush=True)
