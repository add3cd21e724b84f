-- Removes all that is derived, by earlier definitions too; the tables are made anew afterwards.
DROP TABLE IF EXISTS names;
DROP TABLE IF EXISTS dirty_sessions;
DROP TABLE IF EXISTS derivation;
DROP TABLE IF EXISTS session_sums;
DROP TABLE IF EXISTS views;
DROP TABLE IF EXISTS touches;
DROP TABLE IF EXISTS session_points;
DROP TABLE IF EXISTS session_screens;
DROP TABLE IF EXISTS session_actions;
DROP TABLE IF EXISTS session_languages;
DROP TABLE IF EXISTS session_media;
DROP TABLE IF EXISTS scopes;
DROP TABLE IF EXISTS quarter_sums;
DROP TABLE IF EXISTS screen_fortnights;
DROP TABLE IF EXISTS target_fortnights;
