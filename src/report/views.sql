-- The views of each session in order, with their dwell.
SELECT s.start_ms, s.session_id, v.screen, v.dwell_ms
FROM session_sums s
CROSS JOIN views v ON v.session_id = s.session_id
