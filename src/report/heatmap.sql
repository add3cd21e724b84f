-- Touches with a point, those of a session together; on a screen (:place) or on all.
SELECT s.start_ms, s.session_id, t.x, t.y, t.width, t.height, t.nowhere, t.in_vain
FROM session_sums s
CROSS JOIN touches t ON t.session_id = s.session_id AND (:place IS NULL OR t.place = :place) AND t.x IS NOT NULL
