"""Which address is meant, by us or by a redirect, and which host does it name?"""

import httpx

from collector.errors import Unparseable, Unsupported


def parse(text: str) -> httpx.URL:
    """A web address without password and fragment. Raises `Unsupported` for anything that is not http or https."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unsupported(f"not an address that can be fetched: {text[:200]!r} ({error})") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Unsupported(f"only http and https addresses are fetched, not {text[:200]!r}")
    return url.copy_with(username=None, password=None, fragment=None)


def following(url: httpx.URL, location: str) -> httpx.URL:
    """Where `url` points on. Raises `Unparseable` when that is nowhere, or no web address."""
    if not location:
        raise Unparseable(f"{shown(url)} redirects to nowhere")
    try:
        return parse(str(url.join(location)))
    except (httpx.InvalidURL, ValueError, Unsupported) as error:
        raise Unparseable(f"{shown(url)} redirects to what is no web address ({location[:200]!r})") from error


def port_of(url: httpx.URL) -> int:
    """The port, named or not."""
    return url.port or (443 if url.scheme == "https" else 80)


def host_of(url: httpx.URL) -> str:
    """What turns, gaps and pauses are kept by: the host, with its port where one is named."""
    return url.host if url.port is None else f"{url.host}:{url.port}"


def origin_of(url: httpx.URL) -> str:
    """`scheme://host[:port]`."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def shown(url: httpx.URL) -> str:
    """The address without its query, which may hold an access token."""
    return f"{origin_of(url)}{url.path}"
