"""The words of the definitions of the reports: from the rows of a file to sessions with their touches and views.

Everything here follows from the stored rows of one session alone; zones, ranges and filters come later.
"""

import json
import re
import sqlite3
from dataclasses import dataclass, field
from urllib.parse import quote

from times import read_time

TOUCH_ACTIONS = ("click", "tap", "swipe", "longpress", "pinch")
POINT_ACTIONS = ("click", "tap", "longpress")
DEEPEST_LEVEL = 128
# A screen that follows a touch so soon was led to by it, and a touch that nothing follows so long was in vain.
CONSEQUENCE_MS = 1_000


@dataclass
class Event:
    """One row of `events`, its data read and its time found."""

    id: int
    time: int
    action: str
    data: dict  # empty where the stored data is no object
    seq: int | None
    received_at: int | None


@dataclass
class Touch:
    """A touch with what it did."""

    event: Event
    place: str | None
    target_screen: str | None
    nowhere: bool
    in_vain: bool
    point: tuple[float, float] | None


@dataclass
class View:
    """A screen that was seen from a moment on; the dwell is None for the last one of a session."""

    screen: str
    time: int
    dwell: int | None


@dataclass
class Session:
    """One row of `sessions` with its events in order, and what follows from them."""

    id: int
    consumer: int
    device: str | None
    started_at: str
    stopped_at: str | None
    stop_reason: str | None
    received_at: int | None
    excluded: bool
    start: int
    events: list[Event]
    touches: list[Touch] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    active: tuple[int, int] | None = None  # the first and the last active moment


# ---------------------------------------------------------------------------------------------------------------- rows


def open_file(path):
    """A file for reading only."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def read(connection):
    """All sessions of a file, in the order of their ids. Events without a session are in no report."""
    connection.text_factory = lambda stored: stored.decode("utf-8", "replace")
    session_rows = connection.execute(
        "SELECT id, consumer_id, device, started_at, stopped_at, stop_reason, received_at, excluded_at"
        " FROM sessions ORDER BY id"
    ).fetchall()
    event_rows = connection.execute(
        "SELECT session_id, id, time, action, data, seq, received_at FROM events ORDER BY id"
    ).fetchall()
    rows_of = {}
    for session_id, *row in event_rows:
        rows_of.setdefault(session_id, []).append(row)

    sessions = []
    for session_id, consumer, device, started_at, stopped_at, stop_reason, received_at, excluded_at in session_rows:
        start, events = find_times(started_at, rows_of.get(session_id, []))
        session = Session(
            session_id, consumer, device or None, started_at, stopped_at, stop_reason or None, received_at,
            excluded_at is not None, start, in_order(events),
        )
        session.touches = touches(session.events)
        session.views = views(session.events)
        session.active = active_moments(session.events)
        sessions.append(session)
    return sessions


def find_times(started_at, rows):
    """Words, "Order inside a session": an unreadable time is that of the event before it in the order of ids, for the
    first one the session's start; an unreadable start is the first readable time of its events, else 1970."""
    readable = [read_time(time) for _, time, *_ in rows]
    start = read_time(started_at)
    if start is None:
        start = next((moment for moment in readable if moment is not None), 0)
    events = []
    before = start
    for (event_id, _, action, data, seq, received_at), moment in zip(rows, readable):
        before = before if moment is None else moment
        events.append(Event(event_id, before, action, read_object(data), seq, received_at))
    return start, events


def in_order(events):
    """Words, "Order inside a session": by time, then `seq` with none first, then id."""
    return sorted(events, key=lambda event: (event.time, event.seq is not None, event.seq or 0, event.id))


# ---------------------------------------------------------------------------------------------------------------- data


