"""splits and mergers

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("these", db.types.Json(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("others", db.types.Json(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_column("others")
        batch_op.drop_column("these")
