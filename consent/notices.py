"""What people read before they say yes. A changed text is a new version, and old answers count no more."""

from typing import Final

from circles.notices import Notice
from consent.models import Consent, Purpose

LANGUAGE: Final = "en"

_STAYS: Final = (
    "Copies that somebody has already downloaded cannot be called back.",
    "What is written down: that you answered, when, to which text, for what and for whom. The record stays, so that"
    " it can be proven; your name, your address and your browser do not stay in it once your account is gone.",
)

_BACK: Final = (
    "You can take this back at any time under Consents, as easily as you gave it. From that moment on nothing new is"
    " made with it, and what was made is hidden at once; its files are gone within a minute.",
    *_STAYS,
)

NOTICES: Final[dict[str, Notice]] = {
    Purpose.FUSION: Notice(
        Purpose.FUSION,
        "2026-11-21",
        "Your artwork in a fusion",
        (
            "The person who asks blends this artwork with artworks of others into one new picture. An iris can"
            " identify a person; in a fusion parts of it stay recognisable.",
            "The new picture is seen by whom you allow it for, and by nobody else: one person, or the members of one"
            " circle.",
            *_BACK,
        ),
    ),
    Purpose.COMPOSITION: Notice(
        Purpose.COMPOSITION,
        "2026-11-21",
        "Your artwork in a composition",
        (
            "The person who asks lays this artwork beside artworks of others in one new picture. It stays whole and"
            " recognisable in it.",
            "The new picture is seen by whom you allow it for, and by nobody else: one person, or the members of one"
            " circle.",
            *_BACK,
        ),
    ),
    Purpose.SHARING: Notice(
        Purpose.SHARING,
        "2026-11-21",
        "A picture of you, seen as it is",
        (
            "Whoever asks made this artwork of a photo that shows you, and wants the members of one circle to see it as"
            " it is. An iris can identify a person.",
            "Its members see the picture and nothing else of the file. Nobody may use it in a fusion or a composition"
            " without asking you for that as well.",
            "You can take this back at any time under Consents, as easily as you gave it. From that moment on the"
            " circle sees it no more; the artwork itself stays with whoever made it.",
            *_STAYS,
        ),
    ),
}


def notice_of(purpose: str) -> Notice:
    """The text people read now for this purpose."""
    return NOTICES[purpose]


def is_current(consent: Consent) -> bool:
    """Whether it was answered to the text that counts now."""
    return consent.notice_version == notice_of(consent.purpose).version
