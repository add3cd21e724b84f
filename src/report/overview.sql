-- Sessions with what is summed up and ranked.
SELECT s.start_ms, s.session_id, s.device, s.touches, s.views, s.active_from_ms, s.active_ms, s.events, s.open
FROM session_sums s
