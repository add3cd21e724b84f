#!/usr/bin/env python3
"""A made-up Microticks file with everything that real ones hold, and requests worth comparing for it.

    python3 make_data.py SEED FILE

The same seed makes the same file. The requests are printed one a line, like `hours?from=2024-03-31&tz=Europe%2FOslo`:
what follows `/reports/` in an address, and what `oracle.py FILE` reads from its standard input.
"""

import json
import random
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from oddities import DEVICES, HOSTILE_DATA, LANGUAGES, NUMBERS, OTHER_ACTIONS, PAGE_STOPS, SCREENS, TARGETS
from oddities import UNREADABLE_TIMES
from oracle import OWN_PARAMETERS
from reports import REPORTS
from times import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, date_text, local_date, local_hour, read_date, read_time
from times import time_text, weekday

SCHEMA = Path(__file__).resolve().parents[2] / "src" / "store" / "schema.sql"
SCHEMA_VERSION = 1

ZONES = (
    "UTC", "Europe/Oslo", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham",
)

# Where an exhibition stands, and a date on which its clocks change; St. John's did that at one minute past midnight.
CHANGES = (
    ("Europe/Oslo", "2024-03-31"),
    ("Europe/Oslo", "2024-10-27"),
    ("Australia/Lord_Howe", "2024-04-07"),
    ("Australia/Lord_Howe", "2023-10-01"),
    ("America/St_Johns", "2010-11-07"),
    ("America/St_Johns", "2011-03-13"),
    ("America/St_Johns", "2024-11-03"),
    ("Pacific/Chatham", "2024-04-07"),
    ("Pacific/Chatham", "2024-09-29"),
    ("Asia/Kolkata", "2023-12-31"),
    ("UTC", "2024-02-29"),
)


def as_written(rng, moment):
    """A moment as the server writes it, rarely as an old file may hold it."""
    text = time_text(moment)
    if rng.random() < 0.97:
        return text
    body = text[:-1]
    return rng.choice((
        body + "z", body.replace("T", "t") + "Z", body + "999Z", body + "+00:00", body + "-00:00",
        time_text(moment + 5 * MS_PER_HOUR + 30 * MS_PER_MINUTE)[:-1] + "+05:30",
        time_text(moment - 3 * MS_PER_HOUR - 30 * MS_PER_MINUTE)[:-1] + "-03:30",
        body[:17] + "60" + body[19:] + "Z", body[:-4] + "Z", body[:-2] + "Z",
    ))


