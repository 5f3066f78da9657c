"""The test's own database, for processes that a test starts."""

import os
from urllib.parse import urlsplit

from django.db import connection


def address() -> str:
    """As DATABASE_URL: the server this run was given, by address or by a socket, with this worker's database."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
