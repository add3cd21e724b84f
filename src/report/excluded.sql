-- A session that would be selected if it were not excluded by its id (?1).
SELECT start_ms, session_id, touches, views, ifnull(active_ms, 0)
FROM session_sums
WHERE session_id = ?1
  AND left_out = 0
  AND (?2 IS NULL OR marked = ?2)
  AND (?3 IS NULL OR consumer_id = ?3)
  AND (?4 IS NULL OR device = ?4)
