"""How does PyAV read a video? Only as much as it takes to see every scene that lasts.

A key frame can be decoded alone. Of the packets between two key frames, the last `gap_s` seconds are left out: whatever
was shown for so long is seen at the key frame at the latest. Where key frames come that often nothing but key frames is
decoded; where they are sparse or not marked, what lies between is, but for frames that no other leans on (the decoder
leaves out those itself; they come in ones to threes). Only packets that were read are trusted, no header: they are held
back until it is known how far the next key frame is.
"""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import CONTAINERS, cv2
from geolocate.frames.shots import Bounds, Image, fitting

_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
#: packets in a row that may fail before a stream counts as ended
_ATTEMPTS = 4096
#: frames a second at most that are believed
_FASTEST = 1000
#: fewer pictures for so many clean starts, and leaving out is given up
_TRUSTED = 2
#: pictures that a decoder holds back at most (H.264, A.4.2: 16)
_DELAY = 16
#: a last scene this share of the gap long is seen, too
_ALMOST = 0.97
#: the BT.601 matrices that OpenCV converts with, and streams that do not say (FFmpeg's numbers); studio range likewise
_BT601, _STUDIO = frozenset({2, 5, 6}), frozenset({0, 1})
_LUMA_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})


class AvReader:
    """As `geolocate.frames.shots.Reader`. Raises `Undecodable` for what has no video in it."""

    def __init__(self, path: Path, kind: str, bounds: Bounds, *, everything: bool = False) -> None:
        self._bounds, self._everything = bounds, everything
        try:
            self._file = av.open(str(path), options=_OPTIONS, metadata_errors="ignore")
        except (av.FFmpegError, ValueError, OSError) as error:
            raise Undecodable(f"the {kind} has no video stream that can be decoded, or was cut off") from error
        streams = [s for s in self._file.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        if not streams or streams[0].codec_context is None:
            self.close()
            raise Undecodable(f"the {kind} has no video stream that can be decoded")
        self._stream = streams[0]
        self._codec = self._stream.codec_context
        self._codec.thread_count = 1
        if not everything:
            self._codec.skip_frame = "NONREF"
        self._codec.options = {"max_pixels": str(bounds.max_pixels)}
        self.size = (self._codec.width or 0, self._codec.height or 0)
        if self.size[0] * self.size[1] > bounds.max_pixels:
            self.close()
            raise Undecodable(
                f"frames of {self.size[0]}x{self.size[1]} pixels are over the limit of {bounds.max_pixels}"
            )
        rate = self._stream.average_rate or self._stream.guessed_rate or Fraction(25)
        self.fps = float(rate) if 0 < rate <= _FASTEST else 25.0
        self.announced = self._stream.frames
        self.passed = self.failed = 0
        self.end_ms = 0.0
        self._starts = self._shown = 0  # how often decoding began anew, and how often a picture came of it
        self._waiting = False
        self._dry = self._driest = 0  # packets sent in a row that gave no picture
        self._left_out = False
        base = self._stream.time_base
        self._tick_ms = None if base is None else float(1000 * base)
        self._start = self._stream.start_time or 0
        self._last_ms = float("-inf")
        self._from_pts: int | None = None

    @property
    def trusted(self) -> bool:
        """Whether what was left out was rightly left out: not where key frames are none, or where some were damaged."""
        if self._everything:
            return True
        answered = self._shown * _TRUSTED >= self._starts and self._driest <= self.fps * self._bounds.gap_s + _DELAY
        return answered and not self.failed

    def shots(self) -> Iterator["_Shot"]:
        """As `Reader.shots`."""
        for packet, cut in self._wanted():
            if cut:  # the frames that the decoder still holds, then a clean start
                yield from self._decoded(None)
                self._codec.flush_buffers()
                self._from_pts = packet.pts
            if cut or not self._starts:
                self._starts, self._waiting = self._starts + 1, True
            self._dry += 1
            yield from self._decoded(packet)
            self._driest = max(self._driest, self._dry)
        yield from self._decoded(None)

    def close(self) -> None:
        """As `Reader.close`."""
        self._file.close()

    def _wanted(self) -> Iterator[tuple[Any, bool]]:
        """The packets to decode; whether some before it were left out."""
        ticks = 1 / float(self._stream.time_base or 1)
        gap, frame = self._bounds.gap_s * ticks, ticks / self.fps
        held: deque[Any] = deque()
        end = 0.0
        last: int | None = None  # when the last packet was sent that is shown
        for packet in self._packets():
            if packet.is_keyframe and not packet.is_discard:
                self._left_out |= bool(held)
                yield packet, bool(held)
                held.clear()
                last = packet.dts
                continue
            # nothing is left out before the first frame that is shown
            if self._everything or last is None or packet.is_discard or packet.dts is None:
                yield from ((p, False) for p in (*held, packet))
                held.clear()
                last = None if packet.is_discard else packet.dts
                continue
            held.append(packet)
            end = packet.dts + frame
            # the next key frame comes a frame later at the earliest
            while held and end - last > gap:
                last = held[0].dts
                yield held.popleft(), False
        if not self._left_out:  # a short clip is not judged by its first frame
            yield from ((p, False) for p in held)
        elif held and last is not None and end - last > gap * _ALMOST:  # no key frame comes any more
            yield held[0], False

    def _packets(self) -> Iterator[Any]:
        """Every packet of pictures; ends where the file does, or where it cannot be read on."""
        try:
            for packet in self._file.demux(self._stream):
                if packet.size:
                    if not packet.is_discard:
                        self.passed += 1
                        self._note_end(packet.pts)
                    yield packet
        except (av.FFmpegError, OSError):
            return

    def _decoded(self, packet: Any) -> Iterator["_Shot"]:
        try:
            frames = self._codec.decode(packet)
        except (av.FFmpegError, ValueError):
            self.failed += 1
            return
        for frame in frames:
            self._dry = 0
            if self._waiting:
                self._shown, self._waiting = self._shown + 1, False
            # what leads the key frame in time leans on frames that were left out
            if self._from_pts is None or frame.pts is None or frame.pts >= self._from_pts:
                yield self._timed(frame)

    def _timed(self, frame: av.VideoFrame) -> "_Shot":
        stated = self._ms(frame.pts)
        # some files have no timestamps, or ones that jump back: count frames instead
        at_ms = stated if stated is not None and stated > self._last_ms else max(self._last_ms, 0.0) + 1000 / self.fps
        self._last_ms = at_ms
        self.failed += frame.is_corrupt
        self.end_ms = max(self.end_ms, at_ms + 1000 / self.fps)
        return _Shot(frame, at_ms, self._bounds.max_pixels)

    def _note_end(self, pts: int | None) -> None:
        at_ms = self._ms(pts)
        if at_ms is not None:
            self.end_ms = max(self.end_ms, at_ms + 1000 / self.fps)

    def _ms(self, pts: int | None) -> float | None:
        return None if pts is None or self._tick_ms is None else (pts - self._start) * self._tick_ms


class _Shot:
    def __init__(self, frame: av.VideoFrame, at_ms: float, max_pixels: int) -> None:
        if frame.width * frame.height > max_pixels:
            raise Undecodable(f"a frame of {frame.width}x{frame.height} pixels is over the limit of {max_pixels}")
        self.at_ms, self._frame = at_ms, frame

    def grey(self) -> Image:
        frame = self._frame
        if frame.format.name not in _LUMA_FIRST:
            return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width]

    @property
    def turns(self) -> int:
        return round(self._frame.rotation / 90) % 4

    @property
    def held(self) -> int:
        return self._frame.width * self._frame.height * 3 // 2

    def picture(self, max_width: int) -> Image:
        turns = self.turns
        width, height = self._frame.width, self._frame.height
        if turns % 2:
            height, width = fitting(height, width, max_width)
        else:
            width, height = fitting(width, height, max_width)
        return np.ascontiguousarray(np.rot90(self._colour(width, height), turns), np.uint8)

    def _colour(self, width: int, height: int) -> Image:
        frame = self._frame
        scaled = (width, height) != (frame.width, frame.height)
        # FFmpeg's bilinear filter averages over area when it makes smaller
        scaling: dict[str, Any] = {"width": width, "height": height, "interpolation": "BILINEAR"} if scaled else {}
        plain = frame.format.name == "yuv420p" and frame.colorspace in _BT601 and frame.color_range in _STUDIO
        if plain and width % 2 == height % 2 == 0:  # OpenCV's conversion costs half of FFmpeg's
            planes = frame.to_ndarray(format="yuv420p", **scaling)
            return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420), np.uint8)
        return np.asarray(frame.to_ndarray(format="bgr24", **scaling), np.uint8)
