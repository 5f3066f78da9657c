"""Originals, masks and artworks side by side on one large picture: to be looked at by whoever judges them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

CELL = 256
GAP = 12
CAPTION = 22
ACROSS = 2
GROUND = (18, 18, 20)
INK = (214, 214, 210)
IRIS_TINT = (64, 224, 190)
PUPIL_TINT = (240, 150, 70)


@dataclass(frozen=True, eq=False)
class Row:
    """One eye: the upright ``photo``, its ``mask`` (255 iris, 128 pupil, 0 else; any size) and the ``artwork``.

    ``artwork`` None: there is none, and ``caption`` says why.
    """

    photo: Image.Image
    mask: Image.Image | None
    artwork: Image.Image | None
    caption: str


def drawn(rows: Sequence[Row], across: int = ACROSS) -> Image.Image:
    """The sheet, RGB: ``across`` eyes next to each other, three pictures of CELL pixels. ValueError without rows."""
    if not rows:
        raise ValueError("A contact sheet needs at least one eye.")
    across = min(across, len(rows))
    lines = -(-len(rows) // across)
    wide, tall = 3 * CELL + 2 * GAP // 3, CELL + CAPTION
    sheet = Image.new("RGB", (across * (wide + GAP) + GAP, lines * (tall + GAP) + GAP), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, row in enumerate(rows):
        left, top = GAP + (number % across) * (wide + GAP), GAP + (number // across) * (tall + GAP)
        for place, picture in enumerate((_cell(row.photo), masked(row), _cell(row.artwork))):
            sheet.paste(picture, (left + place * (CELL + GAP // 3), top))
        pen.text((left, top + CELL + 4), row.caption[:110], INK, font)
    return sheet


def masked(row: Row) -> Image.Image:
    """The photo in grey with the iris and the pupil tinted: shows at a glance where a mask is wrong."""
    photo = row.photo.convert("RGB")
    if row.mask is None:
        return _cell(None)
    mask = row.mask.convert("L").resize(photo.size, Image.Resampling.NEAREST)
    grey = ImageOps.grayscale(photo).convert("RGB")
    for value, tint in ((255, IRIS_TINT), (128, PUPIL_TINT)):
        here = mask.point([110 if level == value else 0 for level in range(256)])
        grey.paste(Image.new("RGB", photo.size, tint), (0, 0), here)
    return _cell(grey)


@dataclass(frozen=True, eq=False)
class Compared:
    """One photo and what several ways made of it; ``captions`` one for each picture."""

    pictures: Sequence[Image.Image]
    captions: Sequence[str]


def compared(rows: Sequence[Compared], side: int = 2 * CELL) -> Image.Image:
    """The sheet, RGB: a row for each photo, every picture ``side`` pixels at most. ValueError without rows."""
    if not rows:
        raise ValueError("A contact sheet needs at least one photo.")
    across = max(len(row.pictures) for row in rows)
    sheet = Image.new("RGB", (across * (side + GAP) + GAP, len(rows) * (side + CAPTION + GAP) + GAP), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for number, row in enumerate(rows):
        top = GAP + number * (side + CAPTION + GAP)
        for place, (picture, caption) in enumerate(zip(row.pictures, row.captions, strict=True)):
            left = GAP + place * (side + GAP)
            sheet.paste(_cell(picture, side), (left, top))
            pen.text((left, top + side + 3), caption[:60], INK, font)
    return sheet


def _cell(picture: Image.Image | None, side: int = CELL) -> Image.Image:
    """Fitted into a square of ``side`` pixels, on the sheet's ground; transparent pictures show it."""
    cell = Image.new("RGB", (side, side), GROUND)
    if picture is None:
        return cell
    small = ImageOps.contain(picture.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
    cell.paste(small, ((side - small.width) // 2, (side - small.height) // 2), small)
    return cell
