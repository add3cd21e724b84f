#!/usr/bin/env python3
"""All reports a second time, written from their definitions alone and as plainly as possible.

    python3 oracle.py FILE REPORT key=value …    prints one reply
    python3 oracle.py FILE < requests            prints one reply a line for requests like `hours?tz=Europe%2FOslo`

The server's replies are compared with these. Nothing here is fast: rows are read into lists, and lists are looped over.
"""

import json
import re
import sys
from dataclasses import dataclass
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import words
from reports import REPORTS
from suspects import is_left_out
from times import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, date_text, local_date, read_date, read_time

DEFAULT_ZONE = "UTC"
MOST_DATES = 3_660
COMMON_PARAMETERS = ("from", "to", "tz", "consumer", "device", "exclude", "marked", "format", "key")
# Whole numbers as (default, least, most); None is no bound.
OWN_PARAMETERS = {
    "choices": {"n": (3, 1, 100)},
    "journeys": {"n": (20, 1, 1_000)},
    "heatmap": {
        "screen": None,
        "cols": (16, 1, 200),
        "rows": (9, 1, 200),
        "width": (1920, 1, 100_000),
        "height": (1080, 1, 100_000),
    },
    "paths": {"limit": (None, 0, None), "offset": (0, 0, None)},
    "sessions": {"limit": (None, 0, None), "offset": (0, 0, None)},
}


class BadParameter(Exception):
    """A parameter that is unknown, or known with a value that it cannot have."""


# --------------------------------------------------------------------------------------------------------------- ranges


@dataclass
class Bound:
    """One end of a range: a date, or a moment."""

    text: str
    date: int | None
    moment: int | None


def read_bound(name, text):
    """The parameters `from` and `to`: a date or a time; a plus sign that became a space in the address is a plus."""
    day = read_date(text)
    moment = read_time(re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text))
    if day is None and moment is None:
        raise BadParameter(name)
    return Bound(text, day, moment)


def date_bound(day):
    """A bound that nobody gave: a date."""
    return Bound(date_text(day), day, None)


@dataclass
class Range:
    """The parameters `from` and `to` in a zone; without both ends it is empty."""

    begin: Bound | None
    end: Bound | None
    zone: ZoneInfo

    def holds(self, moment):
        """Whether a moment lies in it: not before `from`, and before `to`, of which a date is included whole."""
        return self.begin is not None and self.end is not None and self.has_begun(moment) and not self.is_over(moment)

    def has_begun(self, moment):
        """A date is compared with the local date, a time with the moment itself."""
        if self.begin.date is not None:
            return local_date(moment, self.zone) >= self.begin.date
        return moment >= self.begin.moment

    def is_over(self, moment):
        """A date is compared with the local date, a time with the moment itself."""
        if self.end.date is not None:
            return local_date(moment, self.zone) > self.end.date
        return moment >= self.end.moment

    def dates(self):
        """The reports, `weekdays`: the dates that the range touches, partly too."""
        if self.begin is None or self.end is None:
            return []
        first = self.begin.date if self.begin.date is not None else local_date(self.begin.moment, self.zone) - 1
        last = self.end.date if self.end.date is not None else local_date(self.end.moment, self.zone) + 1
        return [day for day in range(first, last + 1) if self.touches(day, first, last)]

    def touches(self, day, first, last):
        """Whether a moment of the date lies in the range. Near a bound that is a time every minute is asked, since a
        clock that is put back may show a date twice."""
        if self.begin.date is not None and self.end.date is not None:
            return True
        if first + 3 < day < last - 3:
            return True
        minutes = range(day * MS_PER_DAY - 16 * MS_PER_HOUR, (day + 1) * MS_PER_DAY + 16 * MS_PER_HOUR, MS_PER_MINUTE)
        asked = [*minutes, *(bound.moment for bound in (self.begin, self.end) if bound.moment is not None)]
        return any(self.holds(moment) and local_date(moment, self.zone) == day for moment in asked)


def default_begin(sessions, zone):
    """The parameter `from`: the earliest date on which a session starts; None without sessions."""
    return min((local_date(session.start, zone) for session in sessions), default=None)


def default_end(sessions, zone):
    """The parameter `to`: the latest date on which a session starts or has an event; None without sessions."""
    moments = [session.start for session in sessions]
    moments += [event.time for session in sessions for event in session.events]
    return max((local_date(moment, zone) for moment in moments), default=None)


def find_range(report_name, parameters, sessions, zone):
    """The parameters `from` and `to` with their defaults, which follow from the sessions that are not left out."""
    begin = read_bound("from", parameters["from"]) if "from" in parameters else None
    end = read_bound("to", parameters["to"]) if "to" in parameters else None
    begin_given = begin is not None
    if begin is None and sessions:
        begin = date_bound(default_begin(sessions, zone))
    if end is None and sessions:
        end = date_bound(default_end(sessions, zone))
    found = Range(begin, end, zone)
    if report_name == "days" and len(found.dates()) > MOST_DATES:
        if begin_given:
            raise BadParameter("from")
        found.begin = date_bound(found.dates()[-MOST_DATES])
    return found


