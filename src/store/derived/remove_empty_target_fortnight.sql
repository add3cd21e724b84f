-- Removes the sums of a target in a fortnight in which nothing is left.
DELETE FROM target_fortnights
WHERE scope = ?1 AND marked = ?2 AND fortnight = ?3 AND place = ?4 AND target = ?5 AND touches = 0
