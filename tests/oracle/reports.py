"""The reports: for each one its columns and a function from the question to its rows, in order.

A question knows `sessions` (those of the range, without the left out ones), `all_dates_sessions` (the same whatever
their start), `in_range(moment)`, `dates()`, `zone` and the checked parameters of the report.
"""

import math
from collections import Counter

from figures import fraction, half_away, mean, median, p90, ratio, seconds
from fractions import Fraction
from suspects import suspect
from times import date_text, local_date, local_hour, time_text, weekday
from words import active_ms, is_open, name, number, reason, screen, type_of

JOURNEY_VIEWS = 6
LONGEST_POSITION_S = 10_000_000


def by_name(text):
    """JSON: names compare by their bytes in UTF-8, null before all."""
    return (text is not None, (text or "").encode())


def touches_of(sessions):
    """All touches of some sessions."""
    return [touch for session in sessions for touch in session.touches]


def actives_of(sessions):
    """Active times in ms. "Means and medians": over the sessions that have one."""
    return [active_ms(session) for session in sessions if session.active is not None]


def sessions_with(sessions, keys_of):
    """Per key the number of sessions that have it, however often."""
    return Counter(key for session in sessions for key in set(keys_of(session)))


# ---------------------------------------------------------------------------------------------------------------- sums


def overview(question):
    """The reports, `overview`: one row."""
    sessions = question.sessions
    touch_counts = [len(session.touches) for session in sessions]
    view_counts = [len(session.views) for session in sessions]
    actives = actives_of(sessions)
    return [
        [
            len(sessions),
            sum(1 for count in touch_counts if count > 0),
            sum(1 for session in sessions if is_open(session)),
            sum(len(session.events) for session in sessions),
            sum(touch_counts),
            sum(view_counts),
            len(screens(question)),
            sum(1 for count in view_counts if count == 1),
            fraction(mean(touch_counts)),
            fraction(median(touch_counts)),
            fraction(mean(view_counts)),
            fraction(median(view_counts)),
            seconds(mean(actives)),
            seconds(median(actives)),
            seconds(p90(actives)),
            fraction(utilisation(sessions, question.zone)),
        ]
    ]


def utilisation(sessions, zone):
    """Reports, `utilisation`: how long the devices were in use, over how long they were between the first and the last
    active moment of the sessions that began on one date."""
    in_use = between = 0
    active = [session for session in sessions if session.active is not None]
    for device in {session.device for session in active}:
        of_device = [session for session in active if session.device == device]
        in_use += length_of_union([session.active for session in of_device])
        for day in {local_date(session.start, zone) for session in of_device}:
            of_day = [session.active for session in of_device if local_date(session.start, zone) == day]
            between += max(last for _, last in of_day) - min(first for first, _ in of_day)
    return ratio(in_use, between)


def length_of_union(spans):
    """How long at least one of the spans lasts."""
    length = 0
    covered_until = None
    for first, last in sorted(spans):
        if covered_until is not None:
            first = max(first, covered_until)
        if last > first:
            length += last - first
        covered_until = last if covered_until is None else max(covered_until, last)
    return length


# ---------------------------------------------------------------------------------------------------------------- time


def days(question):
    """The reports, `days`: each date of the range; everything by the date of the session's start."""
    rows = []
    for day in question.dates():
        of_day = [session for session in question.sessions if local_date(session.start, question.zone) == day]
        rows.append(
            [
                date_text(day),
                len(of_day),
                sum(len(session.touches) for session in of_day),
                sum(len(session.views) for session in of_day),
                seconds(sum(actives_of(of_day))),
            ]
        )
    return rows


def touches_made(question):
    """Selected: the times of touches made in the range, whichever range their session belongs to."""
    times = [touch.event.time for touch in touches_of(question.all_dates_sessions)]
    return [time for time in times if question.in_range(time)]


def views_made(question):
    """Selected: the times of views made in the range, whichever range their session belongs to."""
    times = [view.time for session in question.all_dates_sessions for view in session.views]
    return [time for time in times if question.in_range(time)]


def hours(question):
    """The reports, `hours`: 0 to 23."""
    zone = question.zone
    sessions = Counter(local_hour(session.start, zone) for session in question.sessions)
    touches = Counter(local_hour(time, zone) for time in touches_made(question))
    views = Counter(local_hour(time, zone) for time in views_made(question))
    of_sessions = Counter()
    for session in question.sessions:
        of_sessions[local_hour(session.start, zone)] += len(session.touches)
    return [[hour, sessions[hour], touches[hour], views[hour], of_sessions[hour]] for hour in range(24)]


