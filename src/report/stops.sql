-- Why each session ended; NULL for one that is open.
SELECT s.start_ms, s.session_id, s.reason
FROM session_sums s
