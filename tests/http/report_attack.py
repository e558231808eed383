"""What can be reckoned of the masked cells of reports, by all sums and bounds that a reader may know of their figures."""
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

SEXES = "female", "male", "unknown"
PERIODS = "T1", "H1", "T2", "year", "H2"
WITHIN = [("T1", "H1"), ("H1", "T2"), ("T2", "year"), ("H2", "year")]
EVENTS = {"attempts", "exits", "exitsOfParticipants", "results", "occupationAfter", "timeliness", "firstContactBy"}
SURE = 0.5  # a count that can differ by less is known
MOST = 10_000  # of anything; so that there is an end where nothing is known


class Reader:
    """leaves: the pairs of unit and district that there are, None for undisclosed. cells: by place (None, ("unit", id) or
    ("district", id)), sex or None, figure, key and period: the count, or None where it is masked."""

    def __init__(self, leaves, cells):
        self.leaves = leaves
        self.cells = cells
        self.kinds = sorted({(figure, key) for _, _, figure, key, _ in cells})
        self.periods = [period for period in PERIODS if any(cell[4] == period for cell in cells)]
        groups = [(leaf, sex) for leaf in leaves for sex in SEXES]
        self.numbers = {cell: n for n, cell in enumerate(
            (leaf, sex, kind, period) for leaf, sex in groups for kind in self.kinds for period in self.periods)}
        self.groups = groups

    def sum_of(self, cell):
        """The finest unknowns that the cell is the sum of."""
        place, sex, figure, key, period = cell
        return [self.numbers[leaf, own, (figure, key), period] for leaf, own in self.groups
                if sex in (None, own) and (place is None or leaf[place[0] == "district"] == place[1])]

    def relations(self):
        """[(unknowns that count, those that are taken away, whether the difference is nought or else at most that)]"""
        for leaf, sex in self.groups:
            for period in self.periods:
                yield from self.between_figures(lambda figure, key="": self.numbers.get((leaf, sex, (figure, key), period)))
            for kind in self.kinds:
                at = {period: self.numbers[leaf, sex, kind, period] for period in self.periods}
                if kind[0] != "lacking":  # what is lacking may be had later
                    yield from self.between_periods(at, kind[0])

    def between_figures(self, at):
        keys = lambda figure: [at(*kind) for kind in self.kinds if kind[0] == figure]
        for part in ("soughtOut", "reached", "participants"):
            yield [at(part)], [at("covered")], False
        yield [at("reached")], keys("reachedBy"), True
        for lacking in keys("lacking"):
            yield [lacking], [at("covered")], False
        for figure, reason in self.kinds:
            if figure == "exitsOfParticipants":
                yield [at(figure, reason)], [at("exits", reason)], False
        yield keys("results"), keys("occupationAfter"), True
        timeliness = {key: at("timeliness", key) for figure, key in self.kinds if figure == "timeliness"}
        yield [timeliness["begun"]], [timeliness[key] for key in timeliness if key != "begun"], True
        yield keys("firstContactBy"), [timeliness["firstContactInTime"], timeliness["firstContactLate"]], True
        yield [at("overdue")], [timeliness["noContact"]], False

    def between_periods(self, at, figure):
        for part, whole in WITHIN:
            if part in at and whole in at and (figure, part) != ("reachedBy", "H2"):  # by the first of each period
                yield [at[part]], [at[whole]], False
        if "H2" in at and figure != "overdue":  # time runs out later
            yield [at["year"]], [at["H1"], at["H2"]], figure in EVENTS

    def matrices(self):
        """What is shown and what always holds: equal, bounds (equal[0] x = equal[1], bounds x <= 0)."""
        equal, values, bounds = [], [], []
        for cell, value in self.cells.items():
            if value is not None:
                equal.append([(n, 1) for n in self.sum_of(cell)])
                values.append(value)
        for more, less, is_equal in self.relations():
            row = [(n, 1) for n in more] + [(n, -1) for n in less]
            (equal if is_equal else bounds).append(row)
            values += [0] * is_equal
        return self.matrix(equal), np.array(values, dtype=float), self.matrix(bounds)

    def matrix(self, rows):
        entries = [(i, n, times) for i, row in enumerate(rows) for n, times in row]
        i, n, times = zip(*entries) if entries else ((), (), ())
        return csr_array(coo_array((times, (i, n)), shape=(len(rows), len(self.numbers)), dtype=float))

    def spans(self, chance, enough):
        """By masked cell: how far apart two counts are that it may have, at least; those of less than SURE, up to enough of a
        component, are exact and all others left out."""
        equal, values, bounds = self.matrices()
        masked = [cell for cell, value in self.cells.items() if value is None]
        wanted = self.matrix([[(n, 1) for n in self.sum_of(cell)] for cell in masked])
        spans = np.zeros(len(masked))
        joined = vstack([equal, bounds, wanted])
        _, part = connected_components(joined.T @ joined, directed=False)
        parts = {component: [] for component in np.unique(part)}
        for at in range(len(masked)):
            parts[part[wanted.indices[wanted.indptr[at]]]].append(at)
        for component, own in parts.items():
            if own:
                columns = np.flatnonzero(part == component)
                spans[own] = Component(equal, values, bounds, columns).spans(wanted[own][:, columns], chance, enough)
        return {cell: span for cell, span in zip(masked, spans) if not np.isnan(span)}


class Component:
    """The part of the unknowns that have to do with each other."""

    def __init__(self, equal, values, bounds, columns):
        equal, bounds = equal[:, columns], bounds[:, columns]
        kept = np.diff(equal.indptr) > 0
        self.equal, self.values = equal[kept], values[kept]
        self.bounds = bounds[np.diff(bounds.indptr) > 0]

    def extreme(self, weights):
        """Counts that fit all that is known, with the least weighted sum."""
        found = linprog(weights, self.bounds, np.zeros(self.bounds.shape[0]), self.equal, self.values, (0, MOST), method="highs")
        assert found.status == 0, found.message
        return found.x

    def spans(self, wanted, chance, enough):
        """Several cells at once by sums of random weight; those that were not seen to differ, one by one."""
        low, high = np.full(wanted.shape[0], np.inf), np.full(wanted.shape[0], -np.inf)
        idle = 0
        while idle < 3 and (open_ := high - low < SURE).any():
            weights = np.where(open_, chance.choice([-1.0, 1.0], len(low)) * chance.random(len(low)), 0)
            before = open_.sum()
            for sign in (1, -1):
                counts = wanted @ self.extreme(sign * (wanted.T @ weights))
                low, high = np.minimum(low, counts), np.maximum(high, counts)
            idle = idle + 1 if (high - low < SURE).sum() > 0.9 * before else 0
        doubtful = np.flatnonzero(high - low < SURE)
        high[doubtful[enough:]] = np.nan
        for at in doubtful[:enough]:
            goal = wanted[[at]].toarray()[0]
            low[at], high[at] = goal @ self.extreme(goal), goal @ self.extreme(-goal)
        return high - low
