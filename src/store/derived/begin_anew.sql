-- Empties all that is derived and makes every session one that is to be derived.
DELETE FROM session_sums;
DELETE FROM views;
DELETE FROM touches;
DELETE FROM session_screens;
DELETE FROM session_actions;
DELETE FROM session_languages;
DELETE FROM session_media;
DELETE FROM quarter_sums;
DELETE FROM screen_fortnights;
DELETE FROM names;
DELETE FROM scopes WHERE id > 0;
DELETE FROM dirty_sessions;
INSERT INTO dirty_sessions SELECT id FROM sessions ORDER BY id;