class Exhibition:
    """What is being made up: sessions and events as rows, and where and when all of it happens."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        zone, change = self.rng.choice(CHANGES)
        self.zone = ZoneInfo(zone)
        self.change = read_date(change)
        self.days = self.rng.choice((1, 2, 3, 7, 14, 40))
        self.first_day = self.change - self.rng.randrange(self.days)
        self.most_events = self.rng.choice((0, 1, 5, 20, 100, 100, 400, 400, 1000, 1000, 3000))
        self.oddity = self.rng.choice((0.0, 0.01, 0.1))  # how often a row is hostile
        self.screens = self.rng.sample(SCREENS, self.rng.randint(3, len(SCREENS)))
        self.shared_screens = self.rng.random() < 0.8
        self.sessions = []
        self.events = []

    def fill(self):
        """Sessions of all kinds until there are enough events."""
        kinds = (
            (self.visit, 20), (self.long_visit, 2), (self.subject_visit, 4), (self.reading, 3), (self.watching, 3),
            (self.hammering, 1), (self.palms, 1), (self.dirt, 0.4), (self.with_echo, 2), (self.over_midnight, 2),
            (self.silent, 2), (self.only_idle, 1), (self.over_the_change, 2), (self.wrong_clock, 0.5), (self.chaos, 2),
            (self.many_screens, 0.3),
        )
        makers, weights = zip(*kinds)
        if self.most_events == 0 and self.rng.random() < 0.5:
            return
        for _ in range(max(1, self.most_events)):
            if len(self.events) >= self.most_events:
                break
            self.rng.choices(makers, weights)[0]()
        del self.events[self.most_events :]
        if self.most_events == 0:
            self.silent()
        if self.oddity:
            for _ in range(self.rng.randint(0, 3)):  # orphans
                self.events.append([10_000_000, time_text(self.moment()), "click", '{"screen":"orphan"}', None, None])
            del self.events[3000:]

    # ------------------------------------------------------------------------------------------------- rows and times

    def moment(self):
        """When a visit begins: by day, from Tuesday to Sunday; rarely at night, and rarely to the full hour."""
        while True:
            day = self.first_day + self.rng.randrange(self.days)
            moment = day * MS_PER_DAY + self.rng.randrange(-14 * MS_PER_HOUR, 38 * MS_PER_HOUR)
            if self.rng.random() < 0.05:
                return moment - moment % MS_PER_HOUR
            is_closed = weekday(local_date(moment, self.zone)) == 1 or not 9 <= local_hour(moment, self.zone) < 18
            if not is_closed or self.rng.random() < 0.05:
                return moment

    def local_midnight(self, day):
        """The first moment of a date."""
        local = datetime(1970, 1, 1, tzinfo=self.zone) + timedelta(days=day)
        return int(local.astimezone(timezone.utc).timestamp()) * 1000

    def begin(self, start, consumer=None, device="any"):
        """A new session, its id counted from 1; how it ends is written later by `stop`."""
        rng = self.rng
        started_at = as_written(rng, start)
        if rng.random() < self.oddity * 0.3:
            started_at = rng.choice(UNREADABLE_TIMES)
        self.sessions.append({
            "token": f"{rng.getrandbits(128):032x}",
            "ip": "127.0.0.1",
            "started_at": started_at,
            "stopped_at": None,
            "consumer_id": consumer or rng.choice((1, 1, 1, 2, 3)),
            "device": rng.choice(DEVICES[:3] * 3 + DEVICES) if device == "any" else device,
            "stop_reason": None,
            "received_at": None if rng.random() < 0.2 else start + rng.randint(0, 100_000),
            "excluded_at": time_text(start) if rng.random() < 0.06 else None,
            "provisional": int(rng.random() < 0.05),
        })
        return len(self.sessions)

    def add(self, session, moment, action, data):
        """A new event; the data is an object, or a text as it is."""
        rng = self.rng
        time = as_written(rng, moment)
        if rng.random() < self.oddity:
            data = rng.choice(HOSTILE_DATA)
        if rng.random() < self.oddity * 0.3:
            time = rng.choice(UNREADABLE_TIMES)
        if data is not None and not isinstance(data, str):
            data = json.dumps(data, ensure_ascii=rng.random() < 0.3)
        received_at = None if rng.random() < 0.3 else moment + rng.randint(0, 5_000)
        self.events.append([session, time, action, data, len(self.events) if rng.random() < 0.7 else None, received_at])

    def stop(self, session, moment):
        """The end of a session: by the page, by the server, or not at all; with or without an event."""
        rng = self.rng
        if rng.random() < 0.4:
            data = {"reason": rng.choice(("idle", "timeout", "ferdig", "", None))}
            self.add(session, moment, "stopSession", data if rng.random() < 0.8 else "{}")
            if rng.random() < 0.1:
                self.add(session, moment + 10, "stopSession", "{}")
        if rng.random() < 0.12:
            return
        row = self.sessions[session - 1]
        row["stopped_at"] = "" if rng.random() < 0.03 else time_text(moment)
        row["stop_reason"] = rng.choice(PAGE_STOPS)

    def screen_name(self):
        """A screen; where all are shared, half of the paths go through the home screen."""
        if not self.shared_screens and self.rng.random() < 0.2:
            return f"page:{self.rng.randrange(1000)}"
        return self.rng.choice(self.screens + ["home"] * (len(self.screens) // 2))

    def touch_data(self, screen, **more):
        """The data of a touch as our client writes it, with a point mostly."""
        rng = self.rng
        data = {"screen": screen, "target": rng.choice(TARGETS), "lang": rng.choice(LANGUAGES)}
        width, height = rng.choice(((1600, 900), (1920, 1080), (1080, 1920), (1366.5, 768)))
        x, y = rng.randint(0, int(width)), rng.randint(0, int(height))
        if rng.random() < 0.1:
            x, y = x * width / 1000, rng.choice((height, 0, height / 3, -2))
        if rng.random() < 0.08:
            x, y = rng.choice(NUMBERS), rng.choice(NUMBERS)
        keys = rng.choice((("clickX", "clickY"), ("clickX", "clickY"), ("x", "y"), ("x", "clickY")))
        data[keys[0]], data[keys[1]] = x, y
        size_keys = rng.choice((("viewWidth", "viewHeight"), ("screenWidth", "screenHeight"), None))
        if size_keys:
            data[size_keys[0]], data[size_keys[1]] = width, height
        if rng.random() < 0.5:
            del data["lang"]
        return {**data, **more}

    def pause(self):
        """Between two touches: often a second or so, and sometimes exactly one."""
        rng = self.rng
        return rng.choice((0, 1, 200, 999, 1000, 1001, rng.randint(300, 4000), rng.randint(300, 4000), 15_000))

    # ---------------------------------------------------------------------------------------------- kinds of sessions

    def visit(self, start=None, touches=None, pause_ms=None, **begin):
        """What our client writes: a touch where the finger is, then the screen it leads to."""
        rng = self.rng
        now = self.moment() if start is None else start
        session = self.begin(now, **begin)
        screen = self.screen_name()
        if rng.random() < 0.3:
            self.add(session, now, "screen", {"screen": screen, "lang": rng.choice(LANGUAGES)})
        for _ in range(touches or rng.choice((1, 1, 2, 3, 5, 8))):
            action = rng.choice(("click",) * 6 + ("tap", "swipe", "longpress", "pinch"))
            self.add(session, now, action, self.touch_data(screen))
            if rng.random() < 0.1:
                self.add(session, now + rng.choice((0, 400, 1000, 1001)), rng.choice(OTHER_ACTIONS), {"screen": screen})
            if rng.random() < 0.6:
                screen = self.screen_name()
                data = {"screen": screen, "lang": rng.choice(LANGUAGES)}
                if rng.random() < 0.1:
                    data["auto"] = True
                self.add(session, now + rng.choice((0, 30, 300, 999, 1000, 1001)), "screen", data)
            now += self.pause() if pause_ms is None else rng.randint(0, pause_ms)
        if rng.random() < 0.3:
            self.add(session, now + 5_000, "tick", {"passive": True})
        if rng.random() < 0.5:
            now += 60_000
            self.add(session, now, "screen", {"screen": "attract", "auto": True})
        self.stop(session, now)
        return session

    def long_visit(self):
        """One in ten is very long."""
        self.visit(touches=self.rng.randint(10, 60), pause_ms=180_000)

    def subject_visit(self):
        """What XIMPEL apps write: the subject and the one before it, in one event."""
        now = self.moment()
        session = self.begin(now)
        before = self.screen_name()
        for _ in range(self.rng.randint(1, 10)):
            subject = self.screen_name() if self.rng.random() < 0.7 else before
            previous = "prevScreen" if self.rng.random() < 0.2 else "prevSubject"
            data = {previous: before, "subject": subject, "x": self.rng.randint(0, 1919), "y": 40, "target": subject}
            self.add(session, now, self.rng.choice(("click", "tap", "swipe")), data)
            before = subject
            now += self.pause()
        self.stop(session, now + 30_000)

    def reading(self):
        """A book: taps turn its pages."""
        now = self.moment()
        session = self.begin(now)
        book = self.rng.choice(("book:sea", "book:fisk", "book", "only turned"))
        if book != "only turned":
            self.add(session, now, "screen", {"screen": book})
        for page in range(self.rng.randint(0, 9)):
            now += self.pause()
            self.add(session, now, "tap", self.touch_data(book))
            current = self.rng.choice((page, page, page, 0, -1, 1.5, "2", None))
            self.add(session, now + self.rng.choice((0, 500, 1000, 1001)), "pageChange", {
                "screen": book, "currentPage": current,
            })
        self.stop(session, now)

    def watching(self):
        """A film, played, paused and played again, with positions that jump."""
        now = self.moment()
        session = self.begin(now)
        for _ in range(self.rng.randint(1, 9)):
            position = self.rng.choice((0, round(self.rng.uniform(0, 90), 3), self.rng.uniform(0, 90), 1.0005, -3, 2e7))
            self.add(session, now, "media", {
                "target": self.rng.choice(("hval.mp4", "sea.mp4", "sea.mp4", "", 4)),
                "state": self.rng.choice(("play", "play", "pause", "ended", "seek", None)),
                "position_s": position if self.rng.random() < 0.9 else "1",
                "screen": "film:whales",
            })
            now += self.rng.randint(0, 40_000)
        self.stop(session, now)

    def hammering(self):
        """A child that hits one spot."""
        now = self.moment()
        session = self.begin(now)
        for _ in range(self.rng.randint(20, 300)):
            self.add(session, now, "click", {"screen": "home", "clickX": 800 + self.rng.randint(-3, 3), "clickY": 450})
            now += self.rng.randint(80, 400)
        self.stop(session, now)

    def palms(self):
        """Several touches within 50 ms, some at one time."""
        now = self.moment()
        session = self.begin(now)
        for _ in range(self.rng.randint(1, 6)):
            for _ in range(self.rng.randint(3, 8)):
                data = self.touch_data(self.rng.choice(self.screens))
                self.add(session, now + self.rng.randint(0, 50), "click", data)
            now += 5_000
        self.stop(session, now)

    def dirt(self):
        """A spot that touches by itself: near to being stuck, on either side of it."""
        rng = self.rng
        count, near = rng.choice(((100, 90), (100, 89), (99, 99), (120, 118), (130, 100)))
        now = self.moment()
        session = self.begin(now)
        step = rng.choice((3_600_000, 3_600_001, 9_000_000)) / (count - 1)
        order = [True] * near + [False] * (count - near)
        rng.shuffle(order)
        for index, is_near in enumerate(order):
            spot = rng.choice(((500, 300), (512, 316), (520, 300), (488, 284))) if is_near else (520.5, 300)
            moment = now + round(step * index)
            self.add(session, moment, "click", {"screen": "home", "clickX": spot[0], "clickY": spot[1]})
        self.stop(session, moment)

    def with_echo(self):
        """Two instances of a page on one device: the second session has the touches of the first ones."""
        rng = self.rng
        first_event = len(self.events)
        consumer, device = rng.choice((1, 2)), rng.choice(DEVICES)
        now = self.moment()
        self.visit(start=now, touches=rng.randint(2, 10), consumer=consumer, device=device)
        if rng.random() < 0.5:
            self.visit(start=now + 3_600_000, touches=2, consumer=consumer, device=device)
        originals = self.events[first_event:]
        session = self.begin(now, consumer=consumer, device=device if rng.random() < 0.9 else "another")
        for _, time, action, data, _, _ in originals:
            if rng.random() < 0.92 and read_time(time) is not None and action != "stopSession":
                self.add(session, read_time(time) + rng.choice((0, 0, 1, -20, 50, -50, 50, 51)), action, data)
        if rng.random() < 0.6:
            self.add(session, now + 4_000_000, "drag", {})
        self.stop(session, now + 5_000_000)

    def over_midnight(self):
        """A visit that begins before a local midnight; at times an event is exactly on it."""
        midnight = self.local_midnight(self.first_day + self.rng.randint(0, self.days))
        session = self.visit(start=midnight - self.rng.choice((1, 1000, 20_000)), touches=self.rng.randint(1, 8))
        if self.rng.random() < 0.5:
            self.add(session, midnight, "click", self.touch_data(self.screen_name()))
            self.add(session, midnight - 1, "click", self.touch_data(self.screen_name()))

    def over_the_change(self):
        """A visit during the night in which the clocks change."""
        start = self.local_midnight(self.change) + self.rng.randint(-2 * MS_PER_HOUR, 4 * MS_PER_HOUR)
        self.visit(start=start, touches=self.rng.randint(3, 12), pause_ms=40 * MS_PER_MINUTE)

    def silent(self):
        """A session without events."""
        session = self.begin(self.moment())
        if self.rng.random() < 0.5:
            self.sessions[session - 1]["stopped_at"] = self.sessions[session - 1]["started_at"]
            self.sessions[session - 1]["stop_reason"] = "expired"

    def only_idle(self):
        """A session in which the exhibit did everything by itself."""
        now = self.moment()
        session = self.begin(now)
        self.add(session, now, "screen", {"screen": "attract", "auto": True})
        self.add(session, now + 500, "tick", {"passive": True, "screen": "attract"})
        self.add(session, now + 900, "screen", {"screen": "home", "auto": self.rng.choice((True, False))})
        if self.rng.random() < 0.3:
            self.add(session, now + 1_000, "typing", {})
        self.stop(session, now + 10_000)

    def wrong_clock(self):
        """Times before 2000, exactly on it, in the future by a day or by years; with and without a receipt."""
        rng = self.rng
        moment = self.moment()
        session = self.visit(start=moment, touches=3)
        wrong = rng.choice((
            read_time("1999-12-31T23:59:59.999Z"), read_time("2000-01-01T00:00:00Z"), 0, -1,
            read_time("1900-01-01T00:00:00Z"), moment + MS_PER_DAY, moment + MS_PER_DAY + 1, moment + 9 * MS_PER_DAY,
            read_time("2062-06-15T12:00:00Z"), read_time("9998-06-15T12:00:00Z"),
        ))
        received_at = rng.choice((moment, None)) if wrong < read_time("2050-01-01T00:00:00Z") else moment
        if rng.random() < 0.02:
            received_at = None
        if rng.random() < 0.5:
            self.sessions[session - 1]["started_at"] = time_text(wrong)
            self.sessions[session - 1]["received_at"] = received_at
        else:
            self.events.append([session, time_text(wrong), "click", '{"screen":"home"}', None, received_at])

    def chaos(self):
        """Anything after anything, much of it at one time."""
        now = self.moment()
        session = self.begin(now)
        actions = ("click", "tap", "swipe", "pinch", "longpress", "screen", "screen", "media", "pageChange")
        for _ in range(self.rng.randint(0, 25)):
            data = self.touch_data(self.screen_name(), auto=self.rng.choice((True, False, "true")))
            if self.rng.random() < 0.2:
                data = self.rng.choice(HOSTILE_DATA)
            action = self.rng.choice(actions + OTHER_ACTIONS + ("stopSession",))
            self.add(session, now + self.rng.choice((0, 0, 1, -1)), action, data)
            now += self.rng.choice((0, 0, 0, 500, 1000, 1001, -3000, 60_000))
        self.stop(session, now)

    def many_screens(self):
        """A visit that sees more screens than anybody can."""
        now = self.moment()
        session = self.begin(now)
        for index in range(self.rng.randint(50, 300)):
            self.add(session, now + index * 10, "screen", {"screen": f"many:{index}"})
        self.stop(session, now)

    # ------------------------------------------------------------------------------------------------------- the file

    def write(self, path):
        """The file. Rows arrive in another order than they happened, and each `seq` is stored once."""
        Path(path).unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        for consumer in (1, 2, 3):
            connection.execute(
                "INSERT INTO consumers (id, name, key, created_at, deleted_at) VALUES (?, ?, ?, ?, ?)",
                (consumer, f"App {consumer}", f"{consumer:032x}", "2010-01-01T00:00:00.000Z", None),
            )
        for row in self.sessions:
            columns = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO sessions ({columns}) VALUES ({marks})", list(row.values()))
        arrived = list(self.events)
        if self.rng.random() < 0.5:
            self.rng.shuffle(arrived)
        connection.executemany(
            "INSERT INTO events (session_id, time, action, data, seq, received_at) VALUES (?, ?, ?, ?, ?, ?)", arrived
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
        connection.close()

    # ------------------------------------------------------------------------------------------------------- requests

    def requests(self):
        """Every report, in every zone once at least, with ranges and filters of all kinds."""
        asked = []
        for name in REPORTS:
            for zone in ZONES:
                asked.append((name, {**self.some_range(), **self.some_filter(), **self.own(name), "tz": zone}))
            asked.append((name, {"tz": self.rng.choice(ZONES)}))
            cut = {**self.cutting_range(), **self.own(name), "tz": self.rng.choice(ZONES)}
            asked.append((name, cut))
        asked += [
            ("sessions", {"marked": "include", "tz": "UTC"}),
            ("sessions", {"to": date_text(self.change), "tz": "Europe/Oslo"}),
            ("overview", {"from": date_text(self.change), "to": date_text(self.change - 3), "tz": "UTC"}),
            ("days", {"from": "2001-01-01", "to": "2011-01-08", "tz": "UTC"}),
            ("days", {"from": "2001-01-01", "to": "2011-01-09", "tz": "UTC"}),
            ("days", {"to": date_text(self.change + 5_000), "tz": "Pacific/Chatham"}),
            ("choices", {"n": "0", "tz": "UTC"}),
            ("stops", {"limit": "1", "tz": "UTC"}),
            ("pages", {"tz": "Europe/Nowhere"}),
            ("nothing", {}),
        ]
        # The whole file, and enough around it for a server that keeps sums of weeks or months.
        around = {"from": date_text(self.first_day - 100), "to": date_text(self.first_day + self.days + 100)}
        ids = ",".join(str(self.rng.randint(1, max(1, len(self.sessions)))) for _ in range(3))
        filters = (
            {}, {"consumer": "1"}, {"device": "table-1"}, {"consumer": "2", "device": "table-1"}, {"marked": "include"},
            {"marked": "only"}, {"exclude": ids}, {"exclude": ids, "marked": "include", "consumer": "1"},
        )
        for name in ("screens", "types", "pages", "targets"):
            asked += [(name, {**around, **chosen, "tz": "UTC"}) for chosen in filters]
        return [f"{name}?{urlencode(params)}" for name, params in asked]

    def stored_moment(self):
        """The time of a row, so that ranges begin and end exactly on sessions and events."""
        rows = [row["started_at"] for row in self.sessions] + [row[1] for row in self.events]
        moments = [moment for moment in map(read_time, rows) if moment is not None]
        near = [moment for moment in moments if abs(moment - self.change * MS_PER_DAY) < 100 * MS_PER_DAY]
        return self.rng.choice(near) if near else self.moment()

    def some_range(self):
        """None, dates, times, or one of each."""
        rng = self.rng
        day = self.first_day + rng.randrange(-1, self.days + 1)
        last = day + rng.choice((0, 0, 1, 3, 10))
        return rng.choice((
            {}, {"from": date_text(day)}, {"to": date_text(last)}, {"from": date_text(day), "to": date_text(last)},
            {"from": date_text(day), "to": time_text(self.stored_moment())}, self.cutting_range(),
            {"from": time_text(self.stored_moment()), "to": date_text(last)},
        ))

    def cutting_range(self):
        """Times: from one row to another, or around the change of the clocks."""
        rng = self.rng
        if rng.random() < 0.3:
            midnight = self.local_midnight(self.change)
            begin, end = (midnight + rng.randint(-20, 30) * 10 * MS_PER_MINUTE for _ in range(2))
        else:
            begin, end = self.stored_moment(), self.stored_moment()
        begin, end = min(begin, end), max(begin, end) + rng.choice((0, 0, 1))
        if rng.random() < 0.3:
            offset = time_text(end + 90 * MS_PER_MINUTE)[:-1] + "+01:30"
            return {"from": time_text(begin), "to": offset}
        return {"from": time_text(begin), "to": time_text(end)}

    def some_filter(self):
        """None mostly; else consumers, devices, ids and marks, known and unknown."""
        rng = self.rng
        return rng.choice((
            {}, {}, {}, {"consumer": rng.choice("1239")}, {"device": rng.choice(("table-1", "bord Ø", "nowhere"))},
            {"exclude": ",".join(str(rng.randint(1, len(self.sessions) + 2)) for _ in range(3))}, {"marked": "only"},
            {"marked": "include"}, {"marked": "include", "consumer": "1", "device": "table-1"}, {"device": ""},
        ))

    def own(self, name):
        """Some of the parameters that only this report takes."""
        values = {
            "n": ("1", "2", "5", "100"), "limit": ("0", "3", "50"), "offset": ("0", "2", "7"),
            "cols": ("1", "7", "200"),
            "rows": ("1", "5", "200"), "width": ("1", "1366"), "height": ("768", "100000"),
            "screen": ("home", "book:sea", "unknown", "home"),
        }
        return {
            key: self.rng.choice(values[key]) for key in OWN_PARAMETERS.get(name, {}) if self.rng.random() < 0.5
        }


def main(seed, path):
    """Writes the file and prints the requests."""
    exhibition = Exhibition(seed)
    exhibition.fill()
    exhibition.write(path)
    for request in exhibition.requests():
        print(request)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make_data.py SEED FILE")
    main(sys.argv[1], sys.argv[2])
