-- What reports are made of, derived from sessions and events by one function. These tables are public, too, but belong
-- to the server: `microticks --reindex` makes them anew. Times are in ms since 1970, names are names.id.

-- Every name once: screens, targets, actions, languages, devices, reasons.
CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

-- Sessions that have changed since they were derived.
CREATE TABLE dirty_sessions (
  session_id INTEGER PRIMARY KEY
);

-- One row: how far the deriving of a whole file has come.
CREATE TABLE derivation (
  backlog INTEGER                 -- how many sessions were to be derived when it began; NULL when it is done
);
INSERT INTO derivation(backlog) VALUES (NULL);

-- One row for each session, in the order in which reports list them.
CREATE TABLE session_sums (
  start_ms INTEGER NOT NULL,      -- when it began
  session_id INTEGER NOT NULL,    -- sessions.id
  consumer_id INTEGER,            -- consumers.id; NULL where an old file holds no number
  device INTEGER,                 -- the device; NULL where the page named none
  left_out INTEGER NOT NULL,      -- 1 if no report but `sessions` counts it: suspect is clock or stuck
  marked INTEGER NOT NULL,        -- 1 if it is marked as a staff test
  touches INTEGER NOT NULL,       -- touches made in it
  views INTEGER NOT NULL,         -- views in it
  active_from_ms INTEGER,         -- the first moment of its active time; NULL without any
  active_ms INTEGER,              -- how long its active time is
  events INTEGER NOT NULL,        -- events of any kind
  open INTEGER NOT NULL,          -- 1 while nobody has ended it
  reason INTEGER,                 -- why it ended; NULL while it is open
  begin_ms INTEGER NOT NULL,      -- the earliest of its start and its events
  end_ms INTEGER NOT NULL,        -- the latest of its start and its events
  span INTEGER NOT NULL,          -- the bits of end_ms - begin_ms: an index that finds what overlaps a time needs it
  points INTEGER NOT NULL,        -- touches with a point
  screens INTEGER NOT NULL,       -- different screens that it viewed
  first_screen INTEGER,           -- the first of them
  last_screen INTEGER,            -- the last of them
  suspect TEXT,                   -- clock, stuck or never_stopped; NULL for most
  PRIMARY KEY (start_ms, session_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX session_sums_by_session ON session_sums(session_id);
CREATE INDEX session_sums_by_span ON session_sums(span, begin_ms);
CREATE INDEX session_sums_by_end ON session_sums(end_ms);

-- One row for each view, in order.
CREATE TABLE views (
  session_id INTEGER NOT NULL,    -- sessions.id
  position INTEGER NOT NULL,      -- from 1
  screen INTEGER NOT NULL,        -- what was viewed
  time_ms INTEGER NOT NULL,       -- when
  dwell_ms INTEGER,               -- until the session's next view; NULL for its last
  PRIMARY KEY (session_id, position)
) WITHOUT ROWID;

-- One row for each touch, in order.
CREATE TABLE touches (
  session_id INTEGER NOT NULL,    -- sessions.id
  position INTEGER NOT NULL,      -- from 1
  place INTEGER,                  -- the screen on which the finger was
  x NUMERIC,                      -- the point that was touched, in the page's pixels; NULL without one
  y NUMERIC,
  width NUMERIC,                  -- the page's size, where the event says it
  height NUMERIC,
  nowhere INTEGER NOT NULL,       -- 1 if it led to the screen on which it was made
  in_vain INTEGER NOT NULL,       -- 1 if moreover nothing else happened
  target INTEGER,                 -- what was hit
  screen INTEGER,                 -- the screen that it led to
  time_ms INTEGER NOT NULL,       -- when
  PRIMARY KEY (session_id, position)
) WITHOUT ROWID;

-- The points that a session touched on each screen, once more: to read a row for each takes several times as long.
CREATE TABLE session_points (
  session_id INTEGER NOT NULL,    -- sessions.id
  place INTEGER NOT NULL,         -- the screen on which the finger was; 0 for none
  -- For each a byte of flags (1: it led nowhere, 2: it was in vain, 4: the page's size is known, 8: in doubles), then x, y
  -- and, if known, width and height, little end first, in 16 bits each or as doubles
  points BLOB NOT NULL,
  PRIMARY KEY (session_id, place)
) WITHOUT ROWID;

-- What happened on and towards each screen in a session.
CREATE TABLE session_screens (
  session_id INTEGER NOT NULL,    -- sessions.id
  screen INTEGER NOT NULL,        -- the screen
  touches INTEGER NOT NULL,       -- touches that led to it
  landed INTEGER NOT NULL,        -- touches made on it
  nowhere INTEGER NOT NULL,       -- touches made on it that led nowhere
  in_vain INTEGER NOT NULL,       -- touches made on it in vain
  views INTEGER NOT NULL,         -- views of it
  last INTEGER NOT NULL,          -- 1 if it was viewed last
  page_changes INTEGER NOT NULL,  -- its events pageChange
  pages_turned INTEGER NOT NULL,  -- the pages that these showed
  PRIMARY KEY (session_id, screen)
) WITHOUT ROWID;

-- How many events of each action a session has.
CREATE TABLE session_actions (
  session_id INTEGER NOT NULL,    -- sessions.id
  action INTEGER NOT NULL,        -- the action
  events INTEGER NOT NULL,        -- events with it
  PRIMARY KEY (session_id, action)
) WITHOUT ROWID;

-- The languages of a session.
CREATE TABLE session_languages (
  session_id INTEGER NOT NULL,    -- sessions.id
  lang INTEGER NOT NULL,          -- the language; 0 for none
  touches INTEGER NOT NULL,       -- touches made while it was the latest; for none, those before the first
  spoken INTEGER NOT NULL,        -- 1 if an event carries it; for none, 1 if no event carries any
  PRIMARY KEY (session_id, lang)
) WITHOUT ROWID;

-- What a session watched.
CREATE TABLE session_media (
  session_id INTEGER NOT NULL,    -- sessions.id
  target INTEGER NOT NULL,        -- the film or sound
  plays INTEGER NOT NULL,         -- how often it was started
  completions INTEGER NOT NULL,   -- how often it came to its end
  watched_ms INTEGER NOT NULL,    -- how much of it was watched
  PRIMARY KEY (session_id, target)
) WITHOUT ROWID;

-- Whose sums are kept: all sessions', those of each consumer, those of each consumer's devices with a name.
CREATE TABLE scopes (
  id INTEGER PRIMARY KEY,
  consumer_id INTEGER,            -- NULL is all
  device INTEGER                  -- NULL is all
);
CREATE INDEX scopes_by_whose ON scopes(consumer_id, device);
INSERT INTO scopes(id, consumer_id, device) VALUES (0, NULL, NULL);

-- Sums for each quarter of an hour of UTC, of which the hours and dates of nearly every time zone are made. What is left
-- out is not in them.
CREATE TABLE quarter_sums (
  scope INTEGER NOT NULL,         -- scopes.id
  marked INTEGER NOT NULL,        -- 1 for staff tests
  quarter INTEGER NOT NULL,       -- quarters since 1970
  sessions INTEGER NOT NULL,      -- sessions that began in it
  session_touches INTEGER NOT NULL, -- touches of these
  session_views INTEGER NOT NULL, -- views of these
  active_ms INTEGER NOT NULL,     -- active time of these
  touches INTEGER NOT NULL,       -- touches made in it
  views INTEGER NOT NULL,         -- views made in it
  ends INTEGER NOT NULL,          -- sessions whose end_ms lies in it
  PRIMARY KEY (scope, marked, quarter)
) WITHOUT ROWID;

-- Sums of session_screens for each fortnight of UTC in which sessions began. What is left out is not in them.
CREATE TABLE screen_fortnights (
  scope INTEGER NOT NULL,         -- scopes.id
  marked INTEGER NOT NULL,        -- 1 for staff tests
  fortnight INTEGER NOT NULL,     -- fortnights since 1970
  screen INTEGER NOT NULL,        -- the screen
  sessions INTEGER NOT NULL,      -- sessions that viewed it
  touches INTEGER NOT NULL,       -- and so on, as in session_screens
  landed INTEGER NOT NULL,
  nowhere INTEGER NOT NULL,
  in_vain INTEGER NOT NULL,
  views INTEGER NOT NULL,
  last INTEGER NOT NULL,
  page_changes INTEGER NOT NULL,
  pages_turned INTEGER NOT NULL,
  PRIMARY KEY (scope, marked, fortnight, screen)
) WITHOUT ROWID;

-- Touches that hit a target, for each fortnight of UTC in which sessions began. What is left out is not in them.
CREATE TABLE target_fortnights (
  scope INTEGER NOT NULL,         -- scopes.id
  marked INTEGER NOT NULL,        -- 1 for staff tests
  fortnight INTEGER NOT NULL,     -- fortnights since 1970
  place INTEGER NOT NULL,         -- the screen on which the finger was; 0 for none
  target INTEGER NOT NULL,        -- what was hit
  touches INTEGER NOT NULL,       -- how often
  sessions INTEGER NOT NULL,      -- in how many sessions
  PRIMARY KEY (scope, marked, fortnight, place, target)
) WITHOUT ROWID;
