"""Alembic's entry: runs the migrations on the connection that db.migrate hands in."""

from alembic import context

from db.models import Base

#: tables that db/ddl keeps, not the models
REBUILT = ("posts_fts", "post_words_fts", "sightings_rtree", "spatial_ref_sys")


def include(_obj: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Leave out what the models do not describe."""
    return not (kind == "table" and name is not None and name.startswith(REBUILT)) and not (name or "").startswith(
        "ddl_"
    )


def run() -> None:
    """Run on the given connection, in its transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_object=include,
        compare_type=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


run()
