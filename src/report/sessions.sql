-- The sessions after one (:after_start, :after_session), in order of start and id. The third column is NULL for those that
-- are not chosen: they are passed over one by one, so that a snapshot can end among them.
SELECT s.start_ms, s.session_id,
  CASE WHEN s.left_out <= :left_out
    AND (:marked IS NULL OR s.marked = :marked)
    AND (:consumer IS NULL OR s.consumer_id = :consumer)
    AND (:device IS NULL OR s.device = :device) THEN :after_position END,
  s.consumer_id, s.device, s.reason, s.active_ms, s.events, s.touches, s.views, s.screens, s.first_screen, s.last_screen, s.suspect,
  s.active_from_ms, s.points
FROM session_sums s
WHERE (s.start_ms, s.session_id) > (:after_start, :after_session) AND s.start_ms < :end
ORDER BY s.start_ms, s.session_id
