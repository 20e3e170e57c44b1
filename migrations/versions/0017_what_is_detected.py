"""what is detected in frames and files

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('detections',
        sa.Column('id', db.types.Id(), nullable=False),
        sa.Column('frame_id', db.types.Id(), nullable=False),
        sa.Column('analyzer_id', db.types.Id(), nullable=False),
        sa.Column('ordinal', sa.Integer(), nullable=False),
        sa.Column('label', db.types.Text(), nullable=False),
        sa.Column('score', sa.Double(), nullable=False),
        sa.Column('box', db.types.Json(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(['analyzer_id'], ['analyzers.id'], name=op.f('fk_detections_analyzer_id_analyzers'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['frame_id'], ['frames.id'], name=op.f('fk_detections_frame_id_frames'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_detections')),
        sa.UniqueConstraint('frame_id', 'analyzer_id', 'ordinal', name=op.f('uq_detections_frame_id_analyzer_id_ordinal')),
    )
    op.create_table('media_vehicles',
        sa.Column('media_id', db.types.Id(), nullable=False),
        sa.Column('analyzer_id', db.types.Id(), nullable=False),
        sa.Column('looked', sa.Integer(), nullable=False),
        sa.Column('vehicles_min', sa.Integer(), nullable=False),
        sa.Column('vehicles_max', sa.Integer(), nullable=False),
        sa.Column('direction', db.types.Text(), nullable=True),
        sa.Column('military', sa.Double(), nullable=False),
        sa.Column('convoy_probability', sa.Double(), nullable=False),
        sa.Column('marks', db.types.Json(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(['analyzer_id'], ['analyzers.id'], name=op.f('fk_media_vehicles_analyzer_id_analyzers'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_vehicles_media_id_media'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('media_id', 'analyzer_id', name=op.f('pk_media_vehicles')),
    )
    with op.batch_alter_table('observations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('text_probability', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('footage', db.types.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('observations', schema=None) as batch_op:
        batch_op.drop_column('footage')
        batch_op.drop_column('text_probability')
    op.drop_table('media_vehicles')
    op.drop_table('detections')
