"""Logs: one JSON object a line, with request and job ids; no tokens, no paths, nobody's file names."""

import re
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Django writes the address of a refused request into its message, and addresses hold tokens.
_TELLS_PATHS: Final = ("django.request", "django.security", "django.server", "daphne")
_FILLED_IN: Final = re.compile(r"%(\(\w+\))?[-\d.]*[a-zA-Z]")


def _without_paths(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Of what Django and daphne say keep the sentence, and leave out the words that were filled in."""
    record = event.get("_record")
    if record is not None and record.name.startswith(_TELLS_PATHS):
        event["event"] = _FILLED_IN.sub("…", str(record.msg))
        event["status"] = getattr(record, "status_code", None)
    return event


def _named(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None:
        event.setdefault("logger", record.name)
    return event


def configure(level: str, form: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING; ``form`` is "json" or, for a person at a terminal, "text"."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, structlog.processors.format_exc_info],
                "processors": [
                    _named,
                    _without_paths,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    last,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Django's own handler would print the raw message a second time.
        "loggers": {"django": {"handlers": [], "level": level, "propagate": True}},
    }
