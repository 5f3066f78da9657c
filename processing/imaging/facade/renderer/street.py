"""What surrounds a house and what stands before it: sky, pavement, trees, cars, people, wires."""

import cv2
import numpy as np

from processing.imaging.facade.renderer.fields import Colours, Field, Random, pick, smooth, tinted


def backdrop(random: Random, shape: tuple[int, int], ground: Field) -> Colours:
    """Sky above, pavement where ``ground`` (H x W bool)."""
    height, width = shape
    zenith = tinted(pick(random, (200, 225)), pick(random, (0, 0.65)), pick(random, (0.5, 1)))
    haze = zenith * np.float32(0.4) + np.float32(0.6 * pick(random, (0.7, 1)))
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.repeat(zenith * (1 - down) + haze * down, width, axis=1)
    clouds = np.clip(smooth(random, height, width, width / 4) + 0.5 * smooth(random, height, width, width / 10), 0, 1)
    picture += clouds[..., None] * np.float32(pick(random, (0, 0.5))) * (0.95 - picture)
    if random.random() < 0.25:
        # An overcast sky is brighter than what stands under it.
        picture += np.float32(pick(random, (0.5, 1.0))) * (np.float32(pick(random, (0.9, 1.3))) - picture)
    if random.random() < 0.25:
        picture = _wooded(random, picture)
    grey = tinted(pick(random, (20, 240)), pick(random, (0, 0.15)), pick(random, (0.2, 0.75)))
    grain = 1 + 0.06 * smooth(random, height, width, 3) + 0.08 * smooth(random, height, width, width / 5)
    return np.asarray(np.where(ground[..., None], grain[..., None] * grey, picture), np.float32)


def _wooded(random: Random, picture: Colours) -> Colours:
    height, width = picture.shape[:2]
    line = height * (pick(random, (0.2, 0.7)) + 0.08 * smooth(random, 2, width, width / 6)[0])
    below = np.arange(height)[:, None] > line[None]
    leaves = tinted(pick(random, (60, 130)), pick(random, (0.1, 0.5)), pick(random, (0.15, 0.5)))
    tone = 1 + 0.3 * smooth(random, height, width, 4)
    return np.asarray(np.where(below[..., None], tone[..., None] * leaves, picture), np.float32)


def occlude(random: Random, picture: Colours, count: int, ground: float) -> Field:
    """Draws ``count`` things into ``picture``; ``ground`` is the row they stand on. H x W bool of what they cover."""
    hidden = np.zeros(picture.shape[:2], np.uint8)
    for _ in range(count):
        thing = (tree, tree, bare_tree, car, car, person, wire, lamp, bush, sign)[int(random.integers(10))]
        thing(random, picture, hidden, float(np.clip(ground, 0.6 * len(picture), 1.05 * len(picture))))
    return hidden > 0


