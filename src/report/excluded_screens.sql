-- The screens of a session that would be selected if it were not excluded by its id (?1).
SELECT s.start_ms, s.session_id, c.screen, c.views > 0, c.touches, c.landed, c.nowhere, c.in_vain, c.views, c.last,
  c.page_changes, c.pages_turned
FROM session_sums s
CROSS JOIN session_screens c ON c.session_id = s.session_id
WHERE s.session_id = ?1
  AND s.left_out = 0
  AND (?2 IS NULL OR s.marked = ?2)
  AND (?3 IS NULL OR s.consumer_id = ?3)
  AND (?4 IS NULL OR s.device = ?4)
