-- The screens of each session, with the same sums as those of fortnights.
SELECT s.start_ms, s.session_id, c.screen, c.views > 0, c.touches, c.landed, c.nowhere, c.in_vain, c.views, c.last,
  c.page_changes, c.pages_turned
FROM session_sums s
CROSS JOIN session_screens c ON c.session_id = s.session_id
