"""words to search by

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('post_words',
    sa.Column('post_id', db.types.Id(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('words', db.types.Text(), nullable=False),
    sa.Column('names', db.types.Text(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_post_words_post_id_posts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_post_words'))
    )
    with op.batch_alter_table('post_words', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_words_version'), ['version'], unique=False)

    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_ref'), ['ref'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_ref'))

    with op.batch_alter_table('post_words', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_words_version'))

    op.drop_table('post_words')
