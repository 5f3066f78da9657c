"""How a photo becomes a <picture>: AVIF, then WebP, then JPEG, each in the sizes there are."""

from datetime import date
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from photos.browsing import Page
from photos.models import Photo
from photos.presenting import MONTH_NAMES, Tile, Year, month_key, picture_url, srcset, words_for

register = template.Library()
GRID_SIZES = "(min-width: 60rem) 20rem, (min-width: 45rem) 16rem, 50vw"
VIEWER_SIZES = "100vw"
_PICTURE = (
    '<picture><source type="image/avif" srcset="{}" sizes="{}"><source type="image/webp" srcset="{}" sizes="{}">'
    '<img src="{}" alt="{}" width="{}" height="{}" decoding="async"{}></picture>'
)
_TILE = (
    '<div class="tile" id="p-{id}" data-id="{id}" data-state="{state}" data-version="{version}" data-r="{ratio}"'
    ' data-c="{colours}"{favourite}><a href="{href}">{inside}</a><label class="tile-check">'
    '<input type="checkbox" name="ids" value="{id}" aria-label="Select {words}"></label></div>'
)
_MONTH = '<li><a href="?month={0}" data-month="{0}" title="{1}, {2} photo{3}">{4}</a></li>'


@register.simple_tag
def scrubber_months(year: Year) -> SafeString:
    """A year's months as links. In Python: twenty years of months cost a template a third of the whole page."""
    links = (_month_link(month, count) for month, count in year.months)
    return mark_safe("\n".join(links))  # noqa: S308 - nothing but dates and numbers of our own


def _month_link(month: date, count: int) -> str:
    name = MONTH_NAMES[month.month]
    return _MONTH.format(month_key(month), f"{name} {month.year}", count, "" if count == 1 else "s", name[:3])


@register.simple_tag
def grid_rules(page: Page) -> SafeString:
    """Each tile's proportions and colours, each day's share of its row: what the grid is laid out by before scripts."""
    tiles = (
        f"#p-{tile.photo.pk}{{--r:{tile.ratio}{f';--c:url({tile.placeholder})' if tile.placeholder else ''}}}"
        for tile in page.tiles
    )
    days = (
        f"#d-{day.day.isoformat()}{{--s:{day.ratio};--n:{len(day.tiles)}}}"
        for month in page.months
        for day in month.days
    )
    return mark_safe("".join((*tiles, *days)))  # noqa: S308 - ids, numbers and base64 of our own


def _draw(photo: Photo, sizes: str, fallback: int, attributes: str) -> SafeString:
    return mark_safe(  # noqa: S308 - numbers and addresses of our own; the words are escaped
        _PICTURE.format(
            srcset(photo, "avif"),
            sizes,
            srcset(photo, "webp"),
            sizes,
            picture_url(photo, fallback, "jpeg"),
            escape(words_for(photo)),
            photo.width or 1,
            photo.height or 1,
            attributes,
        )
    )


def _tile_picture(tile: Tile) -> SafeString:
    """A tile's picture: the first ones are fetched at once, the rest when they come near."""
    sizes = GRID_SIZES if tile.is_eager else f"auto, {GRID_SIZES}"
    return _draw(tile.photo, sizes, 512, "" if tile.is_eager else ' loading="lazy"')


@register.simple_tag
def photo_tile(tile: Tile, query: str = "") -> SafeString:
    """One photo of a grid. In Python: sixty of them cost a template half of the whole page.

    ``query`` goes behind the photo's address and tells its page where the person came from.
    """
    photo = tile.photo
    inside = _tile_picture(tile) if tile.is_ready else render_to_string("photos/_tile_waiting.html", {"photo": photo})
    return mark_safe(  # noqa: S308 - numbers and addresses of our own; everything else is escaped
        _TILE.format(
            id=photo.pk,
            state=photo.state,
            version=photo.version,
            ratio=tile.ratio,
            colours=escape(photo.colours),
            favourite=" data-favourite" if photo.is_favourite else "",
            href=f"/photos/{photo.pk}{escape(query)}",
            inside=inside,
            words=escape(tile.words),
        )
    )


@register.simple_tag
def large_picture(photo: Photo) -> SafeString:
    """The picture alone, as large as there is one."""
    return _draw(photo, VIEWER_SIZES, 1024, ' fetchpriority="high"')


@register.simple_tag
def picture_address(photo: Photo, size: int, ending: str) -> str:
    return picture_url(photo, size, ending)
