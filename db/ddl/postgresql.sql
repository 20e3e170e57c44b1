-- PostgreSQL only: a generated tsvector over the words of posts, and, where PostGIS is installed, a generated geography over sightings.
-- Statements are parted by a line of two hyphens and a semicolon, since functions hold semicolons of their own.
ALTER TABLE post_words ADD COLUMN IF NOT EXISTS ddl_found_by tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', words), 'A') || setweight(to_tsvector('simple', names), 'D')) STORED
--;
CREATE INDEX IF NOT EXISTS ddl_post_words_found_by ON post_words USING gin (ddl_found_by)
--;
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'postgis') THEN
    EXECUTE 'ALTER TABLE sightings ADD COLUMN IF NOT EXISTS ddl_geog geography(Point, 4326)
             GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography) STORED';
    EXECUTE 'CREATE INDEX IF NOT EXISTS ddl_sightings_geog ON sightings USING gist (ddl_geog)';
  END IF;
END
$$
--;
CREATE OR REPLACE FUNCTION ddl_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reviews are append-only: add another review instead';
END
$$
--;
DROP TRIGGER IF EXISTS ddl_reviews_append_only ON reviews
--;
CREATE TRIGGER ddl_reviews_append_only BEFORE UPDATE OR DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION ddl_append_only()
