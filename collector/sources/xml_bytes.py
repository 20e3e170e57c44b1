"""What must be mended in the bytes of an XML document before a parser sees it?"""

import re

_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,40})|([0-9]{1,40}));")
#: a document in single bytes that claims an encoding of two
_TWO_BYTES = re.compile(
    rb"""(<\?xml[^>]{0,80}?)\sencoding=["'](?:utf-?16(?:le|be)?|utf-?32|ucs-?[24])["']""", re.IGNORECASE
)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding=["']([\w.-]{1,40})["']""", re.IGNORECASE)
#: XML 1.0, production 2
_CHARACTERS = ((0x20, 0xD800), (0xE000, 0xFFFE), (0x10000, 0x110000))
_UTF8 = frozenset({b"utf-8", b"utf8"})


def mended(body: bytes) -> bytes:
    """The document without what makes a parser refuse all of it or hand out text that is none.

    A false claim of an encoding goes, bytes that are no UTF-8 and references to what is no character become U+FFFD.
    """
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _characters(body)
    body = body.lstrip()
    if body.startswith(b"<?xml"):
        body = _TWO_BYTES.sub(rb"\1", body, count=1)
    claimed = _ENCODING.match(body)
    if claimed is None or claimed[1].lower() in _UTF8:
        try:
            body.decode()
        except UnicodeDecodeError:
            body = _without_claim(body, claimed).decode(likely_encoding(body), "replace").encode()
    return _characters(body)


def _without_claim(body: bytes, claimed: "re.Match[bytes] | None") -> bytes:
    return body if claimed is None else body[: claimed.start(1)] + b"utf-8" + body[claimed.end(1) :]


def likely_encoding(body: bytes) -> str:
    """The encoding of bytes that are not quite UTF-8: that with a slip in it, or one of single bytes.

    Of the Windows code pages, Russian text read as the Cyrillic one is mostly small letters; Arabic text is not.
    """
    broken = body.decode("utf-8", "replace").count("\ufffd")
    high = len(body) - len(body.translate(None, bytes(range(128, 256))))
    if broken < high / 4:
        return "utf-8"
    small = len(body) - len(body.translate(None, bytes(range(0xE0, 0x100))))
    large = len(body) - len(body.translate(None, bytes(range(0xC0, 0xE0))))
    if small + large < 0.6 * high:
        return "windows-1252"
    return "windows-1251" if small > 3 * large else "windows-1256"


def _characters(body: bytes) -> bytes:
    return _REFERENCE.sub(_reference, body) if b"&#" in body else body


def _reference(found: "re.Match[bytes]") -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    is_character = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    )
    return found[0] if is_character else "\ufffd".encode()
