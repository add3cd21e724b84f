-- The consumers, and when each was heard of last. That is found by way of its latest quarter of an hour in which a session
-- ended: the sessions of a quarter are few, whatever the size of the file.
SELECT id, name, key, nullif(ip_filter, ''), created_at, deleted_at, (
  SELECT max(end_ms) FROM session_sums
  WHERE consumer_id = consumers.id AND end_ms >= 900000 * latest.quarter AND end_ms < 900000 * (latest.quarter + 1)
)
FROM consumers LEFT JOIN (
  SELECT consumer_id, max(
    ifnull((SELECT quarter FROM quarter_sums WHERE scope = scopes.id AND marked = 0 AND ends > 0 ORDER BY quarter DESC LIMIT 1), 0),
    ifnull((SELECT quarter FROM quarter_sums WHERE scope = scopes.id AND marked = 1 AND ends > 0 ORDER BY quarter DESC LIMIT 1), 0)
  ) AS quarter
  FROM scopes WHERE device IS NULL AND consumer_id IS NOT NULL
) AS latest ON latest.consumer_id = consumers.id
ORDER BY id
