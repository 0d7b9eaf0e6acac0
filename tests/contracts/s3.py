"""moto's S3 as a process, one call at a time: ``python -m tests.contracts.s3 PORT``.

S3 decides about a conditional write in one step
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). moto serves each
call in a thread of its own, looks whether the object is there, and then puts it, so that of two
creations at once both may succeed.
"""

import sys
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def serve(port: int) -> None:
    """Serve on the loopback until the process ends."""
    moto, one = DomainDispatcherApplication(create_backend_app), Lock()

    def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        with one:
            return list(moto(environ, start))

    run_simple("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
