-- Touches with a point of all sessions from one id to another; on a screen (:place) or on all.
SELECT NULL, t.session_id, t.x, t.y, t.width, t.height, t.nowhere, t.in_vain
FROM touches t
WHERE t.session_id BETWEEN :first AND :last AND (:place IS NULL OR t.place = :place) AND t.x IS NOT NULL
ORDER BY t.session_id
