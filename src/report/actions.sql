-- How many events of each action each session has.
SELECT s.start_ms, s.session_id, a.action, a.events
FROM session_sums s
CROSS JOIN session_actions a ON a.session_id = s.session_id
