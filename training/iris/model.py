"""The network: a small U-Net of depthwise-separable convolutions, and a second answer: is there an eye at all?"""

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (24, 64, 128, 224)
"""Channels at 80, 40, 20 and 10 pixels. Most of the time goes where pixels are many: few channels there."""


class Separable(nn.Sequential):
    """3 x 3 per channel, then 1 x 1 across channels."""

    def __init__(self, into: int, out: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, into, 3, stride, 1, groups=into, bias=False),
            nn.BatchNorm2d(into),
            nn.ReLU(inplace=True),
            nn.Conv2d(into, out, 1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
        )


class EyeNetwork(nn.Module):
    """n x 3 x 160 x 160 float 0..255 in; n x 3 x 160 x 160 logits (background, iris, pupil) and n logits out."""

    def __init__(self) -> None:
        super().__init__()
        large, medium, small, least = WIDTHS
        self.at_80 = nn.Sequential(
            nn.Conv2d(3, large, 3, 2, 1, bias=False), nn.BatchNorm2d(large), nn.ReLU(inplace=True)
        )
        self.at_40 = nn.Sequential(Separable(large, medium, 2), Separable(medium, medium))
        self.at_20 = nn.Sequential(Separable(medium, small, 2), Separable(small, small), Separable(small, small))
        self.at_10 = nn.Sequential(Separable(small, least, 2), *(Separable(least, least) for _ in range(3)))
        self.to_20, self.to_40, self.to_80 = (
            nn.Conv2d(into, out, 1) for into, out in ((least, small), (small, medium), (medium, large))
        )
        self.up_20 = nn.Sequential(Separable(small, small), Separable(small, small))
        self.up_40 = nn.Sequential(Separable(medium, medium), Separable(medium, medium))
        self.up_80 = Separable(large, large)
        self.classes = nn.Conv2d(large, 3, 1)
        self.eye = nn.Linear(least, 1)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        large = self.at_80(pixels / 127.5 - 1)
        medium = self.at_40(large)
        small = self.at_20(medium)
        least = self.at_10(small)
        small = self.up_20(_doubled(self.to_20(least)) + small)
        medium = self.up_40(_doubled(self.to_40(small)) + medium)
        large = self.up_80(_doubled(self.to_80(medium)) + large)
        return _doubled(self.classes(large)), self.eye(least.mean(dim=(2, 3)))[:, 0]


def _doubled(features: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)


def loss(logits: torch.Tensor, seen: torch.Tensor, labels: torch.Tensor, eyes: torch.Tensor) -> torch.Tensor:
    """Cross-entropy + soft Dice of iris and pupil + cross-entropy of "an eye is here"."""
    entropy = functional.cross_entropy(logits, labels, label_smoothing=0.01)
    shares = logits.softmax(dim=1)[:, 1:]
    truth = functional.one_hot(labels, 3).permute(0, 3, 1, 2)[:, 1:].to(shares.dtype)
    both = (shares * truth).sum(dim=(2, 3))
    dice = 1 - (2 * both + 20) / (shares.sum(dim=(2, 3)) + truth.sum(dim=(2, 3)) + 20)
    return entropy + 0.5 * dice.mean() + 0.15 * functional.binary_cross_entropy_with_logits(seen, eyes)
