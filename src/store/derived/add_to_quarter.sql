-- Adds to the sums of a quarter of an hour.
INSERT INTO quarter_sums(scope, marked, quarter, sessions, session_touches, session_views, active_ms, touches, views, ends)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT(scope, marked, quarter) DO UPDATE SET
  sessions = sessions + excluded.sessions,
  session_touches = session_touches + excluded.session_touches,
  session_views = session_views + excluded.session_views,
  active_ms = active_ms + excluded.active_ms,
  touches = touches + excluded.touches,
  views = views + excluded.views,
  ends = ends + excluded.ends
