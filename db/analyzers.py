"""Which version of each stage runs, and which one the views show."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from db.models import Analyzer, Work
from db.upsert import insert


def register(conn: Connection, stage: str, version: str, params: dict[str, Any], now: datetime) -> tuple[int, bool]:
    """The row id of this version of a stage, and whether it is new. The first version of a stage is current at once."""
    known = conn.execute(select(Analyzer.id).where(Analyzer.stage == stage, Analyzer.version == version)).scalar()
    if known is not None:
        return known, False
    first = not conn.execute(select(func.count()).select_from(Analyzer).where(Analyzer.stage == stage)).scalar_one()
    row = {"stage": stage, "version": version, "params": params, "is_current": first, "created_at": now}
    conn.execute(insert(conn, Analyzer).values(row).on_conflict_do_nothing())
    return conn.execute(
        select(Analyzer.id).where(Analyzer.stage == stage, Analyzer.version == version)
    ).scalar_one(), True


def find(conn: Connection, stage: str, version: str) -> int | None:
    """The row id of this version of a stage; None when no scheduler has registered it."""
    return conn.execute(select(Analyzer.id).where(Analyzer.stage == stage, Analyzer.version == version)).scalar()


def newest(conn: Connection, analyzer_id: int) -> int | None:
    """The version of the same stage that was registered last; None when there is no such analyzer."""
    stage = select(Analyzer.stage).where(Analyzer.id == analyzer_id).scalar_subquery()
    return conn.execute(select(func.max(Analyzer.id)).where(Analyzer.stage == stage)).scalar()


def promote_if_drained(conn: Connection, analyzer_ids: Collection[int], now: datetime) -> bool:
    """Show these versions, and no others, once they have no work left that could be done now. True if that changed."""
    waiting = and_(Work.state == "pending", or_(Work.retry_at.is_(None), Work.retry_at <= now))
    left = (
        select(func.count())
        .select_from(Work)
        .where(Work.analyzer_id.in_(analyzer_ids), or_(waiting, Work.state == "running"))
    )
    hidden = select(func.count()).select_from(Analyzer).where(Analyzer.id.in_(analyzer_ids), ~Analyzer.is_current)
    if conn.execute(left).scalar_one() or not conn.execute(hidden).scalar_one():
        return False
    stages = select(Analyzer.stage).where(Analyzer.id.in_(analyzer_ids))
    conn.execute(update(Analyzer).where(Analyzer.stage.in_(stages)).values(is_current=Analyzer.id.in_(analyzer_ids)))
    return True
