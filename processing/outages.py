"""A database that went away, recognised however it says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

AWAY: Final = (OperationalError, InterfaceError)


@contextmanager
def recognised() -> Iterator[None]:
    """Raise OperationalError where the driver raises a bare DatabaseError.

    psycopg2 does so when the server was gone before it could give a reason; its subclasses are about the statement.
    """
    try:
        yield
    except DatabaseError as error:
        if type(error) is DatabaseError:
            raise OperationalError(*error.args) from error
        raise
