-- The tables of a Microticks file. They are public: query them as you like while the server runs.
-- Times are text in UTC with milliseconds, like 2017-08-25T17:09:19.438Z, so that they sort as text. Files taken over
-- from the original service may hold other text, orphaned events and tokens or keys that occur twice.

-- The apps that send events. A removed one keeps its row.
CREATE TABLE consumers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,      -- what the owner calls it; a removed one is called "NAME (removed ID)"
  key TEXT NOT NULL,              -- 32 hexadecimal digits by which its pages say who they are
  ip_filter TEXT,                 -- addresses or CIDR blocks its requests must come from; NULL is any
  created_at TEXT NOT NULL,       -- when it was made
  deleted_at TEXT                 -- when it was removed; NULL while it is in use
);

-- One row for each visit, as the page sees visits.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL,            -- by which the page writes to it; where two are equal the highest id counts
  ip TEXT NOT NULL,               -- the address of the request that began it
  started_at TEXT NOT NULL,       -- when it began; while provisional the earliest time of its items
  stopped_at TEXT,                -- when it ended, never before started_at; NULL while it is open
  consumer_id INTEGER NOT NULL,   -- consumers.id
  device TEXT,                    -- the screen or table it ran on; NULL where the page named none
  clicks INTEGER NOT NULL DEFAULT 0,  -- its events with the action "click"
  last_action TEXT,               -- the time of the last of these
  stop_reason TEXT,               -- why it ended: the page's word, or "expired" where the server closed it
  received_at INTEGER,            -- when its first request arrived, in ms since 1970; NULL in rows taken over
  excluded_at TEXT,               -- when it was marked as a staff test; NULL where it was not
  raw_started_at TEXT,            -- the start by the page's own clock, where started_at is corrected
  stop_time TEXT,                 -- the stop's own time, which stopped_at follows unless it is before the start
  raw_stop_time TEXT,             -- the stop by the page's own clock, where stop_time is corrected
  clock_offset_ms INTEGER,        -- ms to add to the page's clock, kept from its first request; NULL is unknown
  provisional INTEGER NOT NULL DEFAULT 0  -- 1 until the start of a session that began with another item arrives
);
CREATE INDEX sessions_by_token ON sessions(token);
CREATE INDEX sessions_by_start ON sessions(started_at);
-- The few that are open, among all that ever were.
CREATE INDEX sessions_open ON sessions(id) WHERE stopped_at IS NULL;

-- One row for each thing that happened in a session.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL,    -- sessions.id
  time TEXT NOT NULL,             -- when it happened
  action TEXT NOT NULL,           -- what happened, e.g. click
  data TEXT,                      -- what belongs to it, verbatim; usually JSON
  seq INTEGER,                    -- its number in the session, given by the page; NULL on the form routes
  received_at INTEGER,            -- when its request arrived, in ms since 1970; NULL in rows taken over
  raw_time TEXT                   -- the time by the page's own clock, where time is corrected
);
-- Each (session, seq) is stored at most once; without a seq no two are equal.
CREATE UNIQUE INDEX events_by_session ON events(session_id, seq);
CREATE INDEX events_by_time ON events(time);

-- The last sign of life of each screen.
CREATE TABLE devices (
  consumer_id INTEGER NOT NULL,   -- consumers.id
  name TEXT NOT NULL,             -- the device; '' where the page named none
  last_alive_ms INTEGER NOT NULL, -- when the sign of life arrived, in ms since 1970
  queued INTEGER,                 -- items that waited in the page
  dropped INTEGER,                -- items that the page has had to drop, ever
  version TEXT,                   -- the client's version
  width INTEGER,                  -- of the page, in CSS pixels
  height INTEGER,                 -- of the page, in CSS pixels
  PRIMARY KEY (consumer_id, name)
);
