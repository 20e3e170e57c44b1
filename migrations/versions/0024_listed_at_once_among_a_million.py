"""listed at once among a million: the newest sightings, and how many posts a source has

Revision: 0024, after 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_sightings_seen_to"), "sightings", ["seen_to"])
    op.create_index(op.f("ix_posts_source_id_is_current"), "posts", ["source_id", "is_current"])
    op.drop_index(op.f("ix_posts_source_id"), "posts")


def downgrade() -> None:
    op.create_index(op.f("ix_posts_source_id"), "posts", ["source_id"])
    op.drop_index(op.f("ix_posts_source_id_is_current"), "posts")
    op.drop_index(op.f("ix_sightings_seen_to"), "sightings")
