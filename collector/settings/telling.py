"""What is published, alerted, logged, and answered to monitors."""

from typing import Literal

from pydantic import Field, field_validator

from collector.settings.section import Section


class Publish(Section):
    """What `v_public_sightings` may show: how late (hours) and how coarse (degrees)."""

    delay_h: float = Field(default=24.0, ge=0)
    grid_deg: float = Field(default=0.1, gt=0)


class Health(Section):
    """Where the daemon answers /healthz, /status, /metrics and /alerts.atom; nowhere unless a port is set.

    It answers whoever reaches it: leave it on loopback, or put what asks for a password in front.
    """

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)


class Log(Section):
    """What the daemon writes to a file, as JSON lines; nothing unless a file is named (relative to `data_dir`)."""

    file: str = ""
    level: Literal["debug", "info", "warning", "error"] = "info"
    max_bytes: int = Field(default=10 * 2**20, ge=64 * 1024)
    keep: int = Field(default=5, ge=1)


class Alerts(Section):
    """When a person is told, and where: every alert is kept in the store, and posted to `webhook` until it is taken."""

    webhook: str = ""
    #: of a new or changed track: from which probability of a watched destination on, and how old it may be (hours)
    track_probability: float = Field(default=0.5, gt=0, le=1)
    track_max_age_h: float = Field(default=72.0, gt=0)
    #: a source that has posted before is silent: for 4 times its usual gap, and at least so long (hours)
    silence_h: float = Field(default=24.0, gt=0)
    #: a source cannot be read, or work waits, for so long (hours)
    failing_h: float = Field(default=24.0, gt=0)
    backlog_h: float = Field(default=6.0, gt=0)
    #: too little is free on the disk of the data folder
    min_free_gb: float = Field(default=2.0, ge=0)

    @field_validator("webhook")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("webhook is no http or https address")
        return value
