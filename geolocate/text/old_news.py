"""Does a text say itself that what it shows is old?"""

import re

_SAYS_OLD = re.compile(
    r"""(?<!\w)(?P<no>not?\s|no\s|isn.t\s|не\s|ليس\s+|ليست\s+)?(?:an?\s|из\s|з\s|من\s)?(?:
      (?:old|archived?|archival|older|previous|last\s+year.s)\s+(?:video|footage|clip|film|photos?|pictures?|images?|recording)
    | (?:from\s+(?:the\s+|our\s+)?archives?|throwback)
    | архивн\w+ | архива? | архівн\w+ | архіву?
    | (?:стар|давн|прошлогодн|торішн)\w+\s+(?:видео|відео|кадр|запис|съ[её]мк|ролик|фото|снимк|зйомк)\w*
    | (?:видео|відео|кадры|кадри|фото|ролик)\s+стар\w+
    | (?:ال)?[أا]رشيف\w*
    | (?:فيديو|مقطع|صور|صورة|مشاهد|لقطات|تسجيل)\s+(?:ال)?قديم\w*
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def says_old(text: str) -> bool:
    """Whether a text calls its footage old or from an archive, and does not deny it."""
    return any(found["no"] is None for found in _SAYS_OLD.finditer(text))
