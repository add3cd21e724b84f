-- Removes the sums of a screen on a day on which nothing is left.
DELETE FROM screen_days
WHERE scope = ?1 AND marked = ?2 AND day = ?3 AND screen = ?4
  AND touches = 0 AND landed = 0 AND views = 0 AND page_changes = 0
