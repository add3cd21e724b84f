-- The touches that hit a target in a session that would be selected if it were not excluded by its id (?1).
SELECT s.start_ms, s.session_id, ifnull(t.place, 0), t.target, 1
FROM session_sums s
CROSS JOIN touches t ON t.session_id = s.session_id AND t.target IS NOT NULL
WHERE s.session_id = ?1
  AND s.left_out = 0
  AND (?2 IS NULL OR s.marked = ?2)
  AND (?3 IS NULL OR s.consumer_id = ?3)
  AND (?4 IS NULL OR s.device = ?4)
