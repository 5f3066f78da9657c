"""Who is asking."""

from rest_framework.request import Request

from circles.models import User


def person(request: Request) -> User:
    """The signed-in person; the API's default permission has refused everybody else."""
    assert isinstance(request.user, User)
    return request.user
