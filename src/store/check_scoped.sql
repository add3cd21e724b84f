-- Begins each check of sums: the sessions that count, once for each scope that they count in.
WITH scoped AS (
  SELECT 0 AS scope, c.* FROM session_sums c WHERE c.left_out = 0
  UNION ALL
  SELECT o.id, c.*
  FROM session_sums c JOIN scopes o ON o.consumer_id = c.consumer_id AND o.device IS NULL WHERE c.left_out = 0
  UNION ALL
  SELECT o.id, c.*
  FROM session_sums c JOIN scopes o ON o.consumer_id IS c.consumer_id AND o.device = c.device WHERE c.left_out = 0
),
