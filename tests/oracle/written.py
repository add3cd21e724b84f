"""Files for tests, written row by row in memory."""

import json
import sqlite3

import words
from make_data import SCHEMA
from oracle import report
from times import read_time, time_text


class File:
    """A file in memory that is written row by row; times are seconds after its beginning, or texts."""

    def __init__(self, begin="2025-07-18T08:00:00Z"):
        self.begin = read_time(begin)
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(SCHEMA.read_text(encoding="utf-8"))

    def time(self, time):
        return time if isinstance(time, str) else time_text(self.begin + round(time * 1000))

    def session(self, start=0, stopped=None, reason=None, consumer=1, device="table-1", received=None, excluded=None):
        row = self.connection.execute(
            "INSERT INTO sessions (token, ip, started_at, stopped_at, stop_reason, consumer_id, device, received_at,"
            " excluded_at) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?)",
            (self.time(start), None if stopped is None else self.time(stopped), reason, consumer, device, received,
             excluded),
        )
        return row.lastrowid

    def event(self, session, time, action, data=None, seq=None, received=None):
        text = data if data is None or isinstance(data, str) else json.dumps(data)
        self.connection.execute(
            "INSERT INTO events (session_id, time, action, data, seq, received_at) VALUES (?, ?, ?, ?, ?, ?)",
            (session, self.time(time), action, text, seq, received),
        )

    def sessions(self):
        return words.read(self.connection)

    def reply(self, name, **params):
        """The reply; `begin` stands for the parameter `from`, which is a word of Python."""
        if "begin" in params:
            params["from"] = params.pop("begin")
        return report(self.sessions(), name, {"tz": "UTC", **params})

    def rows(self, name, **params):
        return self.reply(name, **params)["rows"]


def file_of_one(*events, **session):
    """A file with one session; events are (seconds, action, data)."""
    file = File()
    session_id = file.session(**session)
    for event in events:
        file.event(session_id, *event)
    return file


def session_of(*events, **session):
    """The one session of such a file."""
    return file_of_one(*events, **session).sessions()[0]


def view_of(name):
    """The data of an event on a screen."""
    return {"screen": name}
