"""crashes are counted, alerts acknowledged, work knows since when it waits

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('acknowledged_at', db.types.Utc(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('acknowledged_by', db.types.Text(), nullable=True))

    with op.batch_alter_table('sources', schema=None) as batch_op:
        batch_op.add_column(sa.Column('crashes', sa.Integer(), server_default=sa.text('0'), nullable=False))

    with op.batch_alter_table('work', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked_at', db.types.Utc(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('crashes', sa.Integer(), server_default=sa.text('0'), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('work', schema=None) as batch_op:
        batch_op.drop_column('crashes')
        batch_op.drop_column('asked_at')

    with op.batch_alter_table('sources', schema=None) as batch_op:
        batch_op.drop_column('crashes')

    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.drop_column('acknowledged_by')
        batch_op.drop_column('acknowledged_at')
