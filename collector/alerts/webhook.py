"""How does an alert reach its receiver? One POST of JSON to the address that the operator named, no redirects.

By the rules of the client: the host's address is checked before the connection, and the whole takes a bounded time.
The operator named the host, so it may lie at a private address; the address may hold a secret, so it is never told.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from collector.addresses import Guard
from collector.errors import ConvoywatchError, RetryLater
from collector.pinned import PinnedTransport, deadline

TIMEOUT_S = 5.0


def host_of(url: str) -> str:
    """The host that may be told, without path and query."""
    return urlsplit(url).hostname or "?"


def post(url: str, agent: str, body: dict[str, Any], proxy: str | None = None) -> None:
    """Deliver one body. Raises `ConvoywatchError` when the receiver did not take it (anything but a 2xx)."""
    request = httpx.Request(
        "POST", url, content=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", "User-Agent": agent},
        extensions={"timeout": httpx.Timeout(TIMEOUT_S).as_dict()},
    )  # fmt: skip
    transport = PinnedTransport(Guard({host_of(url)}), proxy)
    try:
        with deadline(TIMEOUT_S):
            answer = transport.handle_request(request)
            answer.close()
    except (httpx.TransportError, ConvoywatchError) as error:
        raise RetryLater(f"{host_of(url)} was not reached ({type(error).__name__})") from error
    finally:
        transport.close()
    if not 200 <= answer.status_code < 300:
        raise RetryLater(f"{host_of(url)} answered {answer.status_code}")
