"""Every address the project answers, read from the URL resolver itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern


@dataclass(frozen=True)
class Route:
    """``path`` as written in the URL configuration; ``name`` with its namespaces, empty when it has none."""

    path: str
    name: str
    converters: tuple[str, ...]


def every_route() -> list[Route]:
    return list(_walk(get_resolver(), "", ""))


def socket_routes() -> list[Route]:
    from processing.routing import websocket_urlpatterns

    return [Route("/" + _text(p), p.name or "", tuple(p.pattern.converters)) for p in websocket_urlpatterns]


def _walk(resolver: URLResolver, path: str, namespace: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        here = path + _text(pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from _walk(pattern, here, inner)
        else:
            yield _route(pattern, here, namespace)


def _route(pattern: URLPattern, path: str, namespace: str) -> Route:
    name = ":".join(part for part in (namespace, pattern.name) if part) if pattern.name else ""
    converters = getattr(pattern.pattern, "converters", None) or pattern.pattern.regex.groupindex
    return Route(path, name, tuple(converters))


def _text(pattern: URLPattern | URLResolver) -> str:
    if isinstance(pattern.pattern, RoutePattern | RegexPattern):
        return str(pattern.pattern)
    return ""
