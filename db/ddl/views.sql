-- The views that analysts query: plain joins, the same on SQLite and PostgreSQL. Only results of current analyzers show.
-- What may be missing is joined by its version's number, which with the row's is unique: where a question asks for nothing of
-- it, the database leaves the join out.
-- Angles are degrees, distances km, times UTC. docs/schema.md says what each column is.
CREATE VIEW v_sightings AS
SELECT s.id, s.key, s.place, s.lat, s.lon, s.radius_km, s.seen_from, s.seen_to, s.posted_at AS first_posted_at,
       s.convoy_probability, s.independent_sources, s.copies, s.vehicles_min, s.vehicles_max, s.kinds, s.bearing_deg,
       s.to_hint, p.track_id, (
         SELECT NULLIF(r.decision, 'undo') FROM reviews r WHERE r.kind = 'sighting' AND r.key = s.key
         AND r.decision IN ('confirm', 'reject', 'undo') ORDER BY r.id DESC LIMIT 1) AS review, s.recycled_of, s.recycled_since, s.recycled_why
FROM sightings s
LEFT JOIN track_points p ON p.sighting_id = s.id AND p.analyzer_id = (
  SELECT a.id FROM analyzers a WHERE a.stage = 'track' AND a.is_current)
WHERE s.analyzer_id = (SELECT a.id FROM analyzers a WHERE a.stage = 'cluster' AND a.is_current)
--;
CREATE VIEW v_tracks AS
SELECT t.id, t.key, t.first_seen, t.last_seen, t.sightings, t.road_km, t.vehicles_min, t.vehicles_max,
       d.destination_id, coalesce(n.name, d.destination_id) AS destination, d.probability AS destination_probability,
       t.eta_from, t.eta_to, t.state, t.state_probability, t.state_destination_id, (
         SELECT NULLIF(r.decision, 'undo') FROM reviews r WHERE r.kind = 'track' AND r.key = t.key
         AND r.decision IN ('confirm', 'reject', 'undo') ORDER BY r.id DESC LIMIT 1) AS review
FROM tracks t
JOIN analyzers a ON a.id = t.analyzer_id AND a.is_current
LEFT JOIN track_destinations d ON d.track_id = t.id AND NOT EXISTS (
  SELECT 1 FROM track_destinations o WHERE o.track_id = t.id
  AND (o.probability > d.probability OR (o.probability = d.probability AND o.destination_id < d.destination_id)))
LEFT JOIN destinations n ON n.id = d.destination_id
--;
CREATE VIEW v_track_points AS
SELECT p.track_id, t.key AS track_key, p.seq, p.sighting_id, s.place, p.lat, p.lon, s.radius_km, p.seen_at, p.probability,
       p.road_km, p.hours, p.speed_kmh, s.independent_sources, s.copies, p.explanation
FROM track_points p
JOIN tracks t ON t.id = p.track_id
JOIN analyzers a ON a.id = t.analyzer_id AND a.is_current
JOIN sightings s ON s.id = p.sighting_id
--;
CREATE VIEW v_track_changes AS
SELECT c.id, c.at AS changed_at, c.kind, c.track_key, t.id AS track_id, c.other_key, o.id AS other_track_id, c.sightings, c.detail
FROM track_changes c
JOIN analyzers a ON a.id = c.analyzer_id AND a.is_current
LEFT JOIN tracks t ON t.analyzer_id = c.analyzer_id AND t.key = c.track_key
LEFT JOIN tracks o ON o.analyzer_id = c.analyzer_id AND o.key = c.other_key
--;
CREATE VIEW v_heading_to_airbase AS
SELECT d.track_id, t.key AS track_key, d.destination_id, n.name AS destination, n.lat AS destination_lat,
       n.lon AS destination_lon, d.probability, t.first_seen, t.last_seen, t.sightings, t.eta_from, t.eta_to
FROM track_destinations d
JOIN tracks t ON t.id = d.track_id
JOIN analyzers a ON a.id = t.analyzer_id AND a.is_current
JOIN destinations n ON n.id = d.destination_id
--;
CREATE VIEW v_doubts AS
SELECT m.sighting_id, s.key AS sighting_key, m.post_id, p.native_id, p.url, p.posted_at, d.kind, d.probability, d.since, d.words,
       s.recycled_of IS NOT NULL AS recycled