def grid(question):
    """The reports, `grid`: each hour of the week."""
    zone = question.zone

    def cell(moment):
        return weekday(local_date(moment, zone)), local_hour(moment, zone)

    sessions = Counter(cell(session.start) for session in question.sessions)
    touches = Counter(cell(time) for time in touches_made(question))
    dates = Counter(weekday(day) for day in question.dates())
    return [
        [day, hour, sessions[day, hour], touches[day, hour], dates[day]] for day in range(1, 8) for hour in range(24)
    ]


def weekdays(question):
    """The reports, `weekdays`: Monday to Sunday; everything by the date of the session's start."""
    dates = Counter(weekday(day) for day in question.dates())
    rows = []
    for day in range(1, 8):
        of_day = [s for s in question.sessions if weekday(local_date(s.start, question.zone)) == day]
        per_date = fraction(ratio(len(of_day), dates[day]))
        rows.append([day, dates[day], len(of_day), per_date, len(touches_of(of_day))])
    return rows


# ------------------------------------------------------------------------------------------------------------- screens


def screens(question):
    """The reports, `screens`: each screen that is viewed, a target screen or a place."""
    touches = touches_of(question.sessions)
    led_to = Counter(touch.target_screen for touch in touches)
    landed = Counter(touch.place for touch in touches)
    nowhere = Counter(touch.place for touch in touches if touch.nowhere)
    in_vain = Counter(touch.place for touch in touches if touch.in_vain)
    views = Counter(view.screen for session in question.sessions for view in session.views)
    sessions = sessions_with(question.sessions, lambda session: [view.screen for view in session.views])
    last = Counter(session.views[-1].screen for session in question.sessions if session.views)
    known = (set(led_to) | set(landed) | set(views)) - {None}
    rows = [
        [
            seen, type_of(seen), led_to[seen], landed[seen], nowhere[seen], in_vain[seen], views[seen], sessions[seen],
            last[seen],
        ]
        for seen in known
    ]
    return sorted(rows, key=lambda row: (-row[2], by_name(row[0])))


def types(question):
    """The reports, `types`: sums of `screens`."""
    sums = {}
    for _, kind, touches, _, _, _, views, _, _ in screens(question):
        row = sums.setdefault(kind, [kind, 0, 0, 0])
        row[1] += 1
        row[2] += touches
        row[3] += views
    return sorted(sums.values(), key=lambda row: (-row[2], by_name(row[0])))


def choices(question):
    """The reports, `choices`: what sessions view first, second and so on."""
    rows = []
    for nth in range(1, question.n + 1):
        chosen = Counter(session.views[nth - 1].screen for session in question.sessions if len(session.views) >= nth)
        rows += [[nth, seen, sessions] for seen, sessions in chosen.items()]
    return sorted(rows, key=lambda row: (row[0], -row[2], by_name(row[1])))


def dwell(question):
    """The reports, `dwell`: how long each viewed screen was looked at."""
    dwells_of = {}
    for session in question.sessions:
        for view in session.views:
            dwells_of.setdefault(view.screen, []).append(view.dwell)
    rows = []
    for seen, dwells in dwells_of.items():
        known = [dwelt for dwelt in dwells if dwelt is not None]
        rows.append(
            [
                seen,
                len(dwells),
                len(known),
                seconds(sum(known)),
                seconds(min(known, default=None)),
                seconds(median(known)),
                seconds(mean(known)),
                seconds(p90(known)),
                seconds(max(known, default=None)),
            ]
        )
    return sorted(rows, key=lambda row: (-row[1], by_name(row[0])))


def transitions(question):
    """The reports, `transitions`: which view follows which."""
    pairs = Counter()
    for session in question.sessions:
        for view, following in zip(session.views, session.views[1:]):
            pairs[view.screen, following.screen] += 1
    rows = [[first, second, count] for (first, second), count in pairs.items()]
    return sorted(rows, key=lambda row: (-row[2], by_name(row[0]), by_name(row[1])))


def journeys(question):
    """The reports, `journeys`: the commonest beginnings, up to six views long."""
    taken = {}
    for session in question.sessions:
        if session.views:
            path = tuple(view.screen for view in session.views[:JOURNEY_VIEWS])
            taken.setdefault(path, []).append(session)
    rows = []
    for path, sessions in taken.items():
        stopped_idle = sum(1 for session in sessions if reason(session) in ("idle", "timeout"))
        rows.append([list(path), len(sessions), seconds(median(actives_of(sessions))), stopped_idle])
    rows.sort(key=lambda row: (-row[1], [by_name(seen) for seen in row[0]]))
    return rows[: question.n]