def read_object(text):
    """Words, "object": the members of a JSON object of at most 128 levels, the last of equal keys. What is no such
    object has none. Every JSON number that fits a double is a float here, any other is None."""
    if not isinstance(text, str) or levels(text) > DEEPEST_LEVEL:
        return {}
    try:
        value = json.loads(text, parse_int=read_number, parse_float=read_number, parse_constant=refuse)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def levels(text):
    """Words, "object": how deeply objects and arrays lie in each other; one without others in it has one level."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif in_string and character == "\\":
            escaped = True
        elif character == '"':
            in_string = not in_string
        elif not in_string and character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif not in_string and character in "}]":
            depth -= 1
    return deepest


def read_number(text):
    """Words, "object": a number that fits no double is no number."""
    number = float(text)
    return number if abs(number) != float("inf") else None


def refuse(constant):
    """NaN and Infinity, which Python would take, are not JSON."""
    raise ValueError(constant)


def name(value):
    """Words, "name": a JSON string that is not empty; None for anything else. A lone surrogate is U+FFFD."""
    if not isinstance(value, str) or value == "":
        return None
    return re.sub("[\ud800-\udfff]", "\ufffd", value)


def number(value):
    """Words, "name": a JSON number, so neither "3" nor true; None for anything else."""
    return value if isinstance(value, float) else None


# ------------------------------------------------------------------------------------------------------ single events


def is_touch(event):
    """Words, "touch": one of five actions; `typing` is none."""
    return event.action in TOUCH_ACTIONS


def screen(event):
    """Words, "screen of an event": `screen` if it is a name, else `subject`."""
    return name(event.data.get("screen")) or name(event.data.get("subject"))


def place_before(event):
    """Words, "place of a touch": the screen that the event itself gives as the one before; None without one."""
    return name(event.data.get("prevScreen")) or name(event.data.get("prevSubject"))


def place(event):
    """Words, "place of a touch": the screen before if the event gives one, else its own screen."""
    return place_before(event) or screen(event)


def point(event):
    """Words, "point": where a click, tap or longpress was, from the first pair of which both are numbers."""
    if event.action not in POINT_ACTIONS:
        return None
    for x_key, y_key in (("clickX", "clickY"), ("x", "y")):
        x, y = number(event.data.get(x_key)), number(event.data.get(y_key))
        if x is not None and y is not None:
            return x, y
    return None


def type_of(screen_name):
    """Words, "type of a screen": what stands before the first colon; all of it without a colon."""
    return screen_name.split(":")[0]


# ---------------------------------------------------------------------------------------------- the events of a session


def is_idle_change(events, index):
    """Words, "idle change": a `screen` event with `auto` true that neither a touch nor typing follows."""
    event = events[index]
    if event.action != "screen" or event.data.get("auto") is not True:
        return False
    return not any(is_touch(later) or later.action == "typing" for later in events[index + 1 :])


def target_screen(events, index):
    """Words, "target screen of a touch": where the touch does not give the screen before, the screen of the first
    `screen` event that has one, before the next touch and at most a second later; else the touch's own screen."""
    event = events[index]
    if place_before(event) is None:
        for later in events[index + 1 :]:
            if is_touch(later) or later.time - event.time > CONSEQUENCE_MS:
                break
            if later.action == "screen" and screen(later) is not None:
                return screen(later)
    return screen(event)


def is_nowhere(events, index):
    """Words, "nowhere": a touch that led to where it was made, both known."""
    to = target_screen(events, index)
    return to is not None and to == place(events[index])


def is_in_vain(events, index):
    """Words, "in vain": a nowhere touch without any other event, `stopSession` aside, within a second and before the
    next touch."""
    if not is_nowhere(events, index):
        return False
    for later in events[index + 1 :]:
        if is_touch(later) or later.time - events[index].time > CONSEQUENCE_MS:
            break
        if later.action != "stopSession":
            return False
    return True


def touches(events):
    """Words, "touch": all touches of a session in order, with what the other words say of each."""
    return [
        Touch(
            event, place(event), target_screen(events, index), is_nowhere(events, index), is_in_vain(events, index),
            point(event),
        )
        for index, event in enumerate(events)
        if is_touch(event)
    ]


def views(events):
    """Words, "view" and "dwell": among touches and `screen` events that have a screen and are no idle change, each one
    whose screen is not that of the one before. It lasts until the next view; how long the last one lasted, nobody
    knows."""
    seen = []
    for index, event in enumerate(events):
        if screen(event) is None or not (is_touch(event) or event.action == "screen") or is_idle_change(events, index):
            continue
        if not seen or seen[-1].screen != screen(event):
            seen.append(View(screen(event), event.time, None))
    for view, following in zip(seen, seen[1:]):
        view.dwell = following.time - view.time
    return seen


def active_moments(events):
    """Words, "active time": the first and the last moment, not counting `stopSession`, idle changes and passive events;
    None where no other event is left."""
    moments = [
        event.time
        for index, event in enumerate(events)
        if event.action != "stopSession" and event.data.get("passive") is not True and not is_idle_change(events, index)
    ]
    return (moments[0], moments[-1]) if moments else None


def active_ms(session):
    """Words, "active time": how long it was; None where there is none."""
    return None if session.active is None else session.active[1] - session.active[0]


# --------------------------------------------------------------------------------------------------------- its stopping


def is_open(session):
    """A session that nobody has stopped. An empty `stopped_at` is a stop as well."""
    return session.stopped_at is None


def closed_by_server(session):
    """The server closes what nobody stops, and writes `expired`."""
    return not is_open(session) and session.stop_reason == "expired"


def reason(session):
    """Reports, `stops.reason`: None while it is open; the stop's reason; where that is missing or the server's, the one
    that the last `stopSession` event names; else `expired` or `none`."""
    if is_open(session):
        return None
    if session.stop_reason is not None and not closed_by_server(session):
        return session.stop_reason
    stops = [event for event in session.events if event.action == "stopSession"]
    named = name(stops[-1].data.get("reason")) if stops else None
    if named is not None:
        return named
    return "expired" if closed_by_server(session) else "none"
