-- Sums of quarters of an hour that differ from those of the rows they are made of, either way.
WITH counted(start_ms, end_ms, session_id, consumer_id, device, marked, touches, views, active_ms) AS (
  SELECT start_ms, end_ms, session_id, consumer_id, device, marked, touches, views, ifnull(active_ms, 0)
  FROM session_sums WHERE left_out = 0
), scoped(scope, session_id) AS (
  SELECT 0, session_id FROM counted
  UNION ALL
  SELECT o.id, c.session_id FROM counted c JOIN scopes o ON o.consumer_id = c.consumer_id AND o.device IS NULL
  UNION ALL
  SELECT o.id, c.session_id FROM counted c JOIN scopes o ON o.consumer_id = c.consumer_id AND o.device = c.device
), added(scope, marked, time_ms, sessions, session_touches, session_views, active_ms, touches, views, ends) AS (
  SELECT o.scope, c.marked, c.start_ms, 1, c.touches, c.views, c.active_ms, 0, 0, 0
  FROM scoped o JOIN counted c USING (session_id)
  UNION ALL
  SELECT o.scope, c.marked, c.end_ms, 0, 0, 0, 0, 0, 0, 1 FROM scoped o JOIN counted c USING (session_id)
  UNION ALL
  SELECT o.scope, c.marked, t.time_ms, 0, 0, 0, 0, 1, 0, 0
  FROM scoped o JOIN counted c USING (session_id) JOIN touches t USING (session_id)
  UNION ALL
  SELECT o.scope, c.marked, v.time_ms, 0, 0, 0, 0, 0, 1, 0
  FROM scoped o JOIN counted c USING (session_id) JOIN views v USING (session_id)
), right_sums AS (
  -- A whole number is cut towards 0 by a division, and must be cut downwards.
  SELECT scope, marked, (time_ms - ((time_ms % 900000) + 900000) % 900000) / 900000 AS quarter, sum(sessions),
    sum(session_touches), sum(session_views), sum(active_ms), sum(touches), sum(views), sum(ends)
  FROM added GROUP BY 1, 2, 3
)
SELECT 1 FROM (SELECT * FROM right_sums EXCEPT SELECT * FROM quarter_sums)
UNION ALL
SELECT 1 FROM (SELECT * FROM quarter_sums EXCEPT SELECT * FROM right_sums)
LIMIT 1
