"""A small exhibition, every report of which is worked out by hand from the definitions.

    python3 -m unittest discover tests/oracle
"""

import unittest

from written import File


def exhibition():
    """Three sessions, twenty events. Oslo is two hours ahead of UTC in July; the 18th is a Friday.

    1. Friday at 10:00 somebody opens a book about the sea, turns a page, touches a picture in vain and goes home.
       A minute later the exhibit shows its attract loop by itself, and our client stops the session.
    2. Friday at 23:59:50 somebody watches a film about whales in a XIMPEL app until after midnight. Nobody stops it.
    3. Saturday at 14:00 somebody at the other table opens a book about fish and is still there.
    """
    file = File()
    page = {"viewWidth": 1600, "viewHeight": 900}
    books = {"screen": "home", "target": "books"}

    friday = file.session("2025-07-18T08:00:00.000Z", "2025-07-18T08:01:30.500Z", "idle")
    for time, action, data in (
        ("08:00:00.000", "click", {**books, "clickX": 100, "clickY": 100, "lang": "en", **page}),
        ("08:00:00.200", "screen", {"screen": "book:sea", "lang": "en"}),
        ("08:00:10.000", "tap", {"screen": "book:sea", "target": "next", "x": 1500, "y": 450, **page}),
        ("08:00:10.100", "pageChange", {"screen": "book:sea", "currentPage": 1}),
        ("08:00:20.000", "click", {"screen": "book:sea", "target": "picture", "clickX": 800, "clickY": 450, **page}),
        ("08:00:30.000", "click", {"screen": "book:sea", "target": "home", "clickX": 50, "clickY": 850, **page}),
        ("08:00:30.300", "screen", {"screen": "home", "lang": "en"}),
        ("08:01:30.000", "screen", {"screen": "attract", "auto": True}),
        ("08:01:30.500", "stopSession", {}),
    ):
        file.event(friday, f"2025-07-18T{time}Z", action, data)

    midnight = file.session("2025-07-18T21:59:50.000Z", "2025-07-18T22:00:30.000Z", "expired")
    for time, action, data in (
        ("21:59:50", "click", {"prevSubject": "home", "subject": "film:whales", "target": "whales", "lang": "nb"}),
        ("21:59:52", "media", {"target": "whales.mp4", "state": "play", "position_s": 0}),
        ("22:00:12", "media", {"target": "whales.mp4", "state": "ended", "position_s": 20.5}),
        ("22:00:20", "swipe", {"prevSubject": "film:whales", "subject": "film:whales"}),
        ("22:00:30", "typing", {"screen": "search"}),
    ):
        file.event(midnight, f"2025-07-18T{time}Z", action, data)

    saturday = file.session("2025-07-19T12:00:00.000Z", consumer=2, device="table-2")
    for time, action, data in (
        ("12:00:00.000", "screen", {"screen": "home", "lang": "nb"}),
        ("12:00:01.000", "click", {**books, "clickX": 100, "clickY": 120, "lang": "nb", **page}),
        ("12:00:01.500", "screen", {"screen": "book:fish", "lang": "en"}),
        ("12:00:03.000", "longpress", {"screen": "book:fish", "x": 400, "y": 300}),
        ("12:00:50.000", "click", "not json"),
        ("12:01:00.000", "tick", {"passive": True}),
    ):
        file.event(saturday, f"2025-07-19T{time}Z", action, data)
    return file


