-- The sessions after one (:after_start, :after_session), in order of start and id.
SELECT s.start_ms, s.session_id, :after_position, s.consumer_id, s.device, r.started_at, r.stopped_at, s.reason, s.active_ms, s.events,
  s.touches, s.views, s.screens, s.first_screen, s.last_screen, s.suspect, s.active_from_ms, s.points
FROM session_sums s
CROSS JOIN sessions r ON r.id = s.session_id
WHERE (s.start_ms, s.session_id) > (:after_start, :after_session) AND s.start_ms < :end
  AND s.left_out <= :left_out
  AND (:marked IS NULL OR s.marked = :marked)
  AND (:consumer IS NULL OR s.consumer_id = :consumer)
  AND (:device IS NULL OR s.device = :device)
ORDER BY s.start_ms, s.session_id
