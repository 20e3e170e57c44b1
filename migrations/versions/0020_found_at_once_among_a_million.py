"""found at once among a million; what datasets state

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXES = (("evidence", "name"), ("sightings", "recycled_of"), ("tracks", "vehicles_min"))


def upgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stated", db.types.Json(none_as_null=True), nullable=True))
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_column("stated")
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
