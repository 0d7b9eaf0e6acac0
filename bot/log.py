"""Logs: structlog and every library's log as one stream, with the operation id, without secrets.

JSON lines in production, readable lines where stderr is a terminal. Libraries speak from WARNING
up; the bot's own modules from INFO.
"""

import logging
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.core.redaction import Redactor

#: Loggers of our own; everything else is a library.
OURS = ("bot", "handlers", "sandbox")


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; a record that cannot be rendered is named, never shown as it came."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        kind = sys.exc_info()[0]
        where, why = f"{record.name}:{record.lineno}", kind.__name__ if kind else "unknown"
        with suppress(OSError, ValueError):  # a stream that is closed takes no more
            self.stream.write(
                f'{{"event": "log record lost", "logger": "{where}", "why": "{why}"}}\n'
            )


def set_up(secrets: Iterable[str] = (), *, stream: TextIO | None = None) -> None:
    """Send all logs to ``stream`` (stderr) from now on, without these ``secrets``.

    May be called again, such as when the secrets are known.
    """
    out = stream or sys.stderr
    redactor = Redactor(secrets)

    def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return {key: redactor.value(value, key=key) for key, value in event.items()}

    stamp: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if out.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _Handler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamp,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                redact,  # last of all: it sees every field and the traceback
                render,
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *stamp,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a second set-up must reach every logger
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
