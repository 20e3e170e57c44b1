-- SQLite only: full-text search over posts (FTS5) and a space index over sightings (R*Tree), kept by triggers.
-- Statements are parted by a line of two hyphens and a semicolon, since triggers hold semicolons of their own.
CREATE VIRTUAL TABLE IF NOT EXISTS posts_fts USING fts5(text, content='posts', content_rowid='id', tokenize='unicode61 remove_diacritics 2')
--;
CREATE TRIGGER ddl_posts_fts_insert AFTER INSERT ON posts BEGIN
  INSERT INTO posts_fts (rowid, text) VALUES (new.id, new.text);
END
--;
CREATE TRIGGER ddl_posts_fts_delete AFTER DELETE ON posts BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', old.id, old.text);
END
--;
CREATE TRIGGER ddl_posts_fts_update AFTER UPDATE OF text ON posts BEGIN
  INSERT INTO posts_fts (posts_fts, rowid, text) VALUES ('delete', old.id, old.text);
  INSERT INTO posts_fts (rowid, text) VALUES (new.id, new.text);
END
--;
CREATE VIRTUAL TABLE IF NOT EXISTS post_words_fts USING fts5(words, names, content='post_words', content_rowid='post_id', tokenize="unicode61 remove_diacritics 0")
--;
CREATE TRIGGER ddl_post_words_fts_insert AFTER INSERT ON post_words BEGIN
  INSERT INTO post_words_fts (rowid, words, names) VALUES (new.post_id, new.words, new.names);
END
--;
CREATE TRIGGER ddl_post_words_fts_delete AFTER DELETE ON post_words BEGIN
  INSERT INTO post_words_fts (post_words_fts, rowid, words, names) VALUES ('delete', old.post_id, old.words, old.names);
END
--;
CREATE TRIGGER ddl_post_words_fts_update AFTER UPDATE ON post_words BEGIN
  INSERT INTO post_words_fts (post_words_fts, rowid, words, names) VALUES ('delete', old.post_id, old.words, old.names);
  INSERT INTO post_words_fts (rowid, words, names) VALUES (new.post_id, new.words, new.names);
END
--;
CREATE VIRTUAL TABLE IF NOT EXISTS sightings_rtree USING rtree(id, min_lat, max_lat, min_lon, max_lon)
--;
CREATE TRIGGER ddl_sightings_rtree_insert AFTER INSERT ON sightings BEGIN
  INSERT INTO sightings_rtree VALUES (new.id, new.lat, new.lat, new.lon, new.lon);
END
--;
CREATE TRIGGER ddl_sightings_rtree_delete AFTER DELETE ON sightings BEGIN
  DELETE FROM sightings_rtree WHERE id = old.id;
END
--;
CREATE TRIGGER ddl_sightings_rtree_update AFTER UPDATE OF lat, lon ON sightings BEGIN
  UPDATE sightings_rtree SET min_lat = new.lat, max_lat = new.lat, min_lon = new.lon, max_lon = new.lon WHERE id = new.id;
END
--;
CREATE TRIGGER ddl_reviews_no_update BEFORE UPDATE ON reviews BEGIN
  SELECT RAISE(ABORT, 'reviews are append-only: add another review instead');
END
--;
CREATE TRIGGER ddl_reviews_no_delete BEFORE DELETE ON reviews BEGIN
  SELECT RAISE(ABORT, 'reviews are append-only: add another review instead');
END
