"""one sighting of a version

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: what names its owner's version from now on: table, owner, the column that names the owner, what is in one of them only
NAMED = (
    ("sighting_members", "sightings", "sighting_id", "post_id"),
    ("track_points", "tracks", "track_id", "sighting_id"),
)
COPIES = sa.text("copy_of_post_id IS NOT NULL")


def upgrade() -> None:
    for table, owner, of, one in NAMED:
        op.add_column(table, sa.Column("analyzer_id", db.types.Id(), nullable=True))
        op.execute(f"UPDATE {table} SET analyzer_id = (SELECT o.analyzer_id FROM {owner} o WHERE o.id = {table}.{of})")
        _one_each(table, of, one)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("analyzer_id", existing_type=db.types.Id(), nullable=False)
            if table == "track_points":
                batch_op.drop_constraint(op.f("uq_track_points_sighting_id_track_id"), type_="unique")
            else:
                batch_op.drop_index(op.f("ix_sighting_members_post_id"))
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_analyzer_id_analyzers"), "analyzers", ["analyzer_id"], ["id"], ondelete="CASCADE"
            )
            batch_op.create_unique_constraint(op.f(f"uq_{table}_{one}_analyzer_id"), [one, "analyzer_id"])
    op.create_index(
        op.f("ix_sighting_members_copy_of_post_id"), "sighting_members", ["copy_of_post_id"],
        sqlite_where=COPIES, postgresql_where=COPIES,
    )  # fmt: skip


def _one_each(table: str, of: str, one: str) -> None:
    """The newest stays where `db check` would have complained; the next run of the stage writes what is amiss anew."""
    op.execute(
        f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM {table} x WHERE x.{one} = {table}.{one}"
        f" AND x.analyzer_id = {table}.analyzer_id AND x.{of} > {table}.{of})"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_sighting_members_copy_of_post_id"), "sighting_members")
    for table, _, _, one in NAMED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f"uq_{table}_{one}_analyzer_id"), type_="unique")
            batch_op.drop_constraint(op.f(f"fk_{table}_analyzer_id_analyzers"), type_="foreignkey")
            batch_op.drop_column("analyzer_id")
            if table == "track_points":
                batch_op.create_unique_constraint(
                    op.f("uq_track_points_sighting_id_track_id"), ["sighting_id", "track_id"]
                )
            else:
                batch_op.create_index(op.f("ix_sighting_members_post_id"), ["post_id"])
