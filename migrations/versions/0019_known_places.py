"""known places

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "landmarks",
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("kind", db.types.Text(), nullable=False),
        sa.Column("key", db.types.Text(), nullable=False),
        sa.Column("name", db.types.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("radius_km", sa.Double(), nullable=False),
        sa.Column("pictures", db.types.Json(none_as_null=True), nullable=False),
        sa.Column("sighting_key", db.types.Text(), nullable=True),
        sa.Column("media_id", db.types.Id(), nullable=True),
        sa.Column("added_at", db.types.Utc(timezone=True), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_landmarks_media_id_media"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landmarks")),
        sa.UniqueConstraint("key", name=op.f("uq_landmarks_key")),
        sa.UniqueConstraint("serial", name=op.f("uq_landmarks_serial")),
    )
    op.create_index(op.f("ix_landmarks_media_id"), "landmarks", ["media_id"])
    op.create_table(
        "media_scenes",
        sa.Column("media_id", db.types.Id(), nullable=False),
        sa.Column("analyzer_id", db.types.Id(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        *_owners("media_scenes"),
        sa.PrimaryKeyConstraint("media_id", "analyzer_id", name=op.f("pk_media_scenes")),
    )
    op.create_table(
        "landmark_matches",
        sa.Column("media_id", db.types.Id(), nullable=False),
        sa.Column("analyzer_id", db.types.Id(), nullable=False),
        sa.Column("landmark_id", db.types.Id(), nullable=False),
        sa.Column("at_ms", db.types.Id(), nullable=True),
        sa.Column("reference_ms", db.types.Id(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("inliers", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("box", db.types.Json(none_as_null=True), nullable=False),
        *_owners("landmark_matches"),
        sa.ForeignKeyConstraint(
            ["landmark_id"], ["landmarks.id"], name=op.f("fk_landmark_matches_landmark_id_landmarks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("media_id", "analyzer_id", "landmark_id", name=op.f("pk_landmark_matches")),
    )  # fmt: skip
    op.create_index(op.f("ix_landmark_matches_landmark_id"), "landmark_matches", ["landmark_id"])


def _owners(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{one}_id"], [f"{target}.id"], name=op.f(f"fk_{table}_{one}_id_{target}"), ondelete="CASCADE"
        )
        for one, target in (("media", "media"), ("analyzer", "analyzers"))
    ]


def downgrade() -> None:
    for table in ("landmark_matches", "media_scenes", "landmarks"):
        op.drop_table(table)
