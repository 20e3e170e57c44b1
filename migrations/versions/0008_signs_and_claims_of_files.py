"""signs and claims of files

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signs',
        sa.Column('id', db.types.Id(), nullable=False),
        sa.Column('media_id', db.types.Id(), nullable=False),
        sa.Column('analyzer_id', db.types.Id(), nullable=False),
        sa.Column('ordinal', sa.Integer(), nullable=False),
        sa.Column('text', db.types.Text(), nullable=False),
        sa.Column('script', db.types.Text(), nullable=False),
        sa.Column('kind', db.types.Text(), nullable=False),
        sa.Column('box', db.types.Json(none_as_null=True), nullable=False),
        sa.Column('score', sa.Double(), nullable=False),
        sa.Column('at_ms', db.types.Id(), nullable=True),
        sa.Column('first_ms', db.types.Id(), nullable=True),
        sa.Column('last_ms', db.types.Id(), nullable=True),
        sa.ForeignKeyConstraint(['analyzer_id'], ['analyzers.id'], name=op.f('fk_signs_analyzer_id_analyzers'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_signs_media_id_media'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signs')),
        sa.UniqueConstraint('media_id', 'analyzer_id', 'ordinal', name=op.f('uq_signs_media_id_analyzer_id_ordinal')),
    )
    op.create_table('media_claims',
        sa.Column('media_id', db.types.Id(), nullable=False),
        sa.Column('analyzer_id', db.types.Id(), nullable=False),
        sa.Column('source', db.types.Text(), nullable=False),
        sa.Column('lat', sa.Double(), nullable=True),
        sa.Column('lon', sa.Double(), nullable=True),
        sa.Column('made_at', db.types.Text(), nullable=True),
        sa.Column('device', db.types.Text(), nullable=True),
        sa.Column('software', db.types.Text(), nullable=True),
        sa.Column('trust', sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(['analyzer_id'], ['analyzers.id'], name=op.f('fk_media_claims_analyzer_id_analyzers'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_claims_media_id_media'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('media_id', 'analyzer_id', name=op.f('pk_media_claims')),
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('media_id', db.types.Id(), nullable=True))
        batch_op.add_column(sa.Column('at_ms', db.types.Id(), nullable=True))
        batch_op.add_column(sa.Column('box', db.types.Json(none_as_null=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_evidence_media_id_media'), 'media', ['media_id'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_evidence_media_id_media'), type_='foreignkey')
        batch_op.drop_column('box')
        batch_op.drop_column('at_ms')
        batch_op.drop_column('media_id')
    op.drop_table('media_claims')
    op.drop_table('signs')
