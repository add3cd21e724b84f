-- Touches that hit a target, of all sessions from one id to another.
SELECT NULL, t.session_id, t.place, t.target
FROM touches t
WHERE t.session_id BETWEEN :first AND :last AND t.target IS NOT NULL
ORDER BY t.session_id