def paths(question):
    """The reports, `paths`: every view of every session."""
    rows = []
    for session in sorted(question.sessions, key=lambda session: (session.start, session.id)):
        for position, view in enumerate(session.views, start=1):
            rows.append([session.id, position, view.screen, time_text(view.time), seconds(view.dwell)])
    return page(rows, question)


def page(rows, question):
    """The parameters `limit` and `offset`."""
    rows = rows[question.offset :]
    return rows if question.limit is None else rows[: question.limit]


# ------------------------------------------------------------------------------------------------------------- touches


def heatmap(question):
    """The reports, `heatmap`: where fingers were, in cells of the page."""
    cells = {}
    for session in question.sessions:
        for touch in session.touches:
            if touch.point is None or (question.screen is not None and touch.place != question.screen):
                continue
            row = cells.setdefault(cell_of(touch, question), [0, 0, 0, set()])
            row[0] += 1
            row[1] += touch.nowhere
            row[2] += touch.in_vain
            row[3].add(session.id)
    rows = [
        [col, row, clicks, nowhere, in_vain, len(ids)] for (col, row), (clicks, nowhere, in_vain, ids) in cells.items()
    ]
    return sorted(rows, key=lambda row: (-row[2], row[1], row[0]))


def cell_of(touch, question):
    """Reports, `heatmap`: the cell as (col, row), on the size that the event gives, else the parameters."""
    data = touch.event.data
    width, height = question.width, question.height
    for width_key, height_key in (("screenWidth", "screenHeight"), ("viewWidth", "viewHeight")):
        given = number(data.get(width_key)), number(data.get(height_key))
        if None not in given and given[0] > 0 and given[1] > 0:
            width, height = given
    x, y = touch.point
    return clamped(x * question.cols / width, question.cols), clamped(y * question.rows / height, question.rows)


def clamped(position, cells):
    """Reports, `heatmap`: the whole part of a double, kept within the cells, be it endless."""
    return math.floor(min(max(position, 0.0), cells - 1.0))


def pages(question):
    """The reports, `pages`: how far readers turn the pages of what opens like a book."""
    turned = {}
    for session in question.sessions:
        for event in session.events:
            if event.action == "pageChange" and screen(event) is not None:
                turned.setdefault(screen(event), []).append(number(event.data.get("currentPage")))
    kinds = {type_of(seen) for seen in turned}
    openings = Counter(view.screen for session in question.sessions for view in session.views)
    rows = []
    for seen in set(turned) | {viewed for viewed in openings if type_of(viewed) in kinds}:
        changes = turned.get(seen, [])
        shown = openings[seen]
        for current in changes:
            if current is not None and current >= 0:
                shown += 2 if current > 0 else 1
        rows.append([seen, openings[seen], len(changes), shown, fraction(ratio(shown, openings[seen]))])
    return sorted(rows, key=lambda row: (-row[1], by_name(row[0])))


def targets(question):
    """The reports, `targets`: what is touched where."""

    def key(touch):
        return touch.place, name(touch.event.data.get("target"))

    touches = Counter(key(touch) for touch in touches_of(question.sessions))
    sessions = sessions_with(question.sessions, lambda session: [key(touch) for touch in session.touches])
    rows = [
        [where, target, count, sessions[where, target]]
        for (where, target), count in touches.items()
        if target is not None
    ]
    return sorted(rows, key=lambda row: (-row[2], by_name(row[0]), by_name(row[1])))


# -------------------------------------------------------------------------------------------------------------- events


def actions(question):
    """The reports, `actions`: every action that occurs."""
    events = Counter(event.action for session in question.sessions for event in session.events)
    sessions = sessions_with(question.sessions, lambda session: [event.action for event in session.events])
    rows = [[action, count, sessions[action]] for action, count in events.items()]
    return sorted(rows, key=lambda row: (-row[1], by_name(row[0])))


def stops(question):
    """The reports, `stops`: why sessions ended."""
    rows = [[why, count] for why, count in Counter(reason(session) for session in question.sessions).items()]
    return sorted(rows, key=lambda row: (-row[1], by_name(row[0])))


