"""One file a stage of the flow."""

import hashlib
import json

from collector.context import Context, now
from collector.stages.base import Stage
from collector.stages.cluster import Cluster
from collector.stages.compare import Compare
from collector.stages.detect import Detect
from collector.stages.download import Download
from collector.stages.landmark import Landmark
from collector.stages.locate import Locate
from collector.stages.match import Match
from collector.stages.poster import Poster
from collector.stages.read import Read
from collector.stages.sample import Sample
from collector.stages.survey import Survey
from collector.stages.track import Track
from db import analyzers, work

#: every stage after the poll, upstream first
STAGES: tuple[Stage, ...] = (
    Download(), Poster(), Sample(), Read(), Detect(), Survey(), Landmark(), Locate(), Compare(), Match(), Cluster(),
    Track(),
)  # fmt: skip
BY_NAME = {stage.name: stage for stage in STAGES}
#: stages whose dangerous work is done in processes of their own, or whose bytes are only copied
INNOCENT = ("download", "sample", "read", "detect", "survey")
#: whose results each stage's results are made of
_UPSTREAM: dict[str, tuple[str, ...]] = {
    "cluster": ("locate", "compare", "match"), "track": ("locate", "compare", "match", "cluster"),
}  # fmt: skip


def register(ctx: Context) -> None:
    """Give every stage its analyzer row; a version that is new gets all its inputs as work."""
    with ctx.store.write() as conn:
        for stage in STAGES:
            params = stage.params(ctx.settings)
            ctx.analyzers[stage.name], new = analyzers.register(conn, stage.name, version(ctx, stage), params, now())
            if new:
                work.enqueue_once(conn, ctx.analyzers[stage.name], stage.backlog(conn))


def look_up(ctx: Context) -> str | None:
    """Find the analyzer row of every stage; what is missing, in words, when a scheduler has not registered it."""
    with ctx.store.read() as conn:
        found = {stage.name: analyzers.find(conn, stage.name, version(ctx, stage)) for stage in STAGES}
    if missing := [name for name, known in found.items() if known is None]:
        return f"no scheduler has this version or configuration of {', '.join(missing)}"
    ctx.analyzers.update({name: known for name, known in found.items() if known is not None})
    return None


def version(ctx: Context, stage: Stage) -> str:
    """The stage's own version with a digest of its settings and of all that it builds on."""
    names = (*_UPSTREAM.get(stage.name, ()), stage.name)
    chain = [(s, BY_NAME[s].version, BY_NAME[s].params(ctx.settings)) for s in names]
    digest = hashlib.sha256(json.dumps(chain, sort_keys=True).encode()).hexdigest()
    return f"{stage.version}-{digest[:10]}"
