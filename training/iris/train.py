"""Train the eye network: render, learn, average, export. One command, two single-thread processes.

The work is fixed by --eyes, --steps and --seed: a slow machine takes longer and learns the same.
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
import torch.distributed as parallel
from torch import multiprocessing

from processing.imaging.iris.network import INPUT_SIZE, WEIGHTS
from training import learning
from training.iris import dataset, model, views

PROCESSES = 2
LOG_EVERY = 100


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the network that finds irises, on rendered eyes only.")
    parser.add_argument("--eyes", type=int, default=6000, help="rendered pictures")
    parser.add_argument("--steps", type=int, default=4000, help="optimiser steps")
    parser.add_argument("--batch", type=int, default=16, help="views per process and step")
    parser.add_argument("--rate", type=float, default=4e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1, help="of pictures, views and first weights")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the ONNX file goes")
    parser.add_argument("--cache", type=Path, default=Path(".data/training/iris"), help="rendered pictures")
    parser.add_argument("--start", type=Path, help="go on from this .pt file instead of from random weights")
    return parser.parse_args()


def batch_of(random: np.random.Generator, pictures: dataset.Pictures, size: int) -> tuple[torch.Tensor, ...]:
    seen, labels = zip(
        *(views.view(random, pictures, int(random.integers(len(pictures.boxes)))) for _ in range(size)), strict=True
    )
    truth = torch.from_numpy(np.stack(labels))
    eyes = (truth > 0).sum(dim=(1, 2)) > 40
    return torch.from_numpy(np.stack(seen)).permute(0, 3, 1, 2).float(), truth, eyes.float()


def average_gradients(network: torch.nn.Module) -> None:
    flat = torch.cat([weight.grad.reshape(-1) for weight in network.parameters()])
    parallel.all_reduce(flat)
    flat /= PROCESSES
    at = 0
    for weight in network.parameters():
        weight.grad.copy_(flat[at : at + weight.numel()].view_as(weight))
        at += weight.numel()


def learn(rank: int, wanted: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(wanted.seed)
    began = time.monotonic()
    path = dataset.render_part(wanted.cache, rank, PROCESSES, dataset.first_seed(wanted.seed, wanted.eyes), wanted.eyes)
    pictures = dataset.load(path)
    if rank == 0:
        print(f"rendered {wanted.eyes} pictures in {time.monotonic() - began:.0f} s", flush=True)
    parallel.init_process_group("gloo", init_method=f"file://{wanted.cache.resolve()}/meeting", rank=rank, world_size=2)
    network = model.EyeNetwork().to(memory_format=torch.channels_last)
    if wanted.start:
        network.load_state_dict(torch.load(wanted.start))
    average = steps(rank, wanted, network, pictures)
    parallel.destroy_process_group()
    if rank == 0:
        torch.save(average.state_dict(), wanted.out.with_suffix(".pt").name)
        learning.export(Answering(average), wanted.out, INPUT_SIZE, ("shares", "eye"), {"shares"})
        print(f"done in {(time.monotonic() - began) / 60:.1f} min", flush=True)


def steps(
    rank: int, wanted: argparse.Namespace, network: torch.nn.Module, pictures: dataset.Pictures
) -> torch.nn.Module:
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=wanted.rate, weight_decay=1e-4)
    random = np.random.default_rng([wanted.seed, rank])
    began, losses = time.monotonic(), []
    for step in range(wanted.steps):
        for group in optimiser.param_groups:
            group["lr"] = learning.rate_at(step, wanted.steps, wanted.rate)
        pixels, labels, eyes = batch_of(random, pictures, wanted.batch)
        logits, seen = network(pixels.contiguous(memory_format=torch.channels_last))
        missed = model.loss(logits, seen, labels, eyes)
        optimiser.zero_grad()
        missed.backward()
        average_gradients(network)
        optimiser.step()
        learning.follow(average, network, step, 0.998)
        losses.append(missed.item())
        if rank == 0 and (step + 1) % LOG_EVERY == 0:
            spent = time.monotonic() - began
            print(json.dumps({"step": step + 1, "loss": round(float(np.mean(losses[-LOG_EVERY:])), 4),
                              "minutes": round(spent / 60, 1)}), flush=True)  # fmt: skip
            torch.save(average.state_dict(), wanted.cache / "latest.pt")
    return average


class Answering(torch.nn.Module):
    """What is shipped: shares of background, iris and pupil per pixel, and how surely there is an eye."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, eye = self.network(pixels)
        return logits.softmax(dim=1), eye.sigmoid()


def main() -> None:
    wanted = options()
    wanted.cache.mkdir(parents=True, exist_ok=True)
    (wanted.cache / "meeting").unlink(missing_ok=True)
    multiprocessing.spawn(learn, (wanted,), nprocs=PROCESSES)


if __name__ == "__main__":
    main()
