-- The touches of selected sessions that were made in an interval, whenever the sessions began. A session that overlaps the
-- interval is found by its length: one of so many bits began at most 2 to that power before.
SELECT s.session_id, t.time_ms
FROM (WITH RECURSIVE spans(span) AS (
        SELECT min(span) FROM session_sums
        UNION ALL
        SELECT (SELECT min(span) FROM session_sums WHERE span > spans.span) FROM spans WHERE span IS NOT NULL)
      SELECT span FROM spans WHERE span IS NOT NULL) l
CROSS JOIN session_sums s ON s.span = l.span AND s.begin_ms > :begin - (1 << l.span) AND s.begin_ms < :end
CROSS JOIN touches t ON t.session_id = s.session_id
WHERE s.end_ms >= :begin
  AND s.left_out = 0
  AND (:marked IS NULL OR s.marked = :marked)
  AND (:consumer IS NULL OR s.consumer_id = :consumer)
  AND (:device IS NULL OR s.device = :device)
  AND t.time_ms >= :begin AND t.time_ms < :end
