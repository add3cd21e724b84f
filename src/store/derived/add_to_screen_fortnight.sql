-- Adds to the sums of a screen in a fortnight.
INSERT INTO screen_fortnights(scope, marked, fortnight, screen, sessions, touches, landed, nowhere, in_vain, views, last, page_changes,
  pages_turned)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT(scope, marked, fortnight, screen) DO UPDATE SET
  sessions = sessions + excluded.sessions,
  touches = touches + excluded.touches,
  landed = landed + excluded.landed,
  nowhere = nowhere + excluded.nowhere,
  in_vain = in_vain + excluded.in_vain,
  views = views + excluded.views,
  last = last + excluded.last,
  page_changes = page_changes + excluded.page_changes,
  pages_turned = pages_turned + excluded.pages_turned
