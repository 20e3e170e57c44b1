"""Where files are kept, how many of them, and who does the work on them."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from collector.settings.section import Section


class Media(Section):
    """How much disk videos and pictures may take, in GB (10^9 bytes): at most `max_gb`, and `min_free_gb` stay free.

    Past that, files wait (state `quota`) until there is room again; posts are collected on.
    """

    max_gb: float | None = Field(default=None, ge=0)
    min_free_gb: float = Field(default=1.0, ge=0)


class Objects(Section):
    """Where media, captures and stills lie that several machines need; in the data folder unless `url` is set.

    `url`: a folder that all of them see, or `s3://BUCKET/PREFIX` with the `endpoint` of any S3-compatible store. Keys
    that are not set are taken from AWS_* variables. Each machine keeps media that it reads in a cache of `cache_gb`.
    """

    url: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = ""
    cache_gb: float = Field(default=5.0, gt=0)

    @field_validator("url")
    @classmethod
    def _is_place(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if found and (scheme not in ("s3", "file") or not rest.strip("/")):
            raise ValueError("url is a folder, or s3://BUCKET or s3://BUCKET/PREFIX")
        return value

    @field_validator("endpoint")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("endpoint is no http or https address")
        return value.rstrip("/")


class Workers(Section):
    """How workers on several machines know of each other (`dispatch = "postgres"`).

    Each says that it lives every `heartbeat_s`; one that has not for `dead_after_s` is held for dead, and others do its
    work. `queued_polls` sources at most wait for a worker at a time.
    """

    heartbeat_s: float = Field(default=10.0, gt=0)
    dead_after_s: float = Field(default=60.0, gt=0)
    queued_polls: int = Field(default=100, ge=1)

    @model_validator(mode="after")
    def _patient(self) -> Self:
        if self.dead_after_s < 2 * self.heartbeat_s:
            raise ValueError(f"dead_after_s {self.dead_after_s:g} is less than two heartbeats of {self.heartbeat_s:g}")
        return self
