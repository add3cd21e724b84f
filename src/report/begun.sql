-- Sessions by their start, and what they sum up to.
SELECT s.start_ms, s.session_id, s.touches, s.views, ifnull(s.active_ms, 0)
FROM session_sums s
