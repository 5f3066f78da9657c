"""The content security policy, which depends on where files lie: browsers send uploads straight to S3."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.core.files.storage import default_storage


class PolicyMiddleware(CSPMiddleware):
    def get_policy_parts(self, *args: Any, **kwargs: Any) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(*args, **kwargs)
        origin = getattr(default_storage, "browser_origin", "")
        if origin:
            parts.update = {"connect-src": [origin]} | (parts.update or {})
        return parts
