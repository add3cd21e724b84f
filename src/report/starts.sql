-- The selected sessions that began in an interval, and when.
SELECT session_id, start_ms FROM session_sums
WHERE start_ms >= :begin AND start_ms < :end
  AND left_out = 0
  AND (:marked IS NULL OR marked = :marked)
  AND (:consumer IS NULL OR consumer_id = :consumer)
  AND (:device IS NULL OR device = :device)
