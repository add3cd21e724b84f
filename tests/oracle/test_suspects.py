"""Sessions that look like no visitor, on either side of each threshold."""

import unittest

from suspects import suspect
from written import File, file_of_one


class Suspects(unittest.TestCase):
    def of(self, file, session_id):
        sessions = file.sessions()
        return suspect(next(session for session in sessions if session.id == session_id), sessions)

    def test_clock(self):
        begin, day = File().begin, 86_400_000
        for start, received, event, event_received, expected in (
            (0, None, 0, None, None), ("1999-12-31T23:59:59.999Z", None, 0, None, "clock"),
            ("2000-01-01T00:00:00Z", None, 0, None, None), (0, None, "1999-12-31T23:59:59.999Z", None, "clock"),
            (0, begin - day, 0, None, None), (0, begin - day - 1, 0, None, "clock"),
            (0, None, 0, begin - day - 1, "clock"),
            ("2090-01-01T00:00:00Z", None, "2090-01-01T00:00:00Z", None, None), ("?", None, "?", None, "clock"),
            (0, begin, "?", begin, None),
        ):
            file = File()
            session = file.session(start, received=received)
            file.event(session, event, "click", None, None, event_received)
            self.assertEqual(expected, self.of(file, session), (start, received, event, event_received))

    def stuck(self, near, far, seconds=3600.001, spot=(12, 16)):
        """Touches around (0, 0): two fifths exactly there, the other near ones on a spot, the rest far away."""
        file = File()
        session = file.session()
        points = [(0, 0)] * (near * 3 // 5) + [spot] * (near - near * 3 // 5) + [(20.5, 0)] * far
        for index, (x, y) in enumerate(points):
            file.event(session, seconds * index / (len(points) - 1), "tap", {"x": x, "y": y})
        return self.of(file, session)

    def test_stuck(self):
        self.assertEqual("stuck", self.stuck(90, 10))
        self.assertIsNone(self.stuck(90, 11))
        self.assertIsNone(self.stuck(99, 0))
        self.assertIsNone(self.stuck(90, 10, seconds=3600))
        self.assertIsNone(self.stuck(90, 10, spot=(12, 16.001)))

    def test_stuck_sessions_are_left_out(self):
        file = file_of_one(*((index * 37, "tap", {"x": 1, "y": 1}) for index in range(100)))
        self.assertEqual("stuck", file.rows("sessions")[0][-1])
        self.assertEqual(0, file.rows("overview")[0][0])

    def echo(self, first, second, **second_session):
        """The suspects of two sessions, given as (seconds, x) of their touches."""
        file = File()
        ids = (file.session(0), file.session(0, **second_session))
        for session, touches in zip(ids, (first, second)):
            for time, x in touches:
                file.event(session, time, "click", {"x": x, "y": 0})
        return [self.of(file, session) for session in ids]

    def test_echo_is_the_longer_of_two_sessions_with_the_same_touches(self):
        touches = [(0, 1), (1, 2), (2, 3)]
        late = [(time + 0.05, x) for time, x in touches]
        too_late = [(time + 0.051, x) for time, x in touches]
        beside = [(time, x + 0.5) for time, x in touches]
        twenty = [(index, index) for index in range(20)]
        self.assertEqual([None, "echo"], self.echo(touches, touches))
        self.assertEqual([None, "echo"], self.echo(touches, late))
        self.assertEqual([None, "echo"], self.echo(late, touches))
        self.assertEqual([None, None], self.echo(touches, too_late))
        self.assertEqual([None, None], self.echo(touches, beside))
        self.assertEqual([None, None], self.echo(touches[:2], touches[:2]))
        self.assertEqual([None, None], self.echo(touches, touches, device="table-2"))
        self.assertEqual([None, None], self.echo(touches, touches, consumer=2))
        self.assertEqual(["echo", None], self.echo(twenty, twenty[:18]))
        self.assertEqual([None, None], self.echo(twenty, twenty[:17]))

    def test_echo_needs_active_times_that_share_a_moment(self):
        """Touches at one time and 50 ms later: the first session ends when the second begins, which is enough."""
        now, later = [(0, 1)] * 9, [(0.05, 1)] * 9
        self.assertEqual([None, None], self.echo(now, later))
        self.assertEqual(["echo", None], self.echo([*now, (0.05, 9)], later))
        ending = [(0.02, 9), (0.05, 1)]
        self.assertEqual([None, "echo"], self.echo(ending, [*later, (0.1, 9)]))

    def test_echo_does_not_depend_on_filters(self):
        file = File()
        for excluded in ("2025-07-18T10:00:00Z", None):
            session = file.session(excluded=excluded)
            for time in range(3):
                file.event(session, time, "click", {"x": 1, "y": time})
        self.assertEqual([[2, "echo"]], [[row[0], row[-1]] for row in file.rows("sessions")])
        self.assertEqual(1, file.rows("overview")[0][0])

    def test_never_stopped(self):
        stop = (1, "stopSession", {"reason": "done"})
        for stopped, reason, expected in (
            (1, "expired", "never_stopped"), ("", "expired", "never_stopped"), (1, "idle", None), (None, None, None),
        ):
            self.assertEqual(expected, self.of(file_of_one(stop, stopped=stopped, reason=reason), 1))


if __name__ == "__main__":
    unittest.main()
