-- The first views of each session, up to :most.
SELECT s.start_ms, s.session_id, v.position, v.screen
FROM session_sums s
CROSS JOIN views v ON v.session_id = s.session_id AND v.position <= :most
