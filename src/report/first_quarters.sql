-- The quarters of an hour in which sessions began, the first first.
SELECT quarter FROM quarter_sums WHERE scope = ?1 AND marked = ?2 AND sessions > 0 ORDER BY quarter
