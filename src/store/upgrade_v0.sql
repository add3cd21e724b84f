-- Brings a file of the original service (its consumers, sessions and events, without indexes) to version 1.
-- Every row stays as it is; what the original did not know is NULL.

ALTER TABLE sessions ADD COLUMN device TEXT;
ALTER TABLE sessions ADD COLUMN clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN last_action TEXT;
ALTER TABLE sessions ADD COLUMN stop_reason TEXT;
ALTER TABLE sessions ADD COLUMN received_at INTEGER;
ALTER TABLE sessions ADD COLUMN excluded_at TEXT;
ALTER TABLE sessions ADD COLUMN raw_started_at TEXT;
ALTER TABLE sessions ADD COLUMN stop_time TEXT;
ALTER TABLE sessions ADD COLUMN raw_stop_time TEXT;
ALTER TABLE sessions ADD COLUMN clock_offset_ms INTEGER;
ALTER TABLE sessions ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_token ON sessions(token);
CREATE INDEX sessions_by_start ON sessions(started_at);
CREATE INDEX sessions_open ON sessions(id) WHERE stopped_at IS NULL;

ALTER TABLE events ADD COLUMN seq INTEGER;
ALTER TABLE events ADD COLUMN received_at INTEGER;
ALTER TABLE events ADD COLUMN raw_time TEXT;
CREATE UNIQUE INDEX events_by_session ON events(session_id, seq);
CREATE INDEX events_by_time ON events(time);

CREATE TABLE devices (
  consumer_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  last_alive_ms INTEGER NOT NULL,
  queued INTEGER,
  dropped INTEGER,
  version TEXT,
  width INTEGER,
  height INTEGER,
  PRIMARY KEY (consumer_id, name)
);

UPDATE sessions SET clicks = c.clicks, last_action = c.last_action
FROM (SELECT session_id, count(*) AS clicks, max(time) AS last_action FROM events WHERE action = 'click' GROUP BY session_id) AS c
WHERE sessions.id = c.session_id;
