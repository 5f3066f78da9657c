"""Shared things in templates: their pictures, and where one's own are shared."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from artworks.showing import Item
from circles.models import User
from pages.sharing import shares_of

register = template.Library()
GRID_SIZES = "(min-width: 60rem) 18rem, 50vw"
WIDTHS = (256, 512, 1024)


def _sources(item: Item, form: str) -> str:
    """All sizes of one format with their real widths; sizes count along the longest edge."""
    longest = max(item.width, item.height)
    found = {max(1, round(item.width * min(size / longest, 1.0))): size for size in reversed(WIDTHS)}
    return ", ".join(f"{item.at(size, form)} {width}w" for width, size in sorted(found.items()))


@register.simple_tag
def item_picture(item: Item, size: int = 512, is_large: bool = False) -> SafeString:
    """The picture of something shared, AVIF, then WebP, then JPEG."""
    sizes = "100vw" if is_large else GRID_SIZES
    return format_html(
        '<picture><source type="image/avif" srcset="{}" sizes="{}"><source type="image/webp" srcset="{}" sizes="{}">'
        '<img src="{}" alt="{}" width="{}" height="{}" decoding="async"{}></picture>',
        _sources(item, "avif"),
        sizes,
        _sources(item, "webp"),
        sizes,
        item.at(size, "jpeg"),
        item.words,
        item.width,
        item.height,
        SafeString(' fetchpriority="high"' if is_large else ' loading="lazy"'),
    )


@register.filter
def filled(thumb_template: str, size: int) -> str:
    """The address of a picture, of the template of its addresses."""
    return thumb_template.replace("{size}", str(size)).replace("{format}", "webp")


@register.filter
def at(picture: Any, size: int) -> str:
    """The address of a feed's picture."""
    return filled(picture.thumb_template, size)


@register.inclusion_tag("circles/_shared_where.html", takes_context=True)
def shared_where(context: dict[str, Any], thing: Any) -> dict[str, Any]:
    """The circles one's own photo or artwork is shared into, each with a way to take it back."""
    request = context["request"]
    user: User = request.user
    return {"shares": shares_of(user, thing), "thing": thing, "request": request, "next": request.get_full_path()}
