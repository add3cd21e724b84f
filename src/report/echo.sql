-- Other sessions than one (?1), of its consumer (?2) and device (?3), whose active times share a moment with its own
-- (?4 to ?5). One that overlaps is found by its length: one of so many bits began at most 2 to that power before.
SELECT s.session_id, s.active_ms
FROM (WITH RECURSIVE spans(span) AS (
        SELECT min(span) FROM session_sums
        UNION ALL
        SELECT (SELECT min(span) FROM session_sums WHERE span > spans.span) FROM spans WHERE span IS NOT NULL)
      SELECT span FROM spans WHERE span IS NOT NULL) l
CROSS JOIN session_sums s ON s.span = l.span AND s.begin_ms > ?4 - (1 << l.span) AND s.begin_ms <= ?5
WHERE s.session_id <> ?1
  AND s.consumer_id IS ?2
  AND s.device IS ?3
  AND s.points > 0
  AND s.active_from_ms <= ?5
  AND s.active_from_ms + s.active_ms >= ?4
