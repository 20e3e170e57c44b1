-- Posts in a partition a month, on a copy of the store: docs/howto/scale.md tells what came of it. Run by bench.partitions.
-- No migration: `db upgrade` knows nothing of it. What belongs to a post is no longer bound to it by the database, since a
-- foreign key would have to hold the month too; one post a name is seen to by posts.save() and post_aliases alone.
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT conrelid::regclass AS held, conname FROM pg_constraint WHERE confrelid = 'posts'::regclass LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.held, one.conname);
  END LOOP;
END $$;
ALTER TABLE posts RENAME TO posts_whole;
ALTER SEQUENCE posts_id_seq OWNED BY NONE;
CREATE TABLE posts (LIKE posts_whole INCLUDING DEFAULTS INCLUDING GENERATED) PARTITION BY RANGE (collected_at);
CREATE TABLE posts_other PARTITION OF posts DEFAULT;
DO $$
DECLARE month date;
BEGIN
  FOR month IN SELECT generate_series(date_trunc('month', min(collected_at)), max(collected_at), '1 month') FROM posts_whole LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF posts FOR VALUES FROM (%L) TO (%L)',
                   to_char(month, '"posts_"YYYY_MM'), month, month + interval '1 month');
  END LOOP;
END $$;
DO $$
BEGIN
  EXECUTE (SELECT format('INSERT INTO posts (%1$s) SELECT %1$s FROM posts_whole', string_agg(quote_ident(column_name), ', '))
           FROM information_schema.columns WHERE table_name = 'posts_whole' AND is_generated = 'NEVER');
END $$;
DROP TABLE posts_whole;
ALTER TABLE posts ADD PRIMARY KEY (id, collected_at);
CREATE UNIQUE INDEX ON posts (platform, native_id, revision, collected_at);
CREATE INDEX ON posts (platform, native_id) WHERE is_current;
CREATE INDEX ON posts (posted_at);
CREATE INDEX ON posts (source_id);
ALTER TABLE posts ADD FOREIGN KEY (source_id) REFERENCES sources (id);
