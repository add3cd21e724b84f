-- Empties what is summed over sessions, and makes every session one that is to be derived.
DELETE FROM quarter_sums;
DELETE FROM screen_fortnights;
DELETE FROM names;
DELETE FROM scopes WHERE id > 0;
DELETE FROM dirty_sessions;
INSERT INTO dirty_sessions SELECT id FROM sessions ORDER BY id;
