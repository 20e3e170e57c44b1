"""Where does OpenCV come from, silenced and fenced in?

Import `cv2` from here wherever files of strangers are decoded: the environment must be set before the library loads.
The fence: only local files and only containers of recorded video, so that a "video" that is really a playlist cannot
make FFmpeg open other files or addresses.
"""

import os

#: FFmpeg's names of containers that hold recorded video and nothing that names other files
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif"
for _name, _value in {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # AV_LOG_QUIET
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": f"protocol_whitelist;file|format_whitelist;{CONTAINERS}",
    # packets in a row that may fail before a stream counts as ended; the default of 64 loses what follows a bad patch
    "OPENCV_FFMPEG_DECODE_ATTEMPTS": "4096",
}.items():
    os.environ[_name] = _value

import cv2  # noqa: E402

__all__ = ["CONTAINERS", "cv2", "reason"]

_NO_MEMORY = -4  # cv::Error::StsNoMem


def reason(error: cv2.error) -> str:
    """What OpenCV says is wrong with a file. Raises `MemoryError` for a lack of memory, which is not the file's."""
    if error.code == _NO_MEMORY:
        raise MemoryError(error.err) from error
    return str(error.err or error)
