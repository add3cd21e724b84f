-- The sums of the screens in a scope, from a day of UTC (?3) to before another (?4).
SELECT screen, sessions, touches, landed, nowhere, in_vain, views, last, page_changes, pages_turned
FROM screen_days
WHERE scope = ?1 AND marked = ?2 AND day >= ?3 AND day < ?4
