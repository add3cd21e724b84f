-- Sums of screens a fortnight that differ from those of the rows they are made of, either way.
right_sums AS (
  -- A whole number is cut towards 0 by a division, and must be cut downwards.
  SELECT o.scope, o.marked, (o.start_ms - ((o.start_ms % 1209600000) + 1209600000) % 1209600000) / 1209600000 AS fortnight, s.screen,
    sum(s.views > 0), sum(s.touches), sum(s.landed), sum(s.nowhere), sum(s.in_vain), sum(s.views), sum(s.last),
    sum(s.page_changes), sum(s.pages_turned)
  FROM scoped o JOIN session_screens s USING (session_id)
  GROUP BY 1, 2, 3, 4
)
SELECT 1 FROM (SELECT * FROM right_sums EXCEPT SELECT * FROM screen_fortnights)
UNION ALL
SELECT 1 FROM (SELECT * FROM screen_fortnights EXCEPT SELECT * FROM right_sums)
LIMIT 1
