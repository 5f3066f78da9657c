"""The eyes figures are taken on. Written down before any training, and used in neither training nor tuning:
other names (so other random streams) and other seeds than training's. Whoever trains leaves this file alone."""

from collections.abc import Iterator
from dataclasses import replace

from processing.imaging.iris.renderer import RenderedEye, render
from processing.imaging.iris.renderer.configuration import CLOSED, FACE, NOISE, OBJECT, PHONE, Configuration

FIRST_SEED = 9_000_000
"""Training and tuning stay below."""
EYES = 200
PHONE_EYES = 100
NEGATIVES = 100

EVALUATION = Configuration(
    "evaluation",
    iris_share=(0.11, 0.58),
    off_centre=0.55,
    cropped=0.0,
    pupil_ratio=(0.18, 0.6),
    gaze=(0.0, 17.0),
    tilt=14.0,
    above=(0.45, 1.35),
    below=(0.65, 1.35),
    melanin=(0.0, 0.95),
    mirrored_room=(0.0, 0.3),
    lid_shadow=(0.0, 0.55),
    infrared=0.2,
    exposure=(0.6, 1.3),
    defocus=(0.0, 0.045),
    noise=(0.0, 0.035),
    jpeg=(35, 97),
)
PHONE_EVALUATION = replace(PHONE, name="phone-evaluation")
NEGATIVE_EVALUATION = tuple(replace(one, name=f"{one.name}-evaluation") for one in (CLOSED, FACE, OBJECT, NOISE))


def eyes(configuration: Configuration = EVALUATION, count: int = EYES) -> Iterator[RenderedEye]:
    """The first ``count`` pictures of an evaluation configuration, always the same."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        yield render(seed, configuration)
