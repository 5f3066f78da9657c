"""Hashed static files whose ES-module imports are rewritten too."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Our own files must name only files that exist; other packages' comments name some they do not ship."""

    support_js_module_import_aggregation = True
    own_folders = ("css/", "js/")

    def url_converter(self, name: str, *known: Any, **named: Any) -> Callable[[re.Match[str]], str]:
        convert = super().url_converter(name, *known, **named)
        return convert if name.startswith(self.own_folders) else _keeping_what_is_absent(convert)


def _keeping_what_is_absent(convert: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], Any]:
    def converter(match: re.Match[str]) -> str:
        try:
            return convert(match)
        except ValueError:
            return match["matched"]

    return converter