FROM doubts d
JOIN analyzers l ON l.id = d.analyzer_id AND l.is_current
JOIN posts p ON p.id = d.post_id
JOIN sighting_members m ON m.post_id = d.post_id
JOIN sightings s ON s.id = m.sighting_id
JOIN analyzers a ON a.id = s.analyzer_id AND a.is_current
--;
CREATE VIEW v_evidence_trail AS
SELECT m.sighting_id, s.key AS sighting_key, tp.track_id, m.post_id, p.platform, p.channel_name, p.channel_title, p.native_id, p.revision,
       p.url, p.posted_at, p.collected_at, p.text AS post_text, p.forwarded_from_name, p.forwarded_from_url, p.capture_sha256,
       m.copy_of_post_id, m.copy_reason, e.ordinal, e.kind AS evidence_kind, e.role, e.text AS evidence_text, e.start_at,
       e.end_at, e.name, e.ref, e.lat, e.lon, e.radius_km, e.probability, x.removed_at, f.sha256 AS media_sha256,
       e.at_ms AS media_at_ms, e.box AS media_box, o.convoy_probability, o.text_probability, o.footage
FROM sighting_members m
JOIN sightings s ON s.id = m.sighting_id
JOIN analyzers a ON a.id = s.analyzer_id AND a.is_current
JOIN posts p ON p.id = m.post_id
LEFT JOIN track_points tp ON tp.sighting_id = s.id AND tp.analyzer_id = (
  SELECT b.id FROM analyzers b WHERE b.stage = 'track' AND b.is_current)
LEFT JOIN evidence e ON e.post_id = p.id AND e.analyzer_id = (
  SELECT b.id FROM analyzers b WHERE b.stage = 'locate' AND b.is_current)
LEFT JOIN media f ON f.id = e.media_id
LEFT JOIN observations o ON o.post_id = p.id AND o.analyzer_id = (
  SELECT b.id FROM analyzers b WHERE b.stage = 'locate' AND b.is_current)
LEFT JOIN post_absences x ON x.platform = p.platform AND x.native_id = p.native_id AND x.removed_at IS NOT NULL
  AND x.returned_at IS NULL
--;
CREATE VIEW v_source_health AS
SELECT s.id, s.platform, s.name, s.title, s.enabled, s.state, s.failures, s.last_error_kind, s.last_error, s.last_fetch_at, s.last_ok_at,
       s.last_post_at, s.next_check_at, s.interval_s,
       (SELECT count(*) FROM posts p WHERE p.source_id = s.id AND p.is_current) AS posts,
       (SELECT count(*) FROM source_issues i WHERE i.source_id = s.id) AS issues
FROM sources s
WHERE s.state <> 'removed'
--;
CREATE VIEW v_backlog AS
SELECT a.stage, a.version, a.is_current, w.state, w.error_kind, count(*) AS items, min(w.retry_at) AS next_retry_at,
       min(w.asked_at) AS oldest_asked_at
FROM work w
JOIN analyzers a ON a.id = w.analyzer_id
GROUP BY a.stage, a.version, a.is_current, w.state, w.error_kind
--;
CREATE VIEW v_public_sightings AS
SELECT v.id, s.public_lat AS lat, s.public_lon AS lon, s.public_radius_km AS radius_km, v.seen_from, v.seen_to,
       v.independent_sources, v.vehicles_min, v.vehicles_max, v.kinds
FROM v_sightings v
JOIN sightings s ON s.id = v.id
WHERE v.review = 'confirm' AND s.public_after <= CURRENT_TIMESTAMP
--;
CREATE VIEW v_removed_posts AS
SELECT p.id AS post_id, x.platform, p.channel_name, p.channel_title, x.native_id, p.url, p.posted_at, p.revision, p.text AS post_text,
       x.reads, x.first_missing_at, x.last_missing_at, x.removed_at, x.returned_at, x.capture_sha256
FROM post_absences x
JOIN posts p ON p.platform = x.platform AND p.native_id = x.native_id AND p.is_current
WHERE x.removed_at IS NOT NULL
--;
CREATE VIEW v_withheld AS
SELECT a.id, a.post_id, p.platform, p.channel_name, p.channel_title, p.native_id, p.url, p.posted_at, p.collected_at,
       a.ordinal, a.kind, a.duration_s, a.thumb_url, t.sha256 AS poster_sha256, a.state, a.found_by, a.found_at, m.sha256
