-- Whose sums are those of a consumer (?1) and a device (?2), NULL being all. A device's name may occur with several
-- consumers.
SELECT id FROM scopes
WHERE CASE
  WHEN ?2 IS NOT NULL THEN device = ?2 AND (?1 IS NULL OR consumer_id = ?1)
  WHEN ?1 IS NOT NULL THEN device IS NULL AND consumer_id = ?1
  ELSE id = 0
END
