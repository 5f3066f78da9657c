"""Train the wall network: draw, learn, average, export. One command, one thread.

The work is fixed by --facades, --steps and --seed: a slow machine takes longer and learns the same.
"""

import argparse
import copy
import json
import os
import time
from pathlib import Path

os.environ.update({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})

import cv2
import numpy as np
import torch

from processing.imaging.facade.wall.network import WEIGHTS
from training import learning
from training.facade import dataset, model, start, views

LOG_EVERY = 25
SIDES = (views.VIEW, 224)
"""Of the views of one step, in turn; as many of the larger ones as have the same pixels together."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the network that finds walls, on drawn facades only.")
    parser.add_argument("--facades", type=int, default=6000, help="drawn pictures")
    parser.add_argument("--steps", type=int, default=6000, help="optimiser steps")
    parser.add_argument("--batch", type=int, default=12, help="views per step")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.add_argument("--seed", type=int, default=1, help="of pictures, views and first weights")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the ONNX file goes")
    parser.add_argument("--cache", type=Path, default=Path(".data/training/facade"), help="drawn pictures")
    parser.add_argument("--from", dest="start", type=Path, help="go on from this ONNX file, not from random weights")
    return parser.parse_args()


def batch_of(
    random: np.random.Generator, pictures: dataset.Pictures, size: int, side: int = views.VIEW
) -> tuple[torch.Tensor, ...]:
    """Pixels, labels and weights of ``size`` views."""
    rows = random.integers(len(pictures.boxes), size=size)
    drawn = zip(*(views.view(random, pictures, int(row), side) for row in rows), strict=True)
    seen, labels, weights = (torch.from_numpy(np.stack(one)) for one in drawn)
    return seen.permute(0, 3, 1, 2).float(), labels, weights


def begin(path: Path | None, random: np.random.Generator, pictures: dataset.Pictures) -> model.WallNetwork:
    if path is None:
        return model.WallNetwork()
    return start.network_of(path, batch_of(random, pictures, 48)[0])


def learn(wanted: argparse.Namespace, pictures: dataset.Pictures) -> torch.nn.Module:
    """The averaged network after all steps."""
    random = np.random.default_rng(wanted.seed)
    network = begin(wanted.start, random, pictures)
    average = copy.deepcopy(network)
    network = network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=wanted.rate, weight_decay=1e-4)
    began, losses = time.monotonic(), []
    for step in range(wanted.steps):
        for group in optimiser.param_groups:
            group["lr"] = learning.rate_at(step, wanted.steps, wanted.rate)
        side = SIDES[step % len(SIDES)]
        size = round(wanted.batch * (views.VIEW / side) ** 2)
        pixels, labels, weights = batch_of(random, pictures, size, side)
        missed = model.loss(network(pixels.contiguous(memory_format=torch.channels_last)), labels, weights)
        optimiser.zero_grad()
        missed.backward()
        optimiser.step()
        learning.follow(average, network, step, 0.99)
        losses.append(missed.item())
        if (step + 1) % LOG_EVERY == 0:
            told = {"step": step + 1, "loss": round(float(np.mean(losses[-LOG_EVERY:])), 4)}
            print(json.dumps({**told, "minutes": round((time.monotonic() - began) / 60, 2)}), flush=True)
            torch.save(average.state_dict(), wanted.cache / "latest.pt")
    return average


def main() -> None:
    wanted = options()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(wanted.seed)
    began = time.monotonic()
    pictures = dataset.draw(wanted.cache, wanted.seed, wanted.facades, wanted.workers)
    print(f"drew {wanted.facades} facades in {time.monotonic() - began:.0f} s", flush=True)
    answering = torch.nn.Sequential(learn(wanted, pictures), torch.nn.Softmax(dim=1))
    learning.export(answering, wanted.out, views.VIEW, ("shares",), {"shares"})
    print(f"done in {(time.monotonic() - began) / 60:.1f} min", flush=True)


if __name__ == "__main__":
    main()