FROM post_media a
JOIN posts p ON p.id = a.post_id AND p.is_current
LEFT JOIN media m ON m.id = a.media_id
LEFT JOIN media t ON t.id = a.poster_id
WHERE a.withheld
--;
CREATE VIEW v_custody AS
SELECT c.sha256, 'poll' AS came_by, f.source_id, CAST(NULL AS BIGINT) AS post_media_id, c.url, c.status, c.fetched_at, c.tool,
       c.request_headers, c.headers, c.hops
FROM fetch_captures c
JOIN fetches f ON f.id = c.fetch_id
UNION ALL
SELECT h.sha256, 'hand', CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), h.url, h.status, h.fetched_at, h.tool, h.request_headers, h.headers, h.hops
FROM handed_in h
UNION ALL
SELECT m.sha256, 'download', CAST(NULL AS BIGINT), d.post_media_id, d.url, d.status, d.fetched_at, d.tool,
       d.request_headers, d.headers, d.hops
FROM media_fetches d
JOIN media m ON m.id = d.media_id
--;
CREATE VIEW v_posts AS
SELECT p.id, p.platform, p.channel_name, p.channel_title, p.native_id, p.revision, p.url, p.posted_at, p.collected_at, p.text AS post_text,
       p.forwarded_from_name, p.forwarded_from_url, p.views, o.lang, o.convoy_probability, o.lat, o.lon, o.radius_km, o.seen_from,
       o.seen_to, m.sighting_id, m.copy_of_post_id, x.removed_at
FROM posts p
LEFT JOIN observations o ON o.post_id = p.id AND o.analyzer_id = (
  SELECT a.id FROM analyzers a WHERE a.stage = 'locate' AND a.is_current)
LEFT JOIN sighting_members m ON m.post_id = p.id AND m.analyzer_id = (
  SELECT a.id FROM analyzers a WHERE a.stage = 'cluster' AND a.is_current)
LEFT JOIN post_absences x ON x.platform = p.platform AND x.native_id = p.native_id AND x.removed_at IS NOT NULL
  AND x.returned_at IS NULL
WHERE p.is_current
--;
CREATE VIEW v_mentions AS
SELECT e.post_id, e.ordinal, e.kind, e.role, e.text AS evidence_text, e.name, e.ref, e.lat, e.lon, e.radius_km, e.probability
FROM evidence e
JOIN analyzers a ON a.id = e.analyzer_id AND a.is_current
JOIN posts p ON p.id = e.post_id AND p.is_current
--;
CREATE VIEW v_media AS
SELECT a.id, a.post_id, p.platform, p.channel_name, p.channel_title, p.url, p.posted_at, a.ordinal, a.kind, a.state, a.duration_s,
       m.sha256, m.bytes, m.media_type
FROM post_media a
JOIN posts p ON p.id = a.post_id AND p.is_current
LEFT JOIN media m ON m.id = a.media_id
--;
CREATE VIEW v_footage AS
SELECT a.post_id, a.ordinal, p.platform, p.channel_name, p.channel_title, p.url, p.posted_at, m.sha256, m.media_type, m.banner,
       v.looked, v.vehicles_min, v.vehicles_max, v.direction, v.military, v.convoy_probability, v.marks
FROM post_media a
JOIN posts p ON p.id = a.post_id AND p.is_current
JOIN media m ON m.id = coalesce(a.media_id, a.poster_id)
JOIN media_vehicles v ON v.media_id = m.id
JOIN analyzers b ON b.id = v.analyzer_id AND b.is_current
--;
CREATE VIEW v_detections AS
SELECT m.sha256, f.at_ms, f.sha256 AS frame_sha256, d.ordinal, d.label, d.score, d.box
FROM detections d
JOIN analyzers b ON b.id = d.analyzer_id AND b.is_current
JOIN frames f ON f.id = d.frame_id
JOIN media m ON m.id = f.media_id
--;
CREATE VIEW v_alerts AS
SELECT a.id, a.kind, a.subject, a.severity, a.message, a.data, a.opened_at, a.last_at, a.closed_at, a.acknowledged_at, a.acknowledged_by
FROM alerts a
