"""long texts are searched by their beginning: past a megabyte of words PostgreSQL refused the post

Revision: 0011, after 0010
"""

from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE posts DROP COLUMN IF EXISTS ddl_text_search')  # db/ddl/postgresql.sql makes it anew


def downgrade() -> None:
    upgrade()
