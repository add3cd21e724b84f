"""Exact means, medians and ranks, rounded once at the very end."""

from fractions import Fraction


def half_away(value):
    """The nearest whole number, halves away from zero."""
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def rounded(value, digits):
    """An exact figure as a JSON number; None stays None, and what is whole has no decimal point."""
    if value is None:
        return None
    scaled = half_away(Fraction(value) * 10**digits)
    return scaled // 10**digits if scaled % 10**digits == 0 else scaled / 10**digits


def seconds(milliseconds):
    """JSON: seconds have at most 3 decimals."""
    return None if milliseconds is None else rounded(Fraction(milliseconds) / 1000, 3)


def fraction(value):
    """JSON: fractions that are no seconds have at most 6 decimals."""
    return rounded(value, 6)


def ratio(part, whole):
    """Reports: a ratio without a divisor is unknown."""
    return None if whole == 0 else Fraction(part) / Fraction(whole)


def mean(values):
    """Means, exactly; None of nothing."""
    return ratio(sum(values), len(values))


def median(values):
    """Words, "Median": the mean of the middle two; None of nothing."""
    values = sorted(values)
    if not values:
        return None
    middle = len(values) // 2
    if len(values) % 2:
        return Fraction(values[middle])
    return Fraction(values[middle - 1] + values[middle]) / 2


def p90(values):
    """Words, "p90": linear interpolation at rank 0.9·(n−1), counted from 0; None of nothing."""
    values = sorted(values)
    if not values:
        return None
    rank = Fraction(9 * (len(values) - 1), 10)
    below = int(rank)
    above = min(below + 1, len(values) - 1)
    return values[below] + (rank - below) * (values[above] - values[below])
