
-- Which sessions a report is about. The range is a little too wide; dates of a zone are compared afterwards.
WHERE s.start_ms >= :begin AND s.start_ms < :end
  AND s.left_out <= :left_out
  AND (:marked IS NULL OR s.marked = :marked)
  AND (:consumer IS NULL OR s.consumer_id = :consumer)
  AND (:device IS NULL OR s.device = :device)
