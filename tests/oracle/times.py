"""Moments, dates and zones.

A moment is a whole number of milliseconds since 1970 in UTC, a date the whole number of days since 1970-01-01 of a
local calendar. Python's calendar ends with the years 1 and 9999; ours goes on, because stored times may lie there.
"""

import re
from datetime import date, datetime, timedelta, timezone

MS_PER_MINUTE = 60_000
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR

# The calendar repeats itself after 400 years, weekdays included.
DAYS_PER_CYCLE = 146_097
UNIX_EPOCH = date(1970, 1, 1).toordinal()
YEAR_2000 = date(2000, 1, 1).toordinal() - UNIX_EPOCH

DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))"
)


def day_number(year, month, day):
    """The date as a number; ValueError where there is no such date."""
    cycles, year_in_cycle = divmod(year, 400)
    same_day = date(2000 + year_in_cycle, month, day).toordinal() - UNIX_EPOCH
    return same_day + (cycles - 5) * DAYS_PER_CYCLE


def date_text(day):
    """The date as YYYY-MM-DD."""
    cycles, rest = divmod(day - YEAR_2000, DAYS_PER_CYCLE)
    same_day = date.fromordinal(UNIX_EPOCH + YEAR_2000 + rest)
    return f"{same_day.year + 400 * cycles:04}-{same_day.month:02}-{same_day.day:02}"


def weekday(day):
    """1 is Monday, 7 is Sunday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7 + 1


def read_date(text):
    """A date given as YYYY-MM-DD, or None."""
    found = DATE.fullmatch(text)
    if not found:
        return None
    try:
        return day_number(*map(int, found.groups()))
    except ValueError:
        return None


def read_time(text):
    """Words, "a readable time": RFC 3339, t and z in either case, T and no space, second 60 read as 59.

    What is finer than a millisecond is cut. None for an unreadable one.
    """
    found = TIME.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, utc, sign, offset_hours, offset_minutes = found.groups()[6:]
    if hour > 23 or minute > 59 or second > 60:
        return None
    try:
        days = day_number(year, month, day)
    except ValueError:
        return None
    millisecond = int(((fraction or "") + "000")[:3])
    local = days * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE + min(second, 59) * 1000 + millisecond
    if utc:
        return local
    if int(offset_hours) > 23 or int(offset_minutes) > 59:
        return None
    offset = int(offset_hours) * MS_PER_HOUR + int(offset_minutes) * MS_PER_MINUTE
    return local - offset if sign == "+" else local + offset


def time_text(moment):
    """A moment as the file writes it: UTC with milliseconds."""
    days, rest = divmod(moment, MS_PER_DAY)
    seconds, millisecond = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{date_text(days)}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"


def to_local(moment, zone):
    """The parameter `tz`: what a clock in the zone shows, as (date, hour)."""
    # Beyond the years that Python knows, the zone does what it does 400 years nearer.
    known = moment
    while known < day_number(1, 1, 3) * MS_PER_DAY:
        known += DAYS_PER_CYCLE * MS_PER_DAY
    while known > day_number(9999, 12, 29) * MS_PER_DAY:
        known -= DAYS_PER_CYCLE * MS_PER_DAY
    utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=known)
    offset = utc.astimezone(zone).utcoffset() // timedelta(milliseconds=1)
    day, time_of_day = divmod(moment + offset, MS_PER_DAY)
    return day, time_of_day // MS_PER_HOUR


def local_date(moment, zone):
    """The parameter `tz`: the date that a calendar in the zone shows."""
    return to_local(moment, zone)[0]


def local_hour(moment, zone):
    """The parameter `tz`: the hour that a clock in the zone shows, 0 to 23."""
    return to_local(moment, zone)[1]
