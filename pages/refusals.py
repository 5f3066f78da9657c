"""What a person sees when an action refuses: the sentence and the way out, as a page."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import page_not_found

from processing.errors import AureoleError


class RefusalMiddleware(MiddlewareMixin):
    """Actions raise AureoleErrors; the API shapes its own, pages get theirs here. Hidden is exactly like absent."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, AureoleError) or (exception.status >= 500 and not exception.retries):
            return None
        if exception.status == 404:
            return page_not_found(request, Http404())
        response = render(request, "refused.html", {"refusal": exception}, status=exception.status)
        if exception.retry_after:
            response["Retry-After"] = str(exception.retry_after)
        return response
