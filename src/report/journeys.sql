-- The first views of each session in order, up to :most, with its active time (-1 without any) and why it ended.
SELECT s.start_ms, s.session_id, v.position, v.screen, ifnull(s.active_ms, -1), s.reason
FROM session_sums s
CROSS JOIN views v ON v.session_id = s.session_id AND v.position <= :most
