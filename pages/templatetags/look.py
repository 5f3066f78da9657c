"""Template tags of the look: icons, the ring, and nothing that decides anything."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
GAP = 1.4  # between two arcs, in hundredths of the circle


@register.simple_tag
def icon(name: str) -> SafeString:
    """One drawing of the sprite, for the eye only: the words stand beside it or in a label."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("img/icons.svg"), name
    )


def arcs(steps: Iterable[Any], progress: float) -> list[dict[str, float | str]]:
    """Where each step's arc starts, how long it is, and how much of it is filled; in hundredths of the circle.

    ``steps`` are objects with ``name`` and ``until`` (0-100, rising); ``progress`` is 0-100.
    """
    found: list[dict[str, float | str]] = []
    start = 0.0
    for step in steps:
        length = max(float(step.until) - start, 0.0)
        share = min(max((progress - start) / length, 0.0), 1.0) if length else 0.0
        gap = GAP if length < 100 else 0.0
        shown = max(length - gap, 0.1)
        found.append(
            {
                "name": step.name,
                "offset": -start,
                "from": start,
                "until": float(step.until),
                "length": round(shown, 2),
                "filled": round(shown * share, 2),
            }
        )
        start = float(step.until)
    return found


class _Whole:
    name = ""
    until = 100


@register.inclusion_tag("components/_ring.html")
def ring(steps: Iterable[Any] | None, progress: float, state: str, size: str = "") -> dict[str, Any]:
    """The aureole of one job: an arc per named step."""
    known = list(steps or []) or [_Whole]
    return {"arcs": arcs(known, progress), "state": state, "size": size, "progress": round(progress)}


@register.inclusion_tag("components/_toast.html")
def toast(message: Message) -> dict[str, Any]:
    """A message of the last request; ``extra_tags`` offer the way back.

    "undo:<verb>:<ids>" for photos, "unshare:<circle>:<items>", "share:<circle>:<photos>:<artworks>:<given>".
    """
    head, *rest = (message.extra_tags or "").split(":")
    lists = [[each for each in part.split(",") if each] for part in rest[1:]]
    ids, artworks, given = (*lists, [], [], [])[:3]
    return {
        "message": message,
        "verb": head if rest else "",
        "subject": rest[0] if rest else "",
        "ids": ids,
        "artworks": artworks,
        "given": bool(given),
    }
