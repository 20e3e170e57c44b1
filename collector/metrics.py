"""What does Prometheus get? Counts since the start, folded from the fetches that were stored, and the state of now."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from db import health
from db.session import Store

#: from "at once" to the longest interval, seconds
_LAG_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, 12 * 3600)
_POLL_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counters begin at zero with the process, as Prometheus expects. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._registry = CollectorRegistry(auto_describe=True)
        self._now = _Now()
        into = self._registry
        into.register(self._now)
        self._polls = Counter("convoywatch_polls", "Polls by their result", ["platform", "result"], registry=into)
        self._posts = Counter("convoywatch_posts", "New and edited posts", ["platform"], registry=into)
        self._bytes = Counter("convoywatch_fetched_bytes", "Bytes of raw answers", ["platform"], registry=into)
        self._lag = Histogram(
            "convoywatch_poll_lag_seconds", "From the moment a source was due to its poll", buckets=_LAG_S,
            registry=into,
        )  # fmt: skip
        self._took = Histogram("convoywatch_poll_seconds", "How long polls took", buckets=_POLL_S, registry=into)
        with store.read() as conn:
            self._seen = health.last_fetch_id(conn)

    def text(self, told: dict[str, Any]) -> tuple[str, bytes]:
        """The media type and the body; `told` is a snapshot of now."""
        with self._lock:
            while self._fold():
                pass
            self._now.told = told
            return CONTENT_TYPE_LATEST, generate_latest(self._registry)

    def _fold(self) -> bool:
        """Count what was stored since the last time; was there anything?"""
        with self._store.read() as conn:
            fetches = health.fetches_after(conn, self._seen)
        for f in fetches:
            self._polls.labels(f.platform, f.error_kind or f.state).inc()
            self._posts.labels(f.platform).inc(f.posts_new)
            self._bytes.labels(f.platform).inc(int(f.bytes))
            self._lag.observe(max(0.0, (f.started_at - f.slot).total_seconds()))
            self._took.observe(max(0.0, (f.finished_at - f.started_at).total_seconds()))
            self._seen = f.id
        return bool(fetches)


class _Now(Collector):
    """The state of now, from a snapshot."""

    told: dict[str, Any] | None = None

    def collect(self) -> Iterable[Metric]:
        told = self.told
        if told is None:
            return
        yield _gauge("convoywatch_sources", "Polled sources by state", "state", told["sources"]["by_state"])
        yield _gauge(
            "convoywatch_sources_overdue", "Sources due for over a minute", "", {"": told["sources"]["overdue"]}
        )
        backlog = GaugeMetricFamily("convoywatch_backlog", "Inputs by stage and state", labels=["stage", "state"])
        for stage, states in told["backlog"].items():
            for state in ("pending", "running", "failed", "poisoned"):
                backlog.add_metric([stage, state], states[state])
        yield backlog
        waits = {stage: states["oldest_s"] or 0 for stage, states in told["backlog"].items()}
        yield _gauge("convoywatch_backlog_oldest_seconds", "How long the oldest input waits", "stage", waits)
        open_alerts: dict[str, int] = {}
        for alert in told["alerts"]:
            open_alerts[alert["kind"]] = open_alerts.get(alert["kind"], 0) + 1
        yield _gauge("convoywatch_alerts_open", "Open alerts by kind", "kind", open_alerts)
        paused = sum(host["open_until"] is not None for host in told["hosts"])
        yield _gauge("convoywatch_hosts_paused", "Hosts that are left alone", "", {"": paused})
        disk = told["disk"]
        kept = {name: disk[name]["bytes"] for name in ("captures", "media")} | {"store": disk["store_bytes"] or 0}
        yield _gauge("convoywatch_disk_bytes", "Bytes kept", "what", kept)
        yield _gauge("convoywatch_disk_free_bytes", "Free on the disk of the data folder", "", {"": disk["free_bytes"]})
        yield _gauge("convoywatch_memory_bytes", "Resident memory of the daemon", "", {"": resident_bytes()})


def _gauge(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def resident_bytes() -> int:
    """The memory of this process that is in RAM; 0 where the system does not say (proc(5): VmRSS, in kB)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
