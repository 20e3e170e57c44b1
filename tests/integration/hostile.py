"""Every way in which a server may harm those who ask it, as answers of a loopback server."""

import gzip
import socket
from collections.abc import Callable
from html import escape

from tests.integration.loopback import Handler, Site

END = "</section></main></body></html>"


def page(name: str, count: int, text: str = "Market report {}: tomatoes and bread, as ever") -> bytes:
    """A healthy page of a channel."""
    posts = "".join(_post(name, n, text.format(n)) for n in range(1, count + 1))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}</title></head><body>'
        f'<div class="tgme_channel_info"><div class="tgme_channel_info_header_title"><span>{name}</span></div></div>'
        f'<main class="tgme_main"><section class="tgme_channel_history js-message_history">{posts}{END}'
    ).encode()


def _post(name: str, number: int, text: str) -> str:
    return (
        f'<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message '
        f'text_not_supported_wrap js-widget_message" data-post="{name}/{number}">'
        f'<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_text js-message_text" dir="auto">'
        f'{escape(text)}</div><div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">'
        f'<a class="tgme_widget_message_date" href="https://t.me/{name}/{number}">'
        f'<time datetime="2026-11-0{1 + number % 9}T10:00:00+00:00" class="time">10:00</time></a></div></div></div>'
        f"</div></div>"
    )


def feed(name: str, count: int) -> bytes:
    """A healthy feed."""
    items = "".join(
        f"<item><guid>{name}-{n}</guid><title>Market report {n}</title><link>https://{name}.example/{n}</link>"
        f"<pubDate>Mon, 0{1 + n % 9} Nov 2026 10:00:00 GMT</pubDate></item>"
        for n in range(1, count + 1)
    )
    home = f"https://{name}.example/"
    return f"<rss version='2.0'><channel><title>{name}</title><link>{home}</link>{items}</channel></rss>".encode()


def reset(handler: Handler) -> None:
    """Some bytes, then a reset of the connection."""
    handler.reply(200, b"<html>some", Content_Length="100000")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """A byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not _site(handler).closing.wait(0.05):
        handler.wfile.write(b"<")
        handler.wfile.flush()


def endless(handler: Handler) -> None:
    """Bytes as fast as they go, without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    handler.close_connection = True
    while not _site(handler).closing.is_set():
        handler.wfile.write(b"<p>more of the same</p>" * 2000)


def bomb(handler: Handler) -> None:
    """200 kB that would be 200 MB."""
    handler.reply(200, _BOMB, Content_Encoding="gzip")


def too_long(body: bytes) -> Callable[[Handler], None]:
    """Announces more than comes, and closes."""

    def answer(handler: Handler) -> None:
        handler.reply(200, body, Content_Length=str(len(body) * 2))
        handler.close_connection = True

    return answer


def too_short(body: bytes) -> Callable[[Handler], None]:
    """Announces less than comes: two thirds of the page."""
    return lambda handler: handler.reply(200, body, Content_Length=str(len(body) * 2 // 3), Connection="close")


def nested(size: int) -> Callable[[Handler], None]:
    """A page of nothing but tags that are never closed."""
    body = b"<!DOCTYPE html><html><body><main><section class='tgme_channel_history js-message_history'>"
    return lambda handler: handler.reply(200, body + b"<div>" * ((size - len(body)) // 5))


def then_renamed(body: bytes, *names: bytes) -> Callable[[Handler], None]:
    """A healthy answer at first, and from then on the same with these names changed."""
    answers = [body]

    def answer(handler: Handler) -> None:
        handler.reply(200, answers[-1])
        other = body
        for name in names:
            other = other.replace(name, b"x" + name)
        answers.append(other)

    return answer


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    """An error with a body that says so."""
    return lambda handler: handler.reply(code, f"<html>error {code}</html>".encode(), **headers)


def _site(handler: Handler) -> Site:
    site = handler.server.site  # type: ignore[attr-defined]
    assert isinstance(site, Site)
    return site


_BOMB = gzip.compress(bytes(200_000_000), 9)
