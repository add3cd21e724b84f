-- Sessions that count in another number of scopes than they should: all, that of the consumer, that of a device with a name.
wanted AS (
  SELECT session_id, 1 + (consumer_id IS NOT NULL) + (device IS NOT NULL) AS scopes FROM session_sums WHERE left_out = 0
)
SELECT 1
FROM wanted w
WHERE w.scopes <> (SELECT count(*) FROM scoped o WHERE o.session_id = w.session_id)
LIMIT 1
