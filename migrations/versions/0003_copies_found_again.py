"""copies found again

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('texts',
    sa.Column('id', db.types.Id(), nullable=False),
    sa.Column('digest', db.types.Text(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=False),
    sa.Column('packed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_texts')),
    sa.UniqueConstraint('digest', name=op.f('uq_texts_digest'))
    )
    op.create_table('media_pairs',
    sa.Column('media_id', db.types.Id(), nullable=False),
    sa.Column('other_id', db.types.Id(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('overlap_s', sa.Double(), nullable=False),
    sa.Column('mirrored', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_pairs_media_id_media'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['media.id'], name=op.f('fk_media_pairs_other_id_media'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('media_id', 'other_id', name=op.f('pk_media_pairs'))
    )
    op.create_table('media_prints',
    sa.Column('media_id', db.types.Id(), nullable=False),
    sa.Column('packed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_prints_media_id_media'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('media_id', name=op.f('pk_media_prints'))
    )
    op.create_table('media_words',
    sa.Column('word', db.types.Id(), nullable=False),
    sa.Column('media_id', db.types.Id(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_words_media_id_media'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('word', 'media_id', name=op.f('pk_media_words')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('media_words', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_words_media_id'), ['media_id'], unique=False)

    op.create_table('text_anchors',
    sa.Column('anchor', db.types.Id(), nullable=False),
    sa.Column('text_id', db.types.Id(), nullable=False),
    sa.ForeignKeyConstraint(['text_id'], ['texts.id'], name=op.f('fk_text_anchors_text_id_texts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('anchor', 'text_id', name=op.f('pk_text_anchors')),
    sqlite_with_rowid=False
    )
    op.create_table('text_pairs',
    sa.Column('text_id', db.types.Id(), nullable=False),
    sa.Column('near_id', db.types.Id(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['near_id'], ['texts.id'], name=op.f('fk_text_pairs_near_id_texts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['text_id'], ['texts.id'], name=op.f('fk_text_pairs_text_id_texts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('text_id', 'near_id', name=op.f('pk_text_pairs'))
    )
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recycled_of', db.types.Text(), nullable=True))
        batch_op.add_column(sa.Column('recycled_since', db.types.Utc(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.drop_column('recycled_since')
        batch_op.drop_column('recycled_of')

    op.drop_table('text_pairs')
    op.drop_table('text_anchors')
    with op.batch_alter_table('media_words', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_words_media_id'))

    op.drop_table('media_words')
    op.drop_table('media_prints')
    op.drop_table('media_pairs')
    op.drop_table('texts')
