"""what speaks against posts

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "doubts",
        sa.Column("post_id", db.types.Id(), nullable=False),
        sa.Column("analyzer_id", db.types.Id(), nullable=False),
        sa.Column("kind", db.types.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("since", db.types.Utc(timezone=True), nullable=True),
        sa.Column("words", db.types.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analyzer_id"], ["analyzers.id"], name=op.f("fk_doubts_analyzer_id_analyzers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_doubts_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "analyzer_id", "kind", name=op.f("pk_doubts")),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sky", sa.Double(), nullable=True))
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recycled_why", db.types.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_column("recycled_why")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_column("sky")
    op.drop_table("doubts")
