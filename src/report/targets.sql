-- Touches that hit a target, those of a session together.
SELECT s.start_ms, s.session_id, ifnull(t.place, 0), t.target, 1
FROM session_sums s
CROSS JOIN touches t ON t.session_id = s.session_id AND t.target IS NOT NULL
