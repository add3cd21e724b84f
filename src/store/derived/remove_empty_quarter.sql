-- Removes the sums of a quarter of an hour in which nothing is left.
DELETE FROM quarter_sums
WHERE scope = ?1 AND marked = ?2 AND quarter = ?3 AND sessions = 0 AND touches = 0 AND views = 0 AND ends = 0
