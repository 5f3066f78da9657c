"""What walls are made of: plaster, brick, ashlar, boards, panels."""

import numpy as np

from processing.imaging.facade.renderer.fields import Colour, Colours, Field, Random, pick, smooth, tinted

# Hue, saturation, value of what houses are painted in: ochre, cream, grey, rose, green, blue, white, terracotta.
PAINTS = (
    ((34, 50), (0.15, 0.6), (0.6, 0.95)), ((36, 56), (0.05, 0.25), (0.75, 0.98)), ((0, 360), (0.0, 0.08), (0.3, 0.9)),
    ((5, 25), (0.1, 0.45), (0.55, 0.9)), ((80, 150), (0.05, 0.3), (0.5, 0.85)), ((180, 240), (0.05, 0.35), (0.45, 0.9)),
    ((30, 60), (0.0, 0.06), (0.85, 1.0)), ((8, 28), (0.35, 0.7), (0.35, 0.75)), ((0, 360), (0.1, 0.7), (0.3, 0.95)),
)  # fmt: skip


def paint(random: Random) -> Colour:
    hue, saturation, value = PAINTS[int(random.integers(len(PAINTS)))]
    return tinted(pick(random, hue), pick(random, saturation), pick(random, value))


def material(random: Random, shape: tuple[int, int], scale: float, colour: Colour) -> Colours:
    """H x W x 3 of one kind of wall; ``scale`` in pixels per metre."""
    kind = int(random.choice(8, p=[0.3, 0.2, 0.16, 0.05, 0.07, 0.06, 0.1, 0.06]))
    rows, columns = np.indices(shape, dtype=np.float32) / np.float32(scale)
    tone = np.ones(shape, np.float32)
    if kind == 1:
        if random.random() < 0.75:
            colour = tinted(pick(random, (2, 45)), pick(random, (0.05, 0.65)), pick(random, (0.2, 0.85)))
        tone = _courses(random, rows, columns, (0.075, 0.25), spread=0.14, joint=pick(random, (0.7, 1.6)))
    elif kind == 2:
        size = pick(random, (0.25, 0.7)), pick(random, (0.5, 1.4))
        tone = _courses(random, rows, columns, size, spread=pick(random, (0.02, 0.12)), joint=pick(random, (0.6, 1.1)))
    elif kind == 3:
        wide = pick(random, (0.12, 0.3))
        along = rows if random.random() < 0.6 else columns
        tone = _courses(random, along, np.zeros_like(along), (wide, 9.0), spread=0.09, joint=0.6)
    elif kind == 4:
        size = pick(random, (1.0, 3.5)), pick(random, (1.0, 4.0))
        tone = _courses(random, rows, columns, size, spread=0.03, joint=pick(random, (0.6, 1.2)), bond=0.0)
    elif kind == 6:
        tone = _rubble(random, shape, scale)
    elif kind == 7:
        tall = pick(random, (0.5, 1.8))
        stripes = ((rows / tall) % 1 < pick(random, (0.2, 0.6))).astype(np.float32)
        tone = _courses(random, rows, columns, (0.15, 0.4), spread=0.08, joint=0.85) * (
            1 + stripes * pick(random, (-0.4, 0.3))
        )
    tone = tone * _weather(random, shape, scale)
    return np.asarray(tone[..., None] * colour, np.float32)


def _courses(
    random: Random, rows: Field, columns: Field, size: tuple[float, float], *, spread: float, joint: float,
    bond: float = 0.5,
) -> Field:  # fmt: skip
    """Blocks of ``size`` metres (tall, wide), each with a tone of its own, joints ``joint`` times as bright."""
    course = np.floor(rows / size[0])
    along = columns / size[1] + bond * (course % 2)
    number = (course * 131 + np.floor(along)).astype(np.int32) % 1024
    tones = 1 + spread * random.standard_normal(1024, np.float32)
    lines = ((rows / size[0]) % 1 < 0.12) | (along % 1 < 0.12 * size[0] / size[1])
    return np.where(lines, np.float32(joint), tones[number]).astype(np.float32)


def _rubble(random: Random, shape: tuple[int, int], scale: float) -> Field:
    """Rough stone or coarse render: humps of many sizes, lit from a side."""
    height, width = shape
    humps = smooth(random, height, width, max(scale * pick(random, (0.1, 0.5)), 1.5))
    humps = humps + 0.5 * smooth(random, height, width, max(scale * 0.08, 1.5))
    lit = humps - np.roll(humps, (1, int(random.integers(-1, 2))), (0, 1))
    return np.asarray(1 + np.float32(pick(random, (0.03, 0.16))) * np.clip(lit + 0.4 * humps, -2, 2), np.float32)


def _weather(random: Random, shape: tuple[int, int], scale: float) -> Field:
    """Grain, blotches, and dirt that runs down."""
    height, width = shape
    grain = pick(random, (0.0, 0.05)) * random.standard_normal(shape, np.float32)
    blotches = pick(random, (0.0, 0.09)) * smooth(random, height, width, scale * pick(random, (0.5, 4)))
    runs = np.repeat(smooth(random, 1, width, max(scale * 0.3, 1)), height, axis=0)
    fade = np.linspace(pick(random, (0, 1)), pick(random, (0, 1)), height, dtype=np.float32)[:, None]
    return np.asarray(1 + grain + blotches - np.abs(runs) * fade * pick(random, (0, 0.08)), np.float32)
