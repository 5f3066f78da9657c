"""The network: a small U-Net. Few channels of full convolutions learn more a minute here than many separable ones."""

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 64, 80)
"""Channels at a half, a quarter, an eighth and a sixteenth of the picture's side."""
CLASSES = 3


class Block(nn.Sequential):
    def __init__(self, into: int, out: int, stride: int = 1, apart: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, out, 3, stride, apart, dilation=apart, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
        )


class WallNetwork(nn.Module):
    """n x 3 x H x W float 0..255 in, H and W multiples of 16; n x 3 x H x W logits out: other, wall, opening."""

    def __init__(self) -> None:
        super().__init__()
        large, medium, small, least = WIDTHS
        self.at_2 = Block(3, large, 2)
        self.at_4 = nn.Sequential(Block(large, medium, 2), Block(medium, medium))
        self.at_8 = nn.Sequential(Block(medium, small, 2), Block(small, small))
        self.at_16 = nn.Sequential(Block(small, least, 2), Block(least, least, apart=2), Block(least, least, apart=2))
        self.around = nn.Sequential(Block(least, least, apart=4), Block(least, least), nn.Conv2d(least, least, 1))
        for begun in self.around[2].parameters():
            nn.init.zeros_(begun)
        self.to_8, self.to_4, self.to_2 = (
            nn.Conv2d(into, out, 1) for into, out in ((least, small), (small, medium), (medium, large))
        )
        self.up_8, self.up_4, self.up_2 = Block(small, small), Block(medium, medium), Block(large, large)
        self.classes = nn.Conv2d(large, CLASSES, 1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        large = self.at_2(pixels / 127.5 - 1)
        medium = self.at_4(large)
        small = self.at_8(medium)
        least = self.at_16(small)
        least = least + self.around(least)
        small = self.up_8(_doubled(self.to_8(least)) + small)
        medium = self.up_4(_doubled(self.to_4(small)) + medium)
        large = self.up_2(_doubled(self.to_2(medium)) + large)
        return _doubled(self.classes(large))


def _doubled(features: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)


def loss(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Cross-entropy, each pixel as it counts, + soft Dice of wall and openings."""
    missed = functional.cross_entropy(logits, labels, label_smoothing=0.02, reduction="none")
    entropy = (missed * weights).sum() / weights.sum()
    shares = logits.softmax(dim=1)[:, 1:]
    truth = functional.one_hot(labels, CLASSES).permute(0, 3, 1, 2)[:, 1:].to(shares.dtype)
    both = (shares * truth).sum(dim=(0, 2, 3))
    dice = 1 - (2 * both + 20) / (shares.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3)) + 20)
    return entropy + 0.5 * dice.mean()
