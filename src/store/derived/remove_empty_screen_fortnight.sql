-- Removes the sums of a screen in a fortnight in which nothing is left.
DELETE FROM screen_fortnights
WHERE scope = ?1 AND marked = ?2 AND fortnight = ?3 AND screen = ?4
  AND touches = 0 AND landed = 0 AND views = 0 AND page_changes = 0
