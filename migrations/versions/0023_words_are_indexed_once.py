"""words are indexed once: search asks post_words, and nothing asked the words of the texts as they stand

Revision: 0023, after 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE posts DROP COLUMN IF EXISTS ddl_text_search")


def downgrade() -> None:
    pass  # an older program makes the column anew
