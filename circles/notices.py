"""The texts people agree to before something sensitive is made of their pictures. A changed text is a new version."""

import hashlib
from dataclasses import dataclass
from typing import Final

from circles.models import OptIn


@dataclass(frozen=True)
class Notice:
    """One text: ``paragraphs`` are shown as they are, ``version`` is the date it was written."""

    purpose: str
    version: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of title and paragraphs, with a line feed after each."""
        return hashlib.sha256("".join(f"{line}\n" for line in (self.title, *self.paragraphs)).encode()).hexdigest()


NOTICES: Final[dict[str, Notice]] = {
    OptIn.Purpose.IRIS: Notice(
        OptIn.Purpose.IRIS,
        "2026-11-21",
        "An iris is as personal as a fingerprint",
        (
            "To make an artwork of an eye, Aureole looks for the iris in the photo you choose and keeps what it finds:"
            " the outlines of pupil and iris, a mask, an unrolled strip and the finished picture. Such data can"
            " identify a person, so it is made only if you agree, and it is off until you do.",
            "Everything is worked out on this server. Nothing is sent anywhere, nothing is compared with other eyes,"
            " and nobody else sees it unless you share it.",
            "You can switch it off at any time under Settings. All iris artworks, masks, strips, outlines and jobs are"
            " then deleted at once, their files within a minute. Your photos stay. Copies that were already"
            " downloaded or shared outside cannot be called back.",
            "If the eye in a photo is not yours, make an artwork of it only with that person's permission.",
        ),
    ),
}
