-- The views after one (:after_start, :after_session, :after_position), in order of start and id; those of a session come by
-- their key, in order of position. A session that is not chosen, or has no more views, is one row without a position: it is
-- passed over by itself, so that a snapshot can end there.
SELECT s.start_ms, s.session_id, v.position, v.screen, v.time_ms, v.dwell_ms
FROM session_sums s
LEFT JOIN views v ON v.session_id = s.session_id
  AND v.position > CASE WHEN s.start_ms = :after_start AND s.session_id = :after_session THEN :after_position ELSE 0 END
  AND s.left_out <= :left_out
  AND (:marked IS NULL OR s.marked = :marked)
  AND (:consumer IS NULL OR s.consumer_id = :consumer)
  AND (:device IS NULL OR s.device = :device)
WHERE (s.start_ms, s.session_id) >= (:after_start, :after_session) AND s.start_ms < :end
ORDER BY s.start_ms, s.session_id
