"""Lines at equal cost: where each stood within a budget, the difference to the first, and when it reached a level."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.services.compare.axes import Axis
from experiments.services.compare.gaps import Gaps, Place
from experiments.services.compare.lines import Line, Stop
from experiments.services.standing.parts import Cell, figures, side


@dataclass(frozen=True)
class Standing:
    """A line within the budget: its last stop there, its difference to the first line, and the cost of the level.

    `stop` is None, and `missing` says why, where there is nothing to compare. `reached` is None where the level was
    not reached.
    """

    line: Line
    stop: Stop | None
    missing: str = ""
    against: Cell | None = None
    reached: float | None = None

    @property
    def place(self) -> Place | None:
        return Place(self.line, self.stop) if self.stop else None


@dataclass(frozen=True)
class Equal:
    """All lines at one budget. The first line is what the others are compared with; `gaps` knows all differences."""

    axis: Axis
    budget: float | None
    level: float | None
    standings: Sequence[Standing]
    gaps: Gaps

    @property
    def best(self) -> Standing | None:
        """The one with the highest gold among those that got further than their start."""
        there = [one for one in self.standings if one.stop and one.stop.gold.value is not None]
        return max(there, key=lambda one: one.stop.gold.value, default=None)  # type: ignore[union-attr,arg-type,return-value]


def at_equal_cost(
    lines: Sequence[Line], axis: Axis, budget: float | None = None, level: float | None = None
) -> Equal:
    """`budget` is otherwise the cost of the line that ends first, `level` the highest that every line reached."""
    budget = cheapest_end(lines, axis) if budget is None else budget
    level = common_level(lines) if level is None else level
    found = within(lines, axis, budget)
    gaps = Gaps(place for one in found if (place := one.place))
    base = found[0].place if found else None
    return Equal(axis, budget, level, [_whole(one, base, gaps, axis, level) for one in found], gaps)


def within(lines: Sequence[Line], axis: Axis, budget: float | None) -> list[Standing]:
    """Where each line stood within the budget."""
    return [_within(line, axis, budget) for line in lines]


def cheapest_end(lines: Sequence[Line], axis: Axis) -> float | None:
    """The smallest cost with which a line ended; lines that spent nothing of it are set aside."""
    return min((end for line in lines if (end := line.end(axis))), default=None)


def common_level(lines: Sequence[Line]) -> float | None:
    """The highest gold that every line has reached at some stop."""
    tops = [
        max((s.gold.value for s in line.stops if s.gold.value is not None), default=None) for line in lines
    ]
    return min((top for top in tops if top is not None), default=None)


def _within(line: Line, axis: Axis, budget: float | None) -> Standing:
    if not line.counted and axis.name != "iterations":
        return Standing(line, None, "not counted: it was begun before costs were")
    if budget is None:
        return Standing(line, None, f"nobody spent {axis.words}")
    affordable = [stop for stop in line.stops if stop.costs[axis.name] <= budget]
    if not affordable:
        return Standing(line, None, "not enough data: nothing was measured within the budget")
    if len(line.stops) > 1 and not affordable[-1].iteration:
        first = line.stops[1].costs[axis.name]
        return Standing(line, None, f"not enough data: its first iteration takes {first:,.0f}")
    return Standing(line, affordable[-1])


def _whole(one: Standing, base: Place | None, gaps: Gaps, axis: Axis, level: float | None) -> Standing:
    compared = one.place and base and one.line is not base.line
    against = gaps.between(one.place, base) if compared else None  # type: ignore[arg-type]
    return Standing(one.line, one.stop, one.missing, against, cost_of_level(one.line, axis, level))


def cost_of_level(line: Line, axis: Axis, level: float | None) -> float | None:
    """The cost at the first stop whose gold is at least the level; None where there is no such stop."""
    if level is None:
        return None
    reached = (s for s in line.stops if s.gold.value is not None and s.gold.value >= level)
    return next((stop.costs.get(axis.name) for stop in reached), None)


def verdict(equal: Equal) -> str:
    """One sentence: who is ahead at equal cost, and whether that can be told from chance."""
    best = equal.best
    if best is None or best.stop is None or equal.budget is None:
        return f"There is not enough data to compare these runs at equal {equal.axis.words}."
    at = f"At {equal.budget:,.0f} {equal.axis.words}"
    rivals = [one for one in equal.standings if one.stop and one is not best]
    leader = Place(best.line, best.stop)
    lead = f"{at} {best.line.name} has the highest gold: {figures(best.stop.gold)}."
    if not rivals:
        return f"{lead} Nothing else got as far within this budget."
    ahead = {
        one.line.name: side(equal.gaps.between(leader, one.place)) == "above" for one in rivals if one.place
    }
    beaten = [name for name, is_behind in ahead.items() if is_behind]
    level = [name for name, is_behind in ahead.items() if not is_behind]
    if not level:
        return f"{lead} It is ahead of every other line by more than chance explains."
    even = f"From {_listed(level)} it cannot be told apart."
    return f"{lead} {even}" if not beaten else f"{lead} It is ahead of {_listed(beaten)}. {even}"


def _listed(names: Sequence[str], most: int = 3) -> str:
    if len(names) > most:
        return f"{len(names)} other lines"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
