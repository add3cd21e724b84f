-- The sums of the screens in a scope, from a fortnight (?3) to before another (?4).
SELECT NULL, NULL, screen, sessions, touches, landed, nowhere, in_vain, views, last, page_changes, pages_turned
FROM screen_fortnights
WHERE scope = ?1 AND marked = ?2 AND fortnight >= ?3 AND fortnight < ?4
