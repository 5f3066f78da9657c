"""PostgreSQL refuses to run as root: how it is started all the same.

As an ordinary user it is simply started. As root it runs in a user namespace in which it is not root;
where those are forbidden (many containers), it drops to another user but may still walk through root's folders.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from config.embedded.layout import CannotStart

_ELSEWHERE_UID = 65534


@dataclass(frozen=True)
class Identity:
    """The words to put before a command, and the user that must own its folder."""

    prefix: list[str] = field(default_factory=list)
    uid: int = 0

    def own(self, folder: Path) -> None:
        """Give the folder and all in it to the user that PostgreSQL sees itself as."""
        if not folder.exists() or folder.stat().st_uid == self.uid:
            return
        for root, _, files in os.walk(folder):
            for name in files:
                os.chown(Path(root) / name, self.uid, -1)
        for root, _, _ in os.walk(folder, topdown=False):
            os.chown(root, self.uid, -1)


def _namespace() -> Identity:
    return Identity(["unshare", "-U", "--map-user=1000"], uid=0)


def _dropped() -> Identity:
    walk = "+dac_override,+dac_read_search"
    who = [f"--reuid={_ELSEWHERE_UID}", f"--regid={_ELSEWHERE_UID}", "--clear-groups"]
    powers = [f"--inh-caps={walk}", f"--ambient-caps={walk}", "--pdeathsig=INT"]
    return Identity(["setpriv", *who, *powers], uid=_ELSEWHERE_UID)


def _works(identity: Identity) -> bool:
    if not shutil.which(identity.prefix[0]):
        return False
    done = subprocess.run(
        [*identity.prefix, "sh", "-c", "test $(id -u) != 0"], capture_output=True, timeout=10, check=False
    )
    return done.returncode == 0


@lru_cache(maxsize=1)
def postgres_identity() -> Identity:
    """The first way that this machine allows; raises CannotStart when there is none."""
    if os.geteuid() != 0:
        return Identity(uid=os.geteuid())
    for identity in (_namespace(), _dropped()):
        if _works(identity):
            return identity
    raise CannotStart(
        "PostgreSQL does not run as root, and this machine allows neither user namespaces nor another user. "
        "Run make as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
    )
