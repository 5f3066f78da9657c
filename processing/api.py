"""The API of jobs and socket tickets."""

from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from processing import admission


@api_view(["POST"])
def ticket(request: Request) -> Response:
    """A one-use ticket that opens one socket within 30 seconds."""
    value, expires_at = admission.issue_ticket(
        user=request.user,
        session_key=getattr(getattr(request, "session", None), "session_key", None) or "",
        token_digest=getattr(request.auth, "digest", ""),
    )
    return Response({"ticket": value, "expires_at": expires_at}, status=status.HTTP_201_CREATED)
