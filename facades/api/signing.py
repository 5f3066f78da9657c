"""The secret of one's own webhooks."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from facades.actions.signing import find_secret, renew_secret
from facades.api import examples
from facades.api.serializers import WebhookSecretSerializer
from photos.api.person import person

UNKEPT = {"Cache-Control": "no-store"}


class WebhookSecretView(APIView):
    @extend_schema(
        operation_id="render_webhook_secret",
        responses={200: WebhookSecretSerializer},
        examples=examples.SECRET,
    )
    def get(self, request: Request) -> Response:
        """What one's webhooks are signed with: `Aureole-Signature` is `v1=` and the hex HMAC-SHA256 with it.

        What is signed is `<Aureole-Timestamp>.<body>`, the body byte for byte. Compare in constant time, and refuse a
        timestamp (seconds since 1970) that is more than five minutes off. A message that was not answered with 2xx is
        sent again, three times at most, with a timestamp of its own: `job_id` tells what was heard before.
        """
        found = find_secret(actor=person(request))
        return Response(WebhookSecretSerializer(found).data, headers=UNKEPT)

    @extend_schema(
        operation_id="render_webhook_secret_renew",
        request=None,
        responses={201: WebhookSecretSerializer},
        examples=examples.NEW_SECRET,
    )
    def post(self, request: Request) -> Response:
        """Make another one, at once: the old one signs nothing any more, other people keep theirs."""
        made = renew_secret(actor=person(request))
        return Response(WebhookSecretSerializer(made).data, status=status.HTTP_201_CREATED, headers=UNKEPT)
