-- Sums of quarters of an hour that differ from those of the rows they are made of, either way.
added(scope, marked, time_ms, sessions, session_touches, session_views, active_ms, touches, views, ends) AS (
  SELECT scope, marked, start_ms, 1, touches, views, ifnull(active_ms, 0), 0, 0, 0 FROM scoped
  UNION ALL
  SELECT scope, marked, end_ms, 0, 0, 0, 0, 0, 0, 1 FROM scoped
  UNION ALL
  SELECT o.scope, o.marked, t.time_ms, 0, 0, 0, 0, 1, 0, 0 FROM scoped o JOIN touches t USING (session_id)
  UNION ALL
  SELECT o.scope, o.marked, v.time_ms, 0, 0, 0, 0, 0, 1, 0 FROM scoped o JOIN views v USING (session_id)
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
