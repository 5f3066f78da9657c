"""How a photo becomes a <picture>: AVIF, then WebP, then JPEG, each in the sizes there are."""

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from photos.models import Photo
from photos.presenting import Tile, Year, picture_url, srcset, words_for

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
    links = (
        _MONTH.format(f"{month:%Y-%m}", f"{month:%B %Y}", count, "" if count == 1 else "s", f"{month:%b}")
        for month, count in year.months
    )
    return mark_safe("\n".join(links))  # noqa: S308 - nothing but dates and numbers of our own


def _draw(photo: Photo, sizes: str, fallback: int, attributes: str) -> SafeString:
    return format_html(
        _PICTURE,
        srcset(photo, "avif"),
        sizes,
        srcset(photo, "webp"),
        sizes,
        picture_url(photo, fallback, "jpeg"),
        words_for(photo),
        photo.width or 1,
        photo.height or 1,
        mark_safe(attributes),  # noqa: S308 - one of the two constants below
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
    return format_html(
        _TILE,
        id=str(photo.pk),
        state=photo.state,
        version=photo.version,
        ratio=tile.ratio,
        colours=photo.colours,
        favourite=mark_safe(" data-favourite" if photo.is_favourite else ""),  # noqa: S308 - a constant
        href=reverse("photos:detail", args=[photo.pk]) + query,
        inside=_tile_picture(tile)
        if tile.is_ready
        else render_to_string("photos/_tile_waiting.html", {"photo": photo}),
        words=tile.words,
    )


@register.simple_tag
def large_picture(photo: Photo) -> SafeString:
    """The picture alone, as large as there is one."""
    return _draw(photo, VIEWER_SIZES, 1024, ' fetchpriority="high"')


@register.simple_tag
def picture_address(photo: Photo, size: int, ending: str) -> str:
    return picture_url(photo, size, ending)
