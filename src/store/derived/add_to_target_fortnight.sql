-- Adds to the sums of a target in a fortnight.
INSERT INTO target_fortnights(scope, marked, fortnight, place, target, touches, sessions)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT(scope, marked, fortnight, place, target) DO UPDATE SET
  touches = touches + excluded.touches,
  sessions = sessions + excluded.sessions
