-- The quarters of an hour in which sessions had their last event, the last first.
SELECT quarter FROM quarter_sums WHERE scope = ?1 AND marked = ?2 AND ends > 0 ORDER BY quarter DESC
