"""What pages about people need to know of this server."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def mail_enabled() -> bool:
    """Whether links can be mailed, or must be copied."""
    return settings.MAIL_ENABLED
