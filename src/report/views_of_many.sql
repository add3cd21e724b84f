-- The views of all sessions from one id to another, in order, with their dwell.
SELECT NULL, v.session_id, v.screen, v.dwell_ms
FROM views v
WHERE v.session_id BETWEEN :first AND :last
ORDER BY v.session_id, v.position
