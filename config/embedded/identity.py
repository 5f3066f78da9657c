"""PostgreSQL refuses to run as root: how it is started all the same.

As an ordinary user it is simply started. As root it runs in a user namespace in which it is not root;
where those are forbidden (many containers), it drops to another user but may still walk through root's folders.
initdb wants to know its user's name, so a user that the system has never heard of takes a namespace too.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from config.embedded.layout import CannotStart

_NOBODY = 65534


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
    return Identity(["unshare", "-U", f"--map-user={_somebody()}"], uid=os.geteuid())


def _dropped() -> Identity:
    walk, uid = "+dac_override,+dac_read_search", _somebody()
    who = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    powers = [f"--inh-caps={walk}", f"--ambient-caps={walk}", "--pdeathsig=INT"]
    return Identity(["setpriv", *who, *powers], uid=uid)


def _somebody() -> int:
    """The number of a user that has a name and is not root."""
    known = sorted(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)
    return _NOBODY if _NOBODY in known or not known else known[-1]


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


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
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Identity(uid=os.geteuid())
    for identity in (_namespace(), _dropped()):
        if _works(identity):
            return identity
    raise CannotStart(
        "PostgreSQL runs neither as root nor as a user without a name, and this machine allows neither user namespaces "
        "nor another user. Run make as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
    )
