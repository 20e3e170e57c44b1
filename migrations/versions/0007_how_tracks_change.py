"""how tracks change

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('track_changes',
        sa.Column('id', db.types.Id(), nullable=False),
        sa.Column('analyzer_id', db.types.Id(), nullable=False),
        sa.Column('at', db.types.Utc(timezone=True), nullable=False),
        sa.Column('kind', db.types.Text(), nullable=False),
        sa.Column('track_key', db.types.Text(), nullable=False),
        sa.Column('other_key', db.types.Text(), nullable=True),
        sa.Column('sightings', sa.Integer(), nullable=False),
        sa.Column('detail', db.types.Text(), nullable=False),
        sa.ForeignKeyConstraint(['analyzer_id'], ['analyzers.id'], name=op.f('fk_track_changes_analyzer_id_analyzers'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_track_changes')),
    )
    with op.batch_alter_table('track_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_track_changes_analyzer_id_track_key'), ['analyzer_id', 'track_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_track_changes_analyzer_id_other_key'), ['analyzer_id', 'other_key'], unique=False)
    with op.batch_alter_table('tracks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest', db.types.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('state', db.types.Text(), server_default='moving', nullable=False))
        batch_op.add_column(sa.Column('state_probability', sa.Double(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('state_destination_id', db.types.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('tracks', schema=None) as batch_op:
        batch_op.drop_column('state_destination_id')
        batch_op.drop_column('state_probability')
        batch_op.drop_column('state')
        batch_op.drop_column('digest')
    op.drop_table('track_changes')
