"""Each tricky definition by itself, and what must hold of every file."""

import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import make_data
import words
from figures import median, p90, rounded
from oddities import UNREADABLE_TIMES
from oracle import csv_text, report
from reports import REPORTS
from test_oracle import exhibition
from times import date_text, read_date, read_time, time_text, weekday
from written import File, file_of_one, session_of, view_of


class Times(unittest.TestCase):
    def test_readable_times_are_rfc_3339(self):
        noon = read_time("2024-03-31T12:00:00Z")
        for text in (
            "2024-03-31t12:00:00z", "2024-03-31T12:00:00.0009Z", "2024-03-31T12:00:00.000Z",
            "2024-03-31T14:00:00+02:00",
            "2024-03-31T08:30:00-03:30", "2024-03-31T12:00:00-00:00",
        ):
            self.assertEqual(noon, read_time(text), text)

    def test_second_60_is_59(self):
        self.assertEqual("2016-12-31T23:59:59.500Z", time_text(read_time("2016-12-31T23:59:60.5Z")))

    def test_others_are_unreadable(self):
        for text in (*UNREADABLE_TIMES, None, 5):
            self.assertIsNone(read_time(text), text)

    def test_the_calendar_goes_on_beyond_that_of_python(self):
        for text in ("0000-02-29", "0001-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "9999-12-31"):
            self.assertEqual(text, date_text(read_date(text)))
        self.assertEqual("10000-01-01", date_text(read_date("9999-12-31") + 1))
        self.assertEqual(6, weekday(read_date("2000-01-01")))

    def test_an_unreadable_time_is_that_of_the_event_before_it_by_id(self):
        file = file_of_one(("?", "a"), (5, "b"), ("?", "c"), (3, "d"), ("?", "e"), start=1)
        seconds = [(event.action, (event.time - file.begin) / 1000) for event in file.sessions()[0].events]
        self.assertEqual([("a", 1), ("d", 3), ("e", 3), ("b", 5), ("c", 5)], seconds)

    def test_an_unreadable_start_is_the_first_readable_event_else_1970(self):
        file = file_of_one(("?", "click"), (9, "click"), (2, "click"), start="?")
        self.assertEqual(file.begin + 9_000, file.sessions()[0].start)
        self.assertEqual(0, session_of(("?", "click"), start="?").start)

    def test_sessions_gives_the_stored_text_and_paths_the_time_found(self):
        file = file_of_one((9, "click", view_of("a")), ("?", "click", view_of("b")), start="long ago")
        self.assertEqual("long ago", file.rows("sessions")[0][3])
        self.assertEqual(["2025-07-18T08:00:09.000Z"] * 2, [row[3] for row in file.rows("paths")])

    def test_equal_times_are_ordered_by_seq_with_none_first_then_by_id(self):
        session = session_of((1, "a", None, 5), (1, "b", None, 0), (1, "c"), (1, "d"), (0, "e", None, 9))
        self.assertEqual("e c d b a", " ".join(event.action for event in session.events))


class Data(unittest.TestCase):
    def screen(self, data):
        return words.screen(session_of((0, "screen", data)).events[0])

    def test_what_is_no_object_has_no_screen(self):
        for text in (
            None, "", "null", '["screen"]', '"home"', "{", '{"screen":"a"} x', '{"screen":"a","x":NaN}',
            '{"screen":"a","x":-Infinity}', '{"screen":"a","x":01}', '{"screen":"a\tb"}', '\ufeff{"screen":"a"}',
            '{"screen":"a",}', '{"screen":"a"}\x00', '\u00a0{"screen":"a"}',
        ):
            self.assertIsNone(self.screen(text), text)

    def test_an_object_has_at_most_128_levels(self):
        for nested, expected in ((127, "a"), (128, None), (5000, None)):
            text = '{"screen":"a","deep":' + "[" * nested + "]" * nested + "}"
            self.assertEqual(expected, self.screen(text), nested)
        self.assertEqual("a", self.screen('{"screen":"a","text":"' + "[" * 500 + '\\""}'))

    def test_the_last_of_equal_keys_wins(self):
        self.assertEqual("b", self.screen('{"screen":"a","\\u0073creen":"b"}'))
        self.assertIsNone(self.screen('{"screen":"a","screen":1}'))

    def test_a_lone_surrogate_is_replaced(self):
        self.assertEqual("a\ufffdb", self.screen('{"screen":"a\\udc00b"}'))
        self.assertEqual("\ufffd😀", self.screen('{"screen":"\\ud83d\\ud83d\\ude00"}'))

    def test_the_screen_is_a_name_and_the_subject_the_second_choice(self):
        for data, expected in (
            ({"screen": "a", "subject": "b"}, "a"), ({"screen": "", "subject": "b"}, "b"),
            ({"screen": 3, "subject": "b"}, "b"), ({"subject": ["b"]}, None), ({"screen": " "}, " "),
        ):
            self.assertEqual(expected, self.screen(data), data)

    def test_a_point_is_the_first_pair_of_numbers(self):
        for data, expected in (
            ('{"clickX":1,"clickY":2,"x":3,"y":4}', (1, 2)), ('{"clickX":1,"clickY":"2","x":3,"y":4}', (3, 4)),
            ('{"clickX":1,"y":4}', None), ('{"x":true,"y":4}', None), ('{"x":1e400,"y":4}', None),
            ('{"x":1' + "0" * 5000 + ',"y":4}', None), ('{"x":1e-400,"y":-4}', (0, -4)),
        ):
            self.assertEqual(expected, session_of((0, "click", data)).touches[0].point, data[:60])
        self.assertIsNone(session_of((0, "swipe", {"x": 1, "y": 2})).touches[0].point)


class Touches(unittest.TestCase):
    def only(self, *events):
        return session_of(*events).touches[0]

    def test_five_actions_are_touches(self):
        actions = ("click", "tap", "swipe", "longpress", "pinch", "typing", "Click", "screen", "drag")
        session = session_of(*((index, action) for index, action in enumerate(actions)))
        self.assertEqual(actions[:5], tuple(touch.event.action for touch in session.touches))

    def test_the_place_is_the_screen_before(self):
        for data, expected in (
            ({"prevScreen": "a", "prevSubject": "b", "screen": "c"}, "a"),
            ({"prevScreen": "", "prevSubject": "b", "screen": "c"}, "b"), ({"screen": "c"}, "c"), ({}, None),
        ):
            self.assertEqual(expected, self.only((0, "click", data)).place)

    def test_a_screen_within_a_second_is_the_target(self):
        touch = (0, "click", view_of("a"))
        for following, expected in (
            ([(1, "screen", view_of("b"))], "b"),
            ([(1.001, "screen", view_of("b"))], "a"),
            ([(0.5, "click", {}), (0.6, "screen", view_of("b"))], "a"),
            ([(0.2, "screen", {}), (0.3, "drag", view_of("x")), (0.4, "screen", view_of("b"))], "b"),
            ([(0.2, "screen", view_of("a")), (0.4, "screen", view_of("b"))], "a"),
            ([(0.2, "screen", {"subject": "b"})], "b"),
            ([], "a"),
        ):
            self.assertEqual(expected, self.only(touch, *following).target_screen, following)

    def test_a_touch_that_knows_the_screen_before_gives_its_own_as_target(self):
        touch = (0, "click", {"prevSubject": "a", "subject": "b"})
        self.assertEqual("b", self.only(touch, (0.1, "screen", view_of("c"))).target_screen)
        touch = (0, "click", {"prevScreen": "a"})
        self.assertIsNone(self.only(touch, (0.1, "screen", view_of("c"))).target_screen)

    def test_nowhere_is_a_touch_that_stays(self):
        self.assertTrue(self.only((0, "click", view_of("a"))).nowhere)
        self.assertFalse(self.only((0, "click", {})).nowhere)
        self.assertFalse(self.only((0, "click", {"prevScreen": "a"})).nowhere)
        self.assertFalse(self.only((0, "click", {"prevScreen": "a", "screen": "b"})).nowhere)

    def test_in_vain_is_a_nowhere_touch_that_nothing_follows(self):
        touch = (0, "click", view_of("a"))
        for following, expected in (
            ([], True),
            ([(0.5, "stopSession")], True),
            ([(0.5, "click", view_of("a"))], True),
            ([(0.5, "click", view_of("a")), (0.6, "pageChange")], True),
            ([(0.5, "pageChange")], False),
            ([(1, "tick", {"passive": True})], False),
            ([(1.001, "pageChange")], True),
        ):
            self.assertEqual(expected, self.only(touch, *following).in_vain, following)

    def test_what_came_before_at_the_same_time_does_not_follow(self):
        session = session_of((0, "pageChange"), (0, "click", view_of("a")))
        self.assertTrue(session.touches[0].in_vain)


class Views(unittest.TestCase):
    def seen(self, *events):
        return [view.screen for view in session_of(*events).views]

    def test_a_view_is_a_change_of_screen(self):
        self.assertEqual(["a", "b", "a"], self.seen(
            (0, "screen", view_of("a")), (1, "click", view_of("a")), (2, "click", view_of("b")),
            (3, "media", view_of("x")),
            (4, "screen", {}), (5, "screen", view_of("b")), (6, "typing", view_of("y")), (7, "screen", view_of("a")),
        ))

    def test_the_way_home_by_itself_is_no_view(self):
        home = (9, "screen", {"screen": "home", "auto": True})
        self.assertEqual(["a"], self.seen((0, "click", view_of("a")), home))
        self.assertEqual(["a", "home"], self.seen((0, "click", view_of("a")), home, (10, "typing")))
        self.assertEqual(["a", "home"], self.seen((0, "click", view_of("a")), home, (10, "click")))
        self.assertEqual(["a"], self.seen((0, "click", view_of("a")), home, (10, "media")))
        self.assertEqual(["home"], self.seen((0, "screen", {"screen": "home", "auto": 1})))

    def test_active_time_leaves_out_what_nobody_did(self):
        for events, expected in (
            ([], None),
            ([(5, "stopSession")], None),
            ([(0, "click")], 0),
            ([(0, "click"), (7, "drag"), (60, "stopSession")], 7_000),
            ([(0, "click"), (60, "screen", {"auto": True})], 0),
            ([(0, "click"), (60, "screen", {"auto": True}), (61, "click")], 61_000),
            ([(0, "tick", {"passive": True}), (5, "click"), (9, "tick", {"passive": True})], 0),
            ([(0, "tick", {"passive": 1}), (5, "click")], 5_000),
        ):
            self.assertEqual(expected, words.active_ms(session_of(*events)), events)


class Figures(unittest.TestCase):
    def test_figures_are_exact_and_rounded_once_half_away_from_zero(self):
        for value, digits, expected in (
            (Fraction(5, 10_000), 3, 0.001), (Fraction(25, 10_000), 3, 0.003), (Fraction(1, 3), 6, 0.333333),
            (Fraction(2, 3), 6, 0.666667), (Fraction(4), 3, 4), (None, 3, None),
        ):
            self.assertEqual(expected, rounded(value, digits))

    def test_medians_and_ranks(self):
        self.assertEqual(Fraction(5, 2), median([4, 1, 2, 3]))
        self.assertEqual(7, p90([7]))
        self.assertEqual(Fraction(19, 10), p90([2, 1]))
        self.assertEqual(10, p90(list(range(1, 12))))
        self.assertIsNone(median([]))

    def test_names_compare_by_utf_8_bytes(self):
        """UTF-16 would put the emoji, written with surrogates, before the full-width letter."""
        file = file_of_one(*((index, "click", view_of(name)) for index, name in enumerate(("😀", "ｚ", "é", "z", "A"))))
        self.assertEqual(["A", "z", "é", "ｚ", "😀"], [row[0] for row in file.rows("dwell")])


class Ranges(unittest.TestCase):
    def two_days(self):
        """A session before a midnight that goes on after it, and one exactly on it."""
        file = File("2025-07-18T23:59:59Z")
        first, second = file.session(0), file.session(1)
        file.event(first, 0, "click", view_of("a"))
        file.event(first, 1, "click", view_of("a"))
        file.event(second, 1.5, "click", view_of("a"))
        return file

    def counts(self, **params):
        """Sessions, touches of sessions, touches made."""
        rows = self.two_days().rows("hours", **params)
        return [sum(row[column] for row in rows) for column in (1, 4, 2)]

    def test_a_session_belongs_to_its_start_and_a_touch_made_to_its_time(self):
        self.assertEqual([1, 2, 1], self.counts(begin="2025-07-18", to="2025-07-18"))
        self.assertEqual([1, 1, 2], self.counts(begin="2025-07-19", to="2025-07-19"))

    def test_a_range_of_times_is_half_open(self):
        midnight = "2025-07-19T00:00:00Z"
        self.assertEqual([1, 2, 1], self.counts(begin="2025-07-18", to=midnight))
        self.assertEqual([2, 3, 2], self.counts(begin="2025-07-18", to="2025-07-19T00:00:00.001Z"))
        self.assertEqual([1, 1, 2], self.counts(begin=midnight, to="2025-07-19T02:00:00+01:00"))
        self.assertEqual([1, 1, 2], self.counts(begin=midnight, to="2025-07-19T02:00:00 01:00"))

    def test_an_end_before_the_beginning_is_an_empty_range(self):
        self.assertEqual([0, 0, 0], self.counts(begin="2025-07-19", to="2025-07-18"))
        reply = self.two_days().reply("days", begin="2025-07-19", to="2025-07-18")
        self.assertEqual(("2025-07-19", []), (reply["from"], reply["rows"]))

    def test_the_default_is_from_the_first_start_to_the_last_event_of_who_is_not_left_out(self):
        file = self.two_days()
        file.event(1, "2025-07-21T10:00:00Z", "tick")
        wrong = file.session("1999-12-31T23:59:59Z")
        file.event(wrong, "2030-01-01T00:00:00Z", "tick")
        file.event(99, "2031-01-01T00:00:00Z", "tick")
        reply = file.reply("stops")
        self.assertEqual(("2025-07-18", "2025-07-21"), (reply["from"], reply["to"]))
        reply = file.reply("stops", exclude="1")
        self.assertEqual(("2025-07-19", "2025-07-19"), (reply["from"], reply["to"]))
        reply = file.reply("stops", begin="2025-07-19T00:00:00Z")
        self.assertEqual(("2025-07-19T00:00:00Z", "2025-07-21"), (reply["from"], reply["to"]))

    def test_without_sessions_there_is_no_default(self):
        reply = self.two_days().reply("hours", device="unknown", begin="2025-07-18")
        self.assertEqual(("2025-07-18", None, 24), (reply["from"], reply["to"], len(reply["rows"])))

    def test_sessions_without_a_range_lists_every_selected_one(self):
        file = self.two_days()
        file.session("1999-01-01T00:00:00Z")
        file.session(5, excluded="")
        reply = file.reply("sessions")
        self.assertEqual((None, None), (reply["from"], reply["to"]))
        self.assertEqual([(3, "clock"), (1, None), (2, None)], [(row[0], row[-1]) for row in reply["rows"]])
        self.assertEqual([1, 2], [row[0] for row in file.rows("sessions", to="2025-07-19")])
        self.assertEqual([3, 1, 2], [row[0] for row in file.rows("sessions", begin="1999-01-01")])
        self.assertEqual([4], [row[0] for row in file.rows("sessions", marked="only")])
        self.assertEqual([3, 1, 2, 4], [row[0] for row in file.rows("sessions", marked="include")])

    def test_dates_that_a_range_touches(self):
        file = self.two_days()
        for begin, to, first, last in (
            ("2025-07-18", "2025-07-20", "18", "20"),
            ("2025-07-18T23:59:59.999Z", "2025-07-20T00:00:00Z", "18", "19"),
            ("2025-07-18T23:59:59.999Z", "2025-07-20T00:00:00.001Z", "18", "20"),
            ("2025-07-19", "2025-07-19T00:00:00.001Z", "19", "19"),
            ("2025-07-19T12:00:00.5Z", "2025-07-19T12:00:00.501Z", "19", "19"),
        ):
            dates = [row[0] for row in file.rows("days", begin=begin, to=to)]
            self.assertEqual((f"2025-07-{first}", f"2025-07-{last}"), (dates[0], dates[-1]), (begin, to))
        self.assertEqual([], file.rows("days", begin="2025-07-19", to="2025-07-19T00:00:00Z"))
        self.assertEqual([], file.rows("days", begin="2025-07-19T12:00:00Z", to="2025-07-19T12:00:00Z"))

    def test_a_clock_put_back_over_midnight_shows_a_date_twice(self):
        """On 2010-11-07 at 00:01 St. John's went back to 23:01 on the 6th: 02:31 UTC."""
        file = File("2010-11-07T02:30:30Z")
        file.session(0)  # 00:00:30 on the 7th
        file.session(60)  # 23:01:30 on the 6th
        zone = {"tz": "America/St_Johns"}
        self.assertEqual([["2010-11-06", 1, 0, 0, 0], ["2010-11-07", 1, 0, 0, 0]], file.rows("days", **zone))
        end = file.rows("days", begin="2010-11-06", to="2010-11-07T02:45:00Z", **zone)
        self.assertEqual([("2010-11-06", 1), ("2010-11-07", 1)], [tuple(row[:2]) for row in end])
        begin = file.rows("days", begin="2010-11-07T02:30:30Z", to="2010-11-07", **zone)
        self.assertEqual([("2010-11-06", 1), ("2010-11-07", 1)], [tuple(row[:2]) for row in begin])

    def test_half_hours_and_changes_of_clocks(self):
        for zone, moment, hour in (
            ("Asia/Kolkata", "2024-01-01T18:29:59Z", 23), ("Asia/Kolkata", "2024-01-01T18:30:00Z", 0),
            ("Europe/Oslo", "2024-03-31T00:59:59Z", 1), ("Europe/Oslo", "2024-03-31T01:00:00Z", 3),
            ("Europe/Oslo", "2024-10-27T00:30:00Z", 2), ("Europe/Oslo", "2024-10-27T01:30:00Z", 2),
            ("Australia/Lord_Howe", "2024-04-06T14:59:00Z", 1), ("Australia/Lord_Howe", "2024-04-06T15:00:00Z", 1),
            ("Australia/Lord_Howe", "2024-04-06T15:30:00Z", 2), ("Pacific/Chatham", "2024-04-06T14:00:00Z", 2),
            ("America/St_Johns", "2024-07-01T02:29:00Z", 23),
        ):
            rows = File(moment)
            rows.session(0)
            busy = [row[0] for row in rows.rows("hours", tz=zone) if row[1]]
            self.assertEqual([hour], busy, (zone, moment))

    def test_days_has_at_most_3660_dates(self):
        file = self.two_days()
        self.assertEqual(3_660, len(file.rows("days", begin="2001-01-01", to="2011-01-08")))
        self.assertEqual(400, file.reply("days", begin="2001-01-01", to="2011-01-09")["status"])
        self.assertEqual(200, file.reply("weekdays", begin="2001-01-01", to="2011-01-09")["status"])
        reply = file.reply("days", to="2040-01-01")
        self.assertEqual((3_660, "2029-12-25"), (len(reply["rows"]), reply["from"]))


class Parameters(unittest.TestCase):
    def test_bad_and_unknown_parameters(self):
        file = exhibition()
        for name, param, value in (
            ("stops", "n", "3"), ("stops", "limit", "3"), ("choices", "n", "0"), ("choices", "n", "101"),
            ("journeys", "n", "1001"), ("choices", "n", "3.0"), ("choices", "n", "-1"),
            ("heatmap", "cols", "201"),
            ("heatmap", "rows", "0"), ("heatmap", "width", "100001"), ("paths", "limit", "-1"),
            ("paths", "offset", "x"),
            ("stops", "from", "yesterday"), ("stops", "to", "2025-02-30"), ("stops", "tz", "Oslo"),
            ("stops", "tz", "../UTC"),
            ("stops", "marked", "yes"), ("stops", "format", "xml"), ("stops", "screen", "home"),
        ):
            reply = report(file.sessions(), name, {param: value})
            self.assertEqual(400, reply["status"], (name, param, value))
            self.assertIn(repr(param), reply["error"])

    def test_good_parameters(self):
        file = exhibition()
        for name, param, value in (
            ("stops", "n", ""), ("stops", "key", "secret"), ("journeys", "n", "1000"), ("paths", "limit", "0"),
            ("stops", "exclude", "7,x,,1"), ("stops", "consumer", "none"), ("stops", "device", ""), ("stops", "tz", ""),
        ):
            self.assertEqual(200, report(file.sessions(), name, {param: value})["status"], (name, param, value))

    def test_unknown_reports_are_404_and_name_the_others(self):
        reply = report([], "heat", {"bad": "1"})
        self.assertEqual(404, reply["status"])
        self.assertIn("heatmap", reply["error"])

    def test_filters(self):
        file = exhibition()
        for params, expected in (
            ({"consumer": "1"}, [1, 2]), ({"consumer": "9"}, []), ({"device": "table-2"}, [3]),
            ({"device": "Table-2"}, []),
            ({"exclude": "1,3,9"}, [2]), ({"consumer": "1", "exclude": "1"}, [2]), ({"marked": "only"}, []),
        ):
            self.assertEqual(expected, [row[0] for row in file.rows("sessions", **params)], params)

    def test_csv(self):
        file = file_of_one((0, "click", view_of('say "hi"')), (1, "click", view_of("a\r\nb, c")))
        expected = (
            "path,sessions,active_s_median,stopped_idle\r\n"
            '"say ""hi"" > a\r\nb, c",1,1,0\r\n'
        )
        self.assertEqual(expected, csv_text(file.reply("journeys")))
        self.assertEqual("reason,sessions\r\n,1\r\n", csv_text(file.reply("stops")))


class Reports(unittest.TestCase):
    def test_no_sessions_at_all(self):
        file = File()
        expected = [0] * 8 + [None] * 8
        self.assertEqual([expected], file.rows("overview"))
        rows = {"overview": 1, "hours": 24, "grid": 168, "weekdays": 7}
        for name in REPORTS:
            reply = file.reply(name)
            self.assertEqual((None, None), (reply["from"], reply["to"]))
            self.assertEqual(rows.get(name, 0), len(reply["rows"]), name)

    def test_a_session_without_events_counts(self):
        row = dict(zip(REPORTS["overview"][1].split(), file_of_one().rows("overview")[0]))
        self.assertEqual((1, 0, 1, 0), (row["sessions"], row["touched_sessions"], row["open_sessions"], row["views"]))
        self.assertEqual((0, None, None), (row["touches_per_session_mean"], row["active_s_mean"], row["utilisation"]))

    def test_utilisation(self):
        def used(*sessions):
            """Sessions are (device, start, end), in seconds."""
            file = File("2025-07-18T12:00:00Z")
            for device, start, end in sessions:
                session = file.session(start, device=device, consumer=1 + len(device or ""))
                file.event(session, start, "click")
                file.event(session, end, "click")
            return file.rows("overview")[0][-1]

        day = 86_400
        for sessions, expected in (
            ([("a", 0, 10)], 1),
            ([("a", 0, 0)], None),
            ([("a", 0, 10), ("a", 30, 40)], 0.5),
            ([("a", 0, 10), ("b", 30, 40)], 1),
            ([("a", 0, 10), ("a", 5, 15), ("a", 6, 7), ("a", 19, 20)], 0.8),
            ([(None, 0, 10), ("", 30, 40)], 0.5),
            ([("a", 0, 10), ("a", day, day + 10)], 1),
            # Begun on one date and active on the next, over a session of that: 15 s in use, 20 s between.
            ([("a", 0, day + 10), ("a", day + 5, day + 15)], round((day + 15) / (day + 20), 6)),
        ):
            self.assertEqual(expected, used(*sessions), sessions)

    def test_one_device_name_is_one_device_across_consumers(self):
        file = File()
        for consumer, start in ((1, 0), (2, 30)):
            session = file.session(start, consumer=consumer)
            file.event(session, start, "click")
            file.event(session, start + 10, "click")
        self.assertEqual(0.5, file.rows("overview")[0][-1])

    def test_journeys_begin_with_six_views_and_shorter_ones_come_first(self):
        file = File()
        for path in ("abcdefg", "abcdefh", "ba", "b", "aab"):
            session = file.session()
            for index, seen in enumerate(path):
                file.event(session, index, "screen", view_of(seen))
        self.assertEqual(["abcdef", "ab", "b", "ba"], ["".join(row[0]) for row in file.rows("journeys")])

    def test_journeys_count_sessions_that_stopped_idle(self):
        file = File()
        for reason in ("idle", "timeout", "expired", "reset", None):
            session = file.session(stopped=9, reason=reason)
            file.event(session, 0, "click", view_of("a"))
        file.event(3, 9, "stopSession", {"reason": "idle"})
        self.assertEqual([[["a"], 5, 0, 3]], file.rows("journeys"))

    def test_heatmap_cells(self):
        big = {"viewWidth": 100, "viewHeight": 100}
        for data, expected in (
            ({"x": 100, "y": 100, **big}, (3, 1)), ({"x": -1, "y": -0.0, **big}, (0, 0)),
            ({"x": 25, "y": 49.99, **big}, (1, 0)), ({"x": 1e308, "y": -1e308, **big}, (3, 0)),
            ({"x": 50, "y": 50, "viewWidth": 0, "viewHeight": 100, "screenWidth": 50, "screenHeight": 200}, (3, 0)),
            ({"x": 50, "y": 50, "viewWidth": 100, "screenHeight": 100}, (1, 1)),
            ({"x": 50, "y": 50, "screenWidth": 50, "screenHeight": 50, **big}, (2, 1)),
        ):
            file = file_of_one((0, "click", data))
            rows = file.rows("heatmap", cols="4", rows="2", width="200", height="60")
            self.assertEqual([[*expected, 1, 0, 0, 1]], rows, data)

    def test_pages(self):
        """Cover 1; to page 0: 1; to pages 1, 2.5: 2 each; to -1, "3" or nothing: none."""
        turned = enumerate((1, 2.5, 0, -1, "3"), start=1)
        changes = [(time, "pageChange", {"screen": "b:1", "currentPage": page}) for time, page in turned]
        file = file_of_one(
            (0, "screen", view_of("b:1")), *changes, (7, "pageChange", view_of("b:1")), (8, "screen", view_of("b:2")),
            (9, "pageChange", {"screen": "c:1", "currentPage": 4}), (10, "screen", view_of("d")),
            (11, "pageChange", {}),
        )
        self.assertEqual([["b:1", 1, 6, 6, 6], ["b:2", 1, 0, 1, 1], ["c:1", 0, 1, 2, None]], file.rows("pages"))

    def test_targets_of_touches_without_a_place(self):
        file = file_of_one((0, "click", {"target": "t"}), (1, "drag", {"target": "t"}), (2, "click", {"target": ""}))
        self.assertEqual([[None, "t", 1, 1]], file.rows("targets"))

    def test_media_is_watched_from_each_play_to_the_next_event_of_the_target(self):
        def media(time, state, position, target="f"):
            return (time, "media", {"target": target, "state": state, "position_s": position})

        for events, expected in (
            ([media(0, "play", 1), media(9, "pause", 4)], [1, 1, 0, 3, 3]),
            ([media(0, "play", 1), media(2, "x", 3, "g"), media(9, "play", 4), media(12, "ended", 6)], [1, 2, 1, 5, 5]),
            ([media(0, "play", 5), media(9, "pause", 4)], [1, 1, 0, 0, 0]),
            ([media(0, "play", 0), media(5, "seek", "5"), media(9, "pause", 9)], [1, 1, 0, 0, 0]),
            ([media(0, "play", 0), media(9, "pause", 1e7)], [1, 1, 0, 10_000_000, 10_000_000]),
            ([media(0, "play", 0), media(9, "pause", 1e7 + 1)], [1, 1, 0, 0, 0]),
            ([media(0, "play", -1), media(9, "pause", 1)], [1, 1, 0, 0, 0]),
            ([media(0, "play", 0), media(1, "play", 0.0005), media(2, "pause", 0.001)], [1, 2, 0, 0.002, 0.002]),
            ([media(0, "pause", 0)], [0, 0, 0, 0, None]),
        ):
            row = next(row for row in file_of_one(*events).rows("media") if row[0] == "f")
            self.assertEqual(expected, row[1:], events)

    def test_languages(self):
        file = file_of_one((0, "click"), (1, "tick", {"lang": "nb"}), (2, "click"), (3, "click", {"lang": "en"}))
        self.assertEqual([["en", 1, 1], ["nb", 1, 1], [None, 0, 1]], file.rows("languages"))
        file.session(5)
        self.assertEqual([[None, 1, 1], ["en", 1, 1], ["nb", 1, 1]], file.rows("languages"))

    def test_reasons(self):
        def stop(time, why):
            return (time, "stopSession", {"reason": why})

        for stopped, why, events, expected in (
            (None, None, [stop(1, "idle")], None), (1, "idle", [stop(1, "done")], "idle"), (1, None, [], "none"),
            (1, "expired", [], "expired"), (1, None, [stop(1, "done")], "done"),
            (1, "expired", [stop(1, "done")], "done"),
            (1, "expired", [stop(1, "done"), stop(2, "")], "expired"), (1, None, [stop(2, "b"), stop(1, "a")], "b"),
            (1, None, [stop(1, "done"), stop(1, 3)], "none"), ("", None, [], "none"),
        ):
            file = file_of_one(*events, stopped=stopped, reason=why)
            self.assertEqual([[expected, 1]], file.rows("stops"), (stopped, why, events))


class MadeUpFiles(unittest.TestCase):
    """What must hold of every file, whatever is in it."""

    def test_reports_agree_with_each_other(self):
        for seed in range(12):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "made-up.db"
                maker = make_data.Exhibition(seed)
                maker.fill()
                maker.write(path)
                connection = words.open_file(path)
                sessions = words.read(connection)
                connection.close()
                self.check(sessions)

    def check(self, sessions):
        # Only `days` moves a default start up, where a clock was wrong by years; so all are asked for its range.
        days = report(sessions, "days", {"tz": "Pacific/Chatham"})
        asked = {"tz": "Pacific/Chatham", "from": days["from"] or "", "to": days["to"] or ""}

        def column(name, wanted):
            reply = report(sessions, name, asked)
            self.assertTrue(all(len(row) == len(reply["columns"]) for row in reply["rows"]))
            return [row[reply["columns"].index(wanted)] for row in reply["rows"]]

        count, touches, views = (column("overview", name)[0] for name in ("sessions", "touches", "views"))
        for name in ("days", "hours", "grid", "weekdays", "stops"):
            self.assertEqual(count, sum(column(name, "sessions")), name)
        self.assertEqual(count, sum(1 for why in column("sessions", "suspect") if why not in ("clock", "stuck")))
        for name in ("days", "weekdays", "languages"):
            self.assertEqual(touches, sum(column(name, "touches")), name)
        self.assertEqual(touches, sum(column("hours", "touches_of_sessions")))
        for name in ("days", "screens", "types", "dwell"):
            self.assertEqual(views, sum(column(name, "views")), name)
        self.assertEqual(views, len(column("paths", "position")))
        self.assertEqual(sum(column("dwell", "measured")), sum(column("transitions", "count")))
        self.assertEqual(column("overview", "screens")[0], len(column("screens", "screen")))
        self.assertEqual(column("overview", "events")[0], sum(column("actions", "events")))


if __name__ == "__main__":
    unittest.main()
