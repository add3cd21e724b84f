-- The points of touches, packed, those of a session together; on a screen (:place) or on all.
SELECT s.start_ms, s.session_id, p.points
FROM session_sums s
CROSS JOIN session_points p ON p.session_id = s.session_id AND (:place IS NULL OR p.place = :place)