def tree(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    height, width = hidden.shape
    x, tall = pick(random, (0, width)), height * pick(random, (0.25, 0.8))
    reach = tall * pick(random, (0.2, 0.4))
    trunk = np.array([[x - 2, ground], [x + 2, ground], [x + 1, ground - 0.6 * tall], [x - 1, ground - 0.6 * tall]])
    covered = np.zeros_like(hidden)
    cv2.fillPoly(covered, [np.round(trunk).astype(np.int32)], (1,))
    brown = tinted(25, 0.4, pick(random, (0.1, 0.35)))
    _cover(picture, hidden, covered > 0, brown)
    rows, columns = np.indices(hidden.shape, dtype=np.float32)
    away = np.hypot((columns - x) / reach, (rows - (ground - 0.7 * tall)) / (tall * 0.4))
    leafy = away + 0.25 * smooth(random, height, width, max(reach / 3, 2)) + 0.3 * smooth(
        random, height, width, 3
    ) < pick(random, (0.6, 1.0))
    leaves = tinted(pick(random, (55, 135)), pick(random, (0.2, 0.7)), pick(random, (0.15, 0.6)))
    _cover(picture, hidden, leafy, (1 + 0.3 * smooth(random, height, width, 3))[..., None] * leaves)


def bare_tree(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    """A tree in winter: the house is seen between its branches."""
    height, width = hidden.shape
    brown = tuple(float(one) for one in tinted(25, 0.3, pick(random, (0.05, 0.4))))
    tall = height * pick(random, (0.06, 0.14))
    twigs = [(pick(random, (0, width)), ground, 0.0, tall * 1.6, 0)]
    while twigs:
        x, y, lean, long, order = twigs.pop()
        to = x + long * np.sin(lean), y - long * np.cos(lean)
        points = [np.round(np.array([[x, y], to]) * 8).astype(np.int32)]
        thick = max(round(height / 90 * 0.6**order), 1)
        for layer, value in ((picture, brown), (hidden, (1,))):
            cv2.polylines(layer, points, False, value, thick, cv2.LINE_AA if layer is picture else cv2.LINE_8, shift=3)
        if order < 4:
            for _ in range(int(random.integers(2, 4))):
                twigs.append((*to, lean + random.normal(0, 0.55), long * pick(random, (0.6, 0.9)), order + 1))


def sign(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    """A board or banner on the house."""
    height, width = hidden.shape
    long, tall = width * pick(random, (0.03, 0.25)), height * pick(random, (0.02, 0.07))
    if random.random() < 0.3:
        long, tall = tall, long
    corner = np.array([pick(random, (0, width - long)), pick(random, (0.2, 0.8)) * ground])
    outline = corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (long, tall)
    paint = tinted(pick(random, (0, 360)), pick(random, (0, 0.8)), pick(random, (0.2, 1)))
    cover_polygon(picture, hidden, outline, paint)


def bush(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    height, width = hidden.shape
    line = ground - height * (pick(random, (0.02, 0.18)) + 0.03 * smooth(random, 2, width, width / 12)[0])
    rows, columns = np.indices(hidden.shape, dtype=np.float32)
    begin = pick(random, (-0.2, 0.8)) * width
    leafy = (
        (rows > line[None])
        & (rows < ground + 4)
        & (columns > begin)
        & (columns < begin + width * pick(random, (0.1, 0.6)))
    )
    leaves = tinted(pick(random, (60, 130)), pick(random, (0.2, 0.6)), pick(random, (0.12, 0.45)))
    _cover(picture, hidden, leafy, (1 + 0.3 * smooth(random, height, width, 3))[..., None] * leaves)


def car(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    width = hidden.shape[1]
    long = width * pick(random, (0.15, 0.4))
    tall = long * pick(random, (0.3, 0.4))
    x, y = pick(random, (-0.3 * long, width - 0.7 * long)), ground + pick(random, (0, 0.4)) * tall
    body = np.array([[0, 1], [0, 0.5], [0.18, 0.45], [0.3, 0.05], [0.7, 0], [0.85, 0.42], [1, 0.5], [1, 1]])
    pane = np.array([[0.24, 0.45], [0.34, 0.1], [0.67, 0.08], [0.78, 0.42]])
    paint = tinted(pick(random, (0, 360)), pick(random, (0, 0.8)), pick(random, (0.1, 0.95)))
    glass = tinted(210, 0.2, pick(random, (0.1, 0.5)))
    for outline, colour in ((body, paint), (pane, glass)):
        cover_polygon(picture, hidden, outline * (long, tall) + (x, y - tall), colour)
    for wheel in (0.2, 0.8):
        middle = round(x + wheel * long), round(y)
        reach = max(round(tall * 0.2), 1)
        cv2.circle(picture, middle, reach, (0.06, 0.06, 0.06), -1)
        cv2.circle(hidden, middle, reach, (1,), -1)


def person(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    height, width = hidden.shape
    tall = height * pick(random, (0.08, 0.25))
    x = pick(random, (0, width))
    coat = tinted(pick(random, (0, 360)), pick(random, (0, 0.8)), pick(random, (0.1, 0.8)))
    parts = (
        (((-0.1, -0.45), (0.1, -0.45), (0.08, 0.02), (-0.08, 0.02)), coat * np.float32(0.5)),
        (((-0.13, -0.82), (0.13, -0.82), (0.14, -0.4), (-0.14, -0.4)), coat),
        (((-0.06, -1), (0.06, -1), (0.06, -0.84), (-0.06, -0.84)), tinted(22, 0.45, pick(random, (0.3, 0.95)))),
    )
    for outline, colour in parts:
        cover_polygon(picture, hidden, np.array(outline) * tall + (x, ground + 2), colour)


def wire(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    height, width = hidden.shape
    knots = np.linspace(0, 1, 12)
    first, last, slack = random.uniform(0, 0.6 * height, 3) * (1, 1, 0.2)
    line = np.stack([knots * width, first + (last - first) * knots + 4 * slack * knots * (1 - knots)], axis=1)
    points = [np.round(line * 8).astype(np.int32)]
    dark = (pick(random, (0, 0.25)),) * 3
    cv2.polylines(picture, points, False, dark, 1, cv2.LINE_AA, shift=3)


def lamp(random: Random, picture: Colours, hidden: Field, ground: float) -> None:
    height, width = hidden.shape
    x, half = pick(random, (0, width)), max(width * 0.004, 0.7)
    top = ground - height * pick(random, (0.3, 0.9))
    pole = np.array([[x - half, ground], [x + half, ground], [x + half, top], [x - half, top]])
    cover_polygon(picture, hidden, pole, tinted(pick(random, (0, 360)), 0.1, pick(random, (0.05, 0.6))))


def cover_polygon(picture: Colours, hidden: Field, outline: Field, colour: "Colours | tuple[float, ...]") -> None:
    points = [np.round(outline).astype(np.int32)]
    cv2.fillPoly(picture, points, np.asarray(colour).tolist(), cv2.LINE_AA)
    cv2.fillPoly(hidden, points, (1,))


def _cover(picture: Colours, hidden: Field, where: Field, colour: Colours) -> None:
    picture[where] = colour if colour.ndim == 1 else colour[where]
    hidden[where] = 1
