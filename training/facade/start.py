"""A network to go on with, out of the ONNX file that ``training.facade.train`` wrote of it."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.facade.model import Block, WallNetwork


def network_of(path: Path, pixels: torch.Tensor) -> WallNetwork:
    """The network in ``path``. An exported one has its normalisations folded into its convolutions; here they are
    unfolded so that it gives the same answers and goes on learning: means and spreads are those of ``pixels``
    (n x 3 x H x W, 0..255). wall-network-1 did not look around: those layers begin by adding nothing. Raises
    ValueError for a network of another shape."""
    network, stored = WallNetwork().eval(), _convolutions(path)
    around = len(stored) > len(_layers(network, around=False))
    for layer, (weight, bias) in zip(_layers(network, around=around), stored, strict=True):
        convolution = layer[0] if isinstance(layer, Block) else layer
        if convolution.weight.shape != weight.shape:
            raise ValueError(f"{path.name} is a network of another shape.")
        convolution.weight.data.copy_(weight)
        if not isinstance(layer, Block):
            convolution.bias.data.copy_(bias)
            continue
        mean, spread = _answers(network, convolution, pixels)
        normal = layer[1]
        normal.running_mean.copy_(mean)
        normal.running_var.copy_(spread)
        normal.weight.data.copy_((spread + normal.eps).sqrt())
        normal.bias.data.copy_(bias + mean)
    return network.train()


def _convolutions(path: Path) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weights and biases in the order they are used."""
    graph = onnx.load(str(path)).graph
    stored = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    return [(stored[one.input[1]], stored[one.input[2]]) for one in graph.node if one.op_type == "Conv"]


def _layers(network: WallNetwork, *, around: bool) -> list[nn.Module]:
    """Blocks and plain convolutions in the order they are used."""
    down = [network.at_2, *network.at_4, *network.at_8, *network.at_16, *(network.around if around else ())]
    up = [network.to_8, network.up_8, network.to_4, network.up_4, network.to_2, network.up_2]
    return [*down, *up, network.classes]


def _answers(network: nn.Module, convolution: nn.Module, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance of each of the convolution's channels."""
    seen: list[torch.Tensor] = []
    hook = convolution.register_forward_hook(lambda *passed: seen.append(passed[2]))
    with torch.no_grad():
        network(pixels)
    hook.remove()
    return seen[0].mean(dim=(0, 2, 3)), seen[0].var(dim=(0, 2, 3))
