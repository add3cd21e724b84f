"""Sessions that look like no visitor: the reasons of the column `suspect`, in their order."""

from fractions import Fraction

from figures import median
from times import MS_PER_DAY, MS_PER_HOUR, read_time
from words import active_ms, closed_by_server

EARLIEST = read_time("2000-01-01T00:00:00Z")
STUCK_TOUCHES = 100
STUCK_MS = MS_PER_HOUR
STUCK_PX = 20
ECHO_TOUCHES = 3
ECHO_MS = 50


def suspect(session, all_sessions):
    """Reports, `suspect`: the first reason that holds, or None. `all_sessions` are all of the file, whatever the
    filters."""
    if is_clock(session):
        return "clock"
    if is_stuck(session):
        return "stuck"
    if is_echo(session, all_sessions):
        return "echo"
    if closed_by_server(session):
        return "never_stopped"
    return None


def is_left_out(session):
    """Reports, "Left out": of every report but `sessions`."""
    return is_clock(session) or is_stuck(session)


def is_clock(session):
    """Reports, `clock`: the start or an event lies before 2000, or more than a day after its row was received."""
    if is_wrong_time(session.start, session.received_at):
        return True
    return any(is_wrong_time(event.time, event.received_at) for event in session.events)


def is_wrong_time(moment, received_at):
    """Reports, `clock`: for one row. Of a row whose receipt is unknown, only the years before 2000 are wrong."""
    return moment < EARLIEST or (received_at is not None and moment - received_at > MS_PER_DAY)


def is_stuck(session):
    """Reports, `stuck`: a hundred touches or more with a point, active for over an hour, nine of ten within 20 px
    around the median point: dirt on the glass."""
    points = [(Fraction(touch.point[0]), Fraction(touch.point[1])) for touch in session.touches if touch.point]
    if len(points) < STUCK_TOUCHES or active_ms(session) is None or active_ms(session) <= STUCK_MS:
        return False
    middle_x, middle_y = median([x for x, _ in points]), median([y for _, y in points])
    near = [1 for x, y in points if (x - middle_x) ** 2 + (y - middle_y) ** 2 <= STUCK_PX**2]
    return len(near) * 10 >= len(points) * 9


def is_echo(session, all_sessions):
    """Reports, `echo`: three touches or more with a point, nine of ten of which repeat those of neighbours, and longer
    active than each session that it repeats: a second instance of the page."""
    with_point = [touch for touch in session.touches if touch.point]
    if len(with_point) < ECHO_TOUCHES or session.active is None:
        return False
    repeated_touches = []
    repeated_sessions = []
    for other in all_sessions:
        if not are_neighbours(session, other):
            continue
        repeating = [touch for touch in with_point if any(repeats(touch, theirs) for theirs in other.touches)]
        if repeating:
            repeated_sessions.append(other)
            repeated_touches += repeating
    repeated_ids = {touch.event.id for touch in repeated_touches}
    if len(repeated_ids) * 10 < len(with_point) * 9:
        return False
    return all((active_ms(session), session.id) > (active_ms(other), other.id) for other in repeated_sessions)


def are_neighbours(session, other):
    """Reports, `echo`: two sessions of one consumer and device (or both without one) whose active times share a
    moment, be it a single one."""
    if other.id == session.id or other.consumer != session.consumer or other.device != session.device:
        return False
    if session.active is None or other.active is None:
        return False
    return session.active[0] <= other.active[1] and other.active[0] <= session.active[1]


def repeats(touch, other):
    """Reports, `echo`: two touches at the same point within 50 ms, whichever comes first."""
    return (
        touch.point is not None and touch.point == other.point and abs(touch.event.time - other.event.time) <= ECHO_MS
    )
