"""whose work is in hand

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

from db.types import Id

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_by", Id, nullable=True))
        batch_op.create_index(batch_op.f("ix_work_claimed_by"), ["claimed_by"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_claimed_by"))
        batch_op.drop_column("claimed_by")
