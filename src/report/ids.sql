-- The sessions of a range.
SELECT s.start_ms, s.session_id
FROM session_sums s
