-- The points of touches, packed, of all sessions from one id to another; on a screen (:place) or on all.
SELECT NULL, p.session_id, p.points
FROM session_points p
WHERE p.session_id BETWEEN :first AND :last AND (:place IS NULL OR p.place = :place)
ORDER BY p.session_id