class WorkedOutByHand(unittest.TestCase):
    """The tables that follow from the definitions for the exhibition above, in Oslo's time."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.file = exhibition()

    def expect(self, name, rows, **params):
        reply = self.file.reply(name, tz="Europe/Oslo", **params)
        self.assertEqual(rows, reply["rows"])
        for row in rows:
            self.assertEqual(len(row), len(reply["columns"]))

    def test_reply(self):
        """By default the range is from the first start to the last event."""
        reply = self.file.reply("stops", tz="Europe/Oslo")
        del reply["rows"]
        self.assertEqual(
            {
                "status": 200, "report": "stops", "from": "2025-07-18", "to": "2025-07-19", "tz": "Europe/Oslo",
                "columns": ["reason", "sessions"],
            },
            reply,
        )

    def test_overview(self):
        """Touches 4, 2, 3; views 3, 1, 2; active for 30.3, 40 and 50 s. The p90 is at rank 1.8: 40 + 0.8 · 10.

        Table 1 was in use for 30.3 + 40 s of the 50,430 s between 10:00:00 and 00:00:30, table 2 for 50 s of 50 s:
        120.3 / 50,480 = 0.0023831…
        """
        self.expect("overview", [[3, 3, 1, 20, 9, 6, 4, 1, 3, 3, 2, 2, 40.1, 40, 48, 0.002383]])

    def test_days(self):
        self.expect("days", [["2025-07-18", 2, 6, 4, 70.3], ["2025-07-19", 1, 3, 2, 50]])

    def test_hours(self):
        """The swipe after midnight is made at 0, but belongs to a session that began at 23."""
        busy = {0: [0, 1, 0, 0], 10: [1, 4, 3, 4], 14: [1, 3, 2, 3], 23: [1, 1, 1, 2]}
        self.expect("hours", [[hour, *busy.get(hour, [0, 0, 0, 0])] for hour in range(24)])

    def test_grid(self):
        busy = {(5, 10): [1, 4], (5, 23): [1, 1], (6, 0): [0, 1], (6, 14): [1, 3]}
        dates = {5: 1, 6: 1}
        rows = [
            [day, hour, *busy.get((day, hour), [0, 0]), dates.get(day, 0)] for day in range(1, 8) for hour in range(24)
        ]
        self.expect("grid", rows)

    def test_weekdays(self):
        nothing = [0, 0, None, 0]
        self.expect("weekdays", [
            [1, *nothing], [2, *nothing], [3, *nothing], [4, *nothing], [5, 1, 2, 2, 6], [6, 1, 1, 1, 3], [7, *nothing],
        ])

    def test_screens(self):
        """The last click on Saturday has no screen, so eight of nine touches are told apart."""
        self.expect("screens", [
            ["book:sea", "book", 3, 3, 2, 1, 1, 1, 0],
            ["book:fish", "book", 2, 1, 1, 1, 1, 1, 1],
            ["film:whales", "film", 2, 1, 1, 1, 1, 1, 1],
            ["home", "home", 1, 3, 0, 0, 3, 2, 1],
        ])

    def test_types(self):
        self.expect("types", [["book", 2, 5, 2], ["film", 1, 2, 1], ["home", 1, 1, 3]])

    def test_choices(self):
        rows = [[1, "home", 2], [1, "film:whales", 1], [2, "book:fish", 1], [2, "book:sea", 1], [3, "home", 1]]
        self.expect("choices", rows)
        self.expect("choices", rows[:2], n="1")

    def test_dwell(self):
        """Home was looked at for 0.2 and 1.5 s, and once at the end; p90: 0.2 + 0.9 · 1.3."""
        self.expect("dwell", [
            ["home", 3, 2, 1.7, 0.2, 0.85, 0.85, 1.37, 1.5],
            ["book:fish", 1, 0, 0, None, None, None, None, None],
            ["book:sea", 1, 1, 30.1, 30.1, 30.1, 30.1, 30.1, 30.1],
            ["film:whales", 1, 0, 0, None, None, None, None, None],
        ])

    def test_transitions(self):
        self.expect("transitions", [["book:sea", "home", 1], ["home", "book:fish", 1], ["home", "book:sea", 1]])

    def test_journeys(self):
        rows = [
            [["film:whales"], 1, 40, 0],
            [["home", "book:fish"], 1, 50, 0],
            [["home", "book:sea", "home"], 1, 30.3, 1],
        ]
        self.expect("journeys", rows)
        self.expect("journeys", rows[:2], n="2")

    def test_paths(self):
        rows = [
            [1, 1, "home", "2025-07-18T08:00:00.000Z", 0.2],
            [1, 2, "book:sea", "2025-07-18T08:00:00.200Z", 30.1],
            [1, 3, "home", "2025-07-18T08:00:30.300Z", None],
            [2, 1, "film:whales", "2025-07-18T21:59:50.000Z", None],
            [3, 1, "home", "2025-07-19T12:00:00.000Z", 1.5],
            [3, 2, "book:fish", "2025-07-19T12:00:01.500Z", None],
        ]
        self.expect("paths", rows)
        self.expect("paths", rows[1:3], offset="1", limit="2")

    def test_heatmap(self):
        """Cells of 100 × 100 px; the long press has no size: cells of 120 × 120 px. XIMPEL gives no points."""
        rows = [[1, 1, 2, 0, 0, 2], [3, 2, 1, 1, 1, 1], [8, 4, 1, 1, 1, 1], [15, 4, 1, 1, 0, 1], [0, 8, 1, 0, 0, 1]]
        self.expect("heatmap", rows)
        self.expect("heatmap", rows[:1], screen="home")
        self.expect("heatmap", rows[2:], screen="book:sea")

    def test_pages(self):
        """The cover and two pages of the sea, the cover of the fish."""
        self.expect("pages", [["book:fish", 1, 0, 1, 1], ["book:sea", 1, 1, 3, 3]])

    def test_targets(self):
        self.expect("targets", [
            ["home", "books", 2, 2], ["book:sea", "home", 1, 1], ["book:sea", "next", 1, 1],
            ["book:sea", "picture", 1, 1], ["home", "whales", 1, 1],
        ])

    def test_actions(self):
        once = ["longpress", "pageChange", "stopSession", "swipe", "tap", "tick", "typing"]
        self.expect("actions", [["click", 6, 3], ["screen", 5, 2], ["media", 2, 1], *([name, 1, 1] for name in once)])

    def test_stops(self):
        self.expect("stops", [[None, 1], ["expired", 1], ["idle", 1]])

    def test_media(self):
        self.expect("media", [["whales.mp4", 1, 1, 1, 20.5, 20.5]])

    def test_languages(self):
        """On Saturday one touch is made in Norwegian, two after the page has become English."""
        self.expect("languages", [["en", 2, 6], ["nb", 2, 3]])

    def test_sessions(self):
        self.expect("sessions", [
            [1, 1, "table-1", "2025-07-18T08:00:00.000Z", "2025-07-18T08:01:30.500Z", "idle", 30.3, 9, 4, 3, 2, "home",
             "home", None],
            [2, 1, "table-1", "2025-07-18T21:59:50.000Z", "2025-07-18T22:00:30.000Z", "expired", 40, 5, 2, 1, 1,
             "film:whales", "film:whales", "never_stopped"],
            [3, 2, "table-2", "2025-07-19T12:00:00.000Z", None, None, 50, 6, 3, 2, 2, "home", "book:fish", None],
        ])


if __name__ == "__main__":
    unittest.main()
