"""People, who may join, and the circles they are in."""

from circles.models.blocks import Block
from circles.models.circles import Circle, FeedItem, Membership, Role
from circles.models.invitations import CircleInvitation, SiteInvitation
from circles.models.people import DeviceToken, OptIn, User
from circles.models.reports import Report, TakenOut

__all__ = [
    "Block",
    "Circle",
    "CircleInvitation",
    "DeviceToken",
    "FeedItem",
    "Membership",
    "OptIn",
    "Report",
    "Role",
    "SiteInvitation",
    "TakenOut",
    "User",
]