def media(question):
    """The reports, `media`: what was played, and for how long."""
    rows = {}
    watched_of = {}
    for session in question.sessions:
        of_media = [event for event in session.events if event.action == "media"]
        for target in {name(event.data.get("target")) for event in of_media} - {None}:
            of_target = [event for event in of_media if name(event.data.get("target")) == target]
            row = rows.setdefault(target, [target, 0, 0, 0])
            states = [event.data.get("state") for event in of_target]
            row[2] += states.count("play")
            row[3] += states.count("ended")
            if "play" in states:
                row[1] += 1
                watched_of.setdefault(target, []).append(watched_ms(of_target))
    for target, row in rows.items():
        watched = watched_of.get(target, [])
        row += [seconds(sum(watched)), seconds(median(watched))]
    return sorted(rows.values(), key=lambda row: (-row[2], by_name(row[0])))


def watched_ms(of_target):
    """Reports, `media`: from each `play` to the next event of the target, as far as the position moved on."""
    watched = 0
    for event, following in zip(of_target, of_target[1:]):
        begin, end = position_s(event), position_s(following)
        if event.data.get("state") == "play" and begin is not None and end is not None and end >= begin:
            watched += half_away((end - begin) * 1000)
    return watched


def position_s(event):
    """Reports, `media`: a position that can be believed, exactly as the double says; else None."""
    position = number(event.data.get("position_s"))
    return Fraction(position) if position is not None and 0 <= position <= LONGEST_POSITION_S else None


def languages(question):
    """The reports, `languages`: which languages sessions were in, and how much was touched in each."""

    def lang(event):
        return name(event.data.get("lang"))

    sessions = sessions_with(
        question.sessions, lambda session: {lang(event) for event in session.events} - {None} or {None}
    )
    touches = Counter()
    for session in question.sessions:
        latest = None
        touch_ids = {touch.event.id for touch in session.touches}
        for event in session.events:
            latest = lang(event) or latest
            if event.id in touch_ids:
                touches[latest] += 1
    rows = [[spoken, sessions[spoken], touches[spoken]] for spoken in set(sessions) | set(touches)]
    return sorted(rows, key=lambda row: (-row[1], by_name(row[0])))


# ------------------------------------------------------------------------------------------------------------ sessions


def sessions(question):
    """The reports, `sessions`: every session, suspects too."""
    in_order = sorted(question.sessions, key=lambda session: (session.start, session.id))
    rows = []
    for session in page(in_order, question):
        seen = [view.screen for view in session.views]
        rows.append(
            [
                session.id,
                session.consumer,
                session.device,
                session.started_at,
                session.stopped_at,
                reason(session),
                seconds(active_ms(session)),
                len(session.events),
                len(session.touches),
                len(seen),
                len(set(seen)),
                seen[0] if seen else None,
                seen[-1] if seen else None,
                suspect(session, question.whole_file),
            ]
        )
    return rows


REPORTS = {
    "overview": (
        overview,
        "sessions touched_sessions open_sessions events touches views screens single_view_sessions"
        " touches_per_session_mean touches_per_session_median views_per_session_mean views_per_session_median"
        " active_s_mean active_s_median active_s_p90 utilisation",
    ),
    "days": (days, "date sessions touches views active_s"),
    "hours": (hours, "hour sessions touches views touches_of_sessions"),
    "grid": (grid, "weekday hour sessions touches dates"),
    "weekdays": (weekdays, "weekday dates sessions sessions_per_date touches"),
    "screens": (screens, "screen type touches landed nowhere in_vain views sessions last"),
    "types": (types, "type screens touches views"),
    "choices": (choices, "nth screen sessions"),
    "dwell": (dwell, "screen views measured total_s min_s median_s mean_s p90_s max_s"),
    "transitions": (transitions, "from_screen to_screen count"),
    "journeys": (journeys, "path sessions active_s_median stopped_idle"),
    "paths": (paths, "session_id position screen time dwell_s"),
    "heatmap": (heatmap, "col row clicks nowhere in_vain sessions"),
    "pages": (pages, "screen openings page_changes pages_shown pages_per_opening"),
    "targets": (targets, "screen target touches sessions"),
    "actions": (actions, "action events sessions"),
    "stops": (stops, "reason sessions"),
    "media": (media, "target sessions plays completions watched_s_total watched_s_median"),
    "languages": (languages, "lang sessions touches"),
    "sessions": (
        sessions,
        "session_id consumer device started_at stopped_at reason active_s events touches views distinct_screens"
        " first_screen last_screen suspect",
    ),
}
