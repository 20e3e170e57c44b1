"""What kind of file is this, by its first bytes? Names and servers are not believed."""

import codecs

#: how many first bytes `media_type` wants
HEAD_BYTES = 1024

_START = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif",
    b"heic": "image/heic", b"heix": "image/heic", b"hevc": "image/heic",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp", b"3g2a": "video/3gpp2",
}  # fmt: skip
_ANY_PICTURE = (b"mif1", b"msf1")
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def media_type(head: bytes) -> str:
    """The media type of a file that starts with `head`; "application/octet-stream" when nothing is recognised."""
    for start, name in _START:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "video/quicktime"  # old QuickTime files have no ftyp
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "video/mp2t"
    return _text(head)


def _brand(head: bytes) -> str:
    if head[8:12] not in _ANY_PICTURE:
        return _BRANDS.get(head[8:12], "video/mp4")
    # "some HEIF": the brands that it claims besides tell how it is encoded
    others = head[16 : int.from_bytes(head[:4], "big")]
    return "image/avif" if b"avif" in others or b"avis" in others else "image/heic"


def _text(head: bytes) -> str:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_HTML):
        return "text/html"
    if not head or b"\x00" in head:
        return "application/octet-stream"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # not final: the head may end inside a character
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"
