-- The sums of the targets in a scope, from a fortnight (?3) to before another (?4).
SELECT NULL, NULL, place, target, touches, sessions
FROM target_fortnights
WHERE scope = ?1 AND marked = ?2 AND fortnight >= ?3 AND fortnight < ?4
