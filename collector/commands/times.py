"""Which moment does an operator mean: a date, a time, or so long ago?"""

import re
from datetime import UTC, datetime, timedelta

import click

from collector.context import now

_AGO = re.compile(r"(\d{1,6})\s*(h|d|w)", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """`2026-03-01`, `2026-03-01T08:30`, `36h`, `7d`, `2w`: an aware UTC datetime; a time without a zone is UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Fails with what may be written."""
        if isinstance(value, datetime):
            return value
        told = str(value).strip()
        try:
            if ago := _AGO.fullmatch(told):
                return now() - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])})
            at = datetime.fromisoformat(told)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{told!r} is no time: write 2026-03-01, 2026-03-01T08:30, 36h, 7d or 2w", param, ctx)


moment = Moment()
