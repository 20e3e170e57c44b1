"""where reports can be

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "observation_spots",
        sa.Column("analyzer_id", db.types.Id(), nullable=False),
        sa.Column("tile", db.types.Id(), nullable=False),
        sa.Column("post_id", db.types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analyzer_id"], ["analyzers.id"], name=op.f("fk_observation_spots_analyzer_id_analyzers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_observation_spots_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("analyzer_id", "tile", "post_id", name=op.f("pk_observation_spots")),
    )
    op.create_index(op.f("ix_observation_spots_post_id"), "observation_spots", ["post_id"], unique=False)


def downgrade() -> None:
    op.drop_table("observation_spots")
