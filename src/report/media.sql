-- What each session watched.
SELECT s.start_ms, s.session_id, m.target, m.plays, m.completions, m.watched_ms
FROM session_sums s
CROSS JOIN session_media m ON m.session_id = s.session_id
