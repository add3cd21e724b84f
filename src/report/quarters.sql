-- The sums of a scope in quarters of an hour, from the one (?3) to the other (?4).
SELECT quarter, sessions, session_touches, session_views, active_ms, touches, views
FROM quarter_sums
WHERE scope = ?1 AND marked = ?2 AND quarter BETWEEN ?3 AND ?4
