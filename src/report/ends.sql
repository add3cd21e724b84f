-- The selected sessions whose last moment lies in an interval, and that moment.
SELECT session_id, end_ms FROM session_sums
WHERE end_ms >= :begin AND end_ms < :end
  AND left_out = 0
  AND (:marked IS NULL OR marked = :marked)
  AND (:consumer IS NULL OR consumer_id = :consumer)
  AND (:device IS NULL OR device = :device)
