-- The languages of each session, NULL for none.
SELECT s.start_ms, s.session_id, nullif(l.lang, 0), l.spoken, l.touches
FROM session_sums s
CROSS JOIN session_languages l ON l.session_id = s.session_id
