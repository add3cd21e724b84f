-- Sums of targets a fortnight that differ from those of the rows they are made of, either way.
right_sums AS (
  -- A whole number is cut towards 0 by a division, and must be cut downwards.
  SELECT o.scope, o.marked, (o.start_ms - ((o.start_ms % 1209600000) + 1209600000) % 1209600000) / 1209600000 AS fortnight,
    ifnull(t.place, 0) AS place, t.target, count(*), count(DISTINCT t.session_id)
  FROM scoped o JOIN touches t USING (session_id)
  WHERE t.target IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
)
SELECT 1 FROM (SELECT * FROM right_sums EXCEPT SELECT * FROM target_fortnights)
UNION ALL
SELECT 1 FROM (SELECT * FROM target_fortnights EXCEPT SELECT * FROM right_sums)
LIMIT 1