# ----------------------------------------------------------------------------------------------------------- parameters


def check_parameters(report_name, given):
    """The parameters: an empty one is none; one that the report does not take is unknown."""
    parameters = {name: text for name, text in given.items() if text != ""}
    for name in parameters:
        if name not in COMMON_PARAMETERS and name not in OWN_PARAMETERS.get(report_name, {}):
            raise BadParameter(name)
    if parameters.get("marked", "include") not in ("include", "only"):
        raise BadParameter("marked")
    if parameters.get("format", "json") not in ("json", "csv"):
        raise BadParameter("format")
    return parameters


def whole_number(name, text, least, most):
    """A parameter that is a whole number within its bounds."""
    if not re.fullmatch("[0-9]+", text) or int(text) < least or (most is not None and int(text) > most):
        raise BadParameter(name)
    return int(text)


def read_zone(name):
    """The parameter `tz`: an IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadParameter("tz") from None


def is_selected(session, parameters):
    """Words before the reports, "Selected": what consumer, device, exclude and marked leave."""
    if "consumer" in parameters and parameters["consumer"] != str(session.consumer):
        return False
    if "device" in parameters and parameters["device"] != session.device:
        return False
    if str(session.id) in parameters.get("exclude", "").split(","):
        return False
    if parameters.get("marked") == "only":
        return session.excluded
    return parameters.get("marked") == "include" or not session.excluded


# -------------------------------------------------------------------------------------------------------------- replies


class Question:
    """What a report is computed from: the sessions it is about, the range, the zone and its own parameters."""

    def __init__(self, whole_file, report_name, parameters):
        self.whole_file = whole_file
        self.zone = read_zone(parameters.get("tz", DEFAULT_ZONE))
        for name, bounds in OWN_PARAMETERS.get(report_name, {}).items():
            if bounds is None:
                value = parameters.get(name)
            else:
                default, least, most = bounds
                value = whole_number(name, parameters[name], least, most) if name in parameters else default
            setattr(self, name, value)

        selected = [session for session in whole_file if is_selected(session, parameters)]
        self.all_dates_sessions = [session for session in selected if not is_left_out(session)]
        self.range = find_range(report_name, parameters, self.all_dates_sessions, self.zone)
        self.in_range = self.range.holds
        self.dates = self.range.dates

        listed = selected if report_name == "sessions" else self.all_dates_sessions
        if report_name == "sessions" and "from" not in parameters and "to" not in parameters:
            self.range.begin = self.range.end = None
            self.sessions = listed
        else:
            self.sessions = [session for session in listed if self.in_range(session.start)]


def report(rows, name, params):
    """The reply to one request as a dict. `rows` is what `words.read` returns, `params` has texts as an address has."""
    if name not in REPORTS:
        return {"status": 404, "error": f"no report {name!r}; there are {', '.join(REPORTS)}"}
    make_rows, columns = REPORTS[name]
    try:
        parameters = check_parameters(name, params)
        question = Question(rows, name, parameters)
    except BadParameter as bad:
        return {"status": 400, "error": f"bad or unknown parameter {str(bad)!r}"}
    begin, end = question.range.begin, question.range.end
    return {
        "status": 200,
        "report": name,
        "from": begin.text if begin else None,
        "to": end.text if end else None,
        "tz": parameters.get("tz", DEFAULT_ZONE),
        "columns": columns.split(),
        "rows": make_rows(question),
    }


def csv_text(reply):
    """The parameter `format`: the same table as RFC 4180, header first, lines ending in CRLF, unknown as nothing."""
    lines = [",".join(csv_field(value) for value in row) for row in [reply["columns"], *reply["rows"]]]
    return "".join(line + "\r\n" for line in lines)


def csv_field(value):
    """One field, in quotes where it must be."""
    if value is None:
        return ""
    text = " > ".join(value) if isinstance(value, list) else value if isinstance(value, str) else json.dumps(value)
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def printed(rows, name, params):
    """The body of a reply."""
    reply = report(rows, name, params)
    if reply["status"] == 200 and params.get("format") == "csv":
        return csv_text(reply)
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":")) + "\n"


def main(arguments):
    """Answers one request, or those of the standard input."""
    if not arguments or any("=" not in argument for argument in arguments[2:]):
        sys.exit("usage: oracle.py FILE [REPORT key=value …]")
    rows = words.read(words.open_file(arguments[0]))
    if len(arguments) > 1:
        requests = [(arguments[1], dict(argument.split("=", 1) for argument in arguments[2:]))]
    else:
        split = [line.rstrip("\n").partition("?") for line in sys.stdin]
        requests = [(name, dict(parse_qsl(query, keep_blank_values=True))) for name, _, query in split]
    for name, params in requests:
        sys.stdout.buffer.write(printed(rows, name, params).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
