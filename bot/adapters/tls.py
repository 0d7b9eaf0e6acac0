"""The authorities by which servers on the network are known."""

from functools import cache
from ssl import SSLContext

import httpx


@cache
def trusted() -> SSLContext:
    """Return what every client of this process verifies servers with.

    It is certifi's list, or what SSL_CERT_FILE or SSL_CERT_DIR name, for a company that signs its
    own. Read once, since reading takes longer than most of our answers: some 30 ms.
    """
    return httpx.create_ssl_context()
