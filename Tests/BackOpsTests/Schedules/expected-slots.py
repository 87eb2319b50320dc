#!/usr/bin/env python3
"""Writes expected-slots.txt: the slots of cron expressions by brute force, with the zones of Python.

Nothing here is how the engine does it. A fixed time is tried at every minute of the calendar, and looked up in the zone;
an entry that goes by elapsed time is compared with the clock at every minute that passes.

    python3 expected-slots.py > expected-slots.txt
"""
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import md5
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)

# (expression, goes by elapsed time, whether a local time matches)
ENTRIES = [
    ("30 2 * * *", False, lambda t: (t.hour, t.minute) == (2, 30)),
    ("0 0 * * *", False, lambda t: (t.hour, t.minute) == (0, 0)),
    ("15,45 0-3 * * *", False, lambda t: t.minute in (15, 45) and t.hour <= 3),
    ("0 1,2,3 * * sun", False, lambda t: t.minute == 0 and t.hour in (1, 2, 3) and t.weekday() == 6),
    ("30 1 13 * fri", False, lambda t: (t.hour, t.minute) == (1, 30) and (t.day == 13 or t.weekday() == 4)),
    ("5 23 L * *", False, lambda t: (t.hour, t.minute) == (23, 5) and (t + timedelta(days=1)).day == 1),
    ("45 0 * * sun#2,satL", False, lambda t: (t.hour, t.minute) == (0, 45) and (
        t.weekday() == 6 and 8 <= t.day <= 14 or t.weekday() == 5 and (t + timedelta(days=7)).month != t.month)),
    ("*/20 0-3 * * *", True, lambda t: t.minute % 20 == 0 and t.hour <= 3),
    ("0 */3 * * *", True, lambda t: t.minute == 0 and t.hour % 3 == 0),
    ("* 2 1-7 3,10,11 sun", True, lambda t: t.hour == 2 and t.month in (3, 10, 11) and (t.day <= 7 or t.weekday() == 6)),
]

YEARS = ("2023-01-01", "2025-01-01")
PERIODS = [(zone, *YEARS) for zone in [
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Atlantic/Azores", "America/New_York", "America/St_Johns",
    "America/Los_Angeles", "America/Santiago", "America/Havana", "America/Nuuk", "America/Asuncion", "Australia/Lord_Howe",
    "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham", "Asia/Beirut", "Asia/Kolkata", "Africa/Cairo", "Africa/Casablanca",
]] + [
    ("Pacific/Apia", "2011-08-01", "2012-05-01"),         # skipped a day
    ("Pacific/Kwajalein", "1993-08-01", "1993-09-01"),    # skipped a day
    ("Asia/Pyongyang", "2015-08-01", "2018-06-01"),       # half an hour back, and on
    ("America/Caracas", "2007-12-01", "2016-06-01"),      # the same
    ("America/St_Johns", "2010-03-01", "2011-12-01"),     # changed one minute after midnight
    ("Antarctica/Troll", "2023-01-01", "2024-01-01"),     # two hours
    ("America/Sao_Paulo", "2017-10-01", "2019-03-01"),    # skipped midnight
]


@cache
def local_matches(entry, since, until):
    """The local times that an entry means, whatever the zone."""
    matches, day = ENTRIES[entry][2], timedelta(days=2)
    minutes = (until - since + 2 * day) // MINUTE
    return frozenset(t for t in (since - day + n * MINUTE for n in range(minutes)) if matches(t))


def slots(zone, entry, since, until, clock):
    wanted = local_matches(entry, since.replace(tzinfo=None), until.replace(tzinfo=None))
    if ENTRIES[entry][1]:
        return {instant for instant, local in clock if local in wanted}
    found = set()
    for local in wanted:
        instant = local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
        if instant.astimezone(zone).replace(tzinfo=None) != local:
            # The clock skips it: go back, minute by minute, to the last one before the gap.
            offset = instant.astimezone(zone).utcoffset()
            while (instant - MINUTE).astimezone(zone).utcoffset() == offset:
                instant -= MINUTE
        if since <= instant < until:
            found.add(instant)
    return found


for name, first, last in PERIODS:
    zone = ZoneInfo(name)
    since, until = (datetime.fromisoformat(t).replace(tzinfo=timezone.utc) for t in (first, last))
    clock = [(t, t.astimezone(zone).replace(tzinfo=None)) for t in (since + n * MINUTE for n in range((until - since) // MINUTE))]
    for entry, (expression, *_) in enumerate(ENTRIES):
        found = sorted(slots(zone, entry, since, until, clock))
        digest = md5(",".join(str(int(slot.timestamp())) for slot in found).encode()).hexdigest()
        print("|".join([name, expression, first, last, str(len(found)), digest]), flush=True)
