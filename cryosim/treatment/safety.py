"""Safety along a run: the values that limits watch, at every step that is kept.

Temperatures are those of the ends of steps; times and rates take them as straight within steps.
Surfaces of the skin are those under applicators and in the room, in whatever shape they are drawn;
depths are those of tissue at rest.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cryosim.case import limits as tiers
from cryosim.case.load import Loaded
from cryosim.fem.operators import Operators
from cryosim.injury.arrhenius import BurnIntegral
from cryosim.outcome.limits import lagged, share_below
from cryosim.physics.nucleation import freezing_point
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Indices, Values
from cryosim.treatment.freezing import Freezing
from cryosim.treatment.worst import Worst

MUSCLE = "muscle"
"""Tissue of the library that the limit of muscle is about."""

KEPT = ("below freezing", "cold", "lag", "burn")
"""What is summed up at every owned mesh node."""


class Safety:
    """What limits have seen so far."""

    def __init__(
        self, loaded: Loaded, operators: Operators, conditions: Mapping[str, str], depth: Values,
        T: Values,
    ) -> None:  # fmt: skip
        """Watch from the temperature ``T`` (K) of owned mesh nodes on.

        ``depth`` (m) is that of every local node.  Collective.
        """
        case, space = loaded.case, operators.space
        n = operators.n_mesh
        self._comm, self._n = operators.team.comm, n
        x = space.tabulate_dof_coordinates()[:n, : space.mesh.geometry.dim]
        self._points = np.column_stack([x, depth[:n]])
        self.worst = {limit.key: Worst(limit) for limit in tiers.limits_of(case.limits)}
        surfaces = [s for s in operators.surfaces if conditions.get(s.name) in _SKIN]
        self._skin = np.unique(np.concatenate([np.empty(0, np.int64), *(s.node for s in surfaces)]))
        self._basal = _Basal(operators, self._skin, depth, tiers.length("basal_layer", "depth"))
        self._point = _freezing_points(loaded, operators)[self._skin]
        of_lipid, of_muscle = np.zeros((2, n), dtype=bool)
        for layer, stencil in zip(case.anatomy.layers, operators.stencils, strict=True):
            here = stencil.volume > 0.0
            of_lipid |= here & (loaded.tissues[layer.tissue].lipid is not None)
            of_muscle |= here & (layer.tissue == MUSCLE)
        self._fat, self._muscle = np.flatnonzero(of_lipid), np.flatnonzero(of_muscle)
        self._cold = tiers.temperature("nerve_cold", "below")
        self._over = tiers.time("rewarming", "over")
        self._equilibrium = case.anatomy.freezing == "equilibrium"
        self._burn = BurnIntegral()
        self.sums = {name: np.zeros(n) for name in KEPT}
        self.sums["lag"][:] = T
        self._probability = 0.0

    def advance(self, balance: HeatBalance, freezing: Freezing, t: float, dt: float) -> None:
        """Follow the step of ``dt`` (s) up to ``t`` (s) that ``balance`` kept last."""
        before, after = balance.T_before, balance.T
        skin, fat = self._skin, self._fat
        self._see("skin_surface", t, dt, skin, before[skin], after[skin])
        basal = [
            self._basal.temperature(x, balance.H.size) for x in (balance.candidate.x, balance.x)
        ]
        self._see("basal_layer", t, dt, skin, *basal)
        of_fat = before[fat], after[fat]
        self._see("nerve_block", t, dt, fat, *of_fat)
        self._see("muscle", t, dt, self._muscle, before[self._muscle], after[self._muscle])
        self._dose("skin_below_freezing", "below freezing", t, dt, skin,
                   share_below(before[skin], after[skin], self._point))  # fmt: skip
        cold = fat[np.minimum(*of_fat) < self._cold]
        self._dose("nerve_cold", "cold", t, dt, cold,
                   share_below(before[cold], after[cold], self._cold))  # fmt: skip
        self._rewarm(t, dt, before[skin], after[skin])
        self._burns(t, dt, *basal)
        self._ice(freezing, t, dt, *basal)

    def _see(
        self, key: str, t: float, dt: float, nodes: Indices, before: Values, after: Values
    ) -> None:
        self.worst[key].follow(t, dt, before, after, self._points, nodes)

    def _dose(
        self, key: str, name: str, t: float, dt: float, nodes: Indices, share: Values
    ) -> None:
        """Add the ``share`` of the step to the times (s) of ``nodes``."""
        before = self.sums[name][nodes]
        after = before + dt * share
        self.sums[name][nodes] = after
        self._see(key, t, dt, nodes, before, after)

    def _rewarm(self, t: float, dt: float, before: Values, after: Values) -> None:
        lag = self.sums["lag"][self._skin]
        later = lagged(lag, before, after, dt, self._over)
        self.sums["lag"][self._skin] = later
        rates = [(T - L) / self._over for T, L in ((before, lag), (after, later))]
        self._see("rewarming", t, dt, self._skin, *rates)

    def _burns(self, t: float, dt: float, before: Values, after: Values) -> None:
        omega = self.sums["burn"][self._skin]
        later = omega.copy()
        self._burn.advance(later, before, after, dt)
        self.sums["burn"][self._skin] = later
        self._see("burn", t, dt, self._skin, omega, later)

    def _ice(self, freezing: Freezing, t: float, dt: float, before: Values, after: Values) -> None:
        """Probability of ice, and how cold the basal layer is where it holds some."""
        if freezing.possible:
            chance = 1.0 if freezing.iced else freezing.probability
            earlier = 1.0 if freezing.iced else self._probability
            self._probability = freezing.probability
            self.worst["ice"].follow(t, dt, np.array([earlier]), np.array([chance]), *_NOWHERE)
        if freezing.iced or self._equilibrium:
            holds = np.minimum(before, after) < self._point
            for key in ("melanocytes", "keratinocytes"):
                self._see(key, t, dt, self._skin[holds], before[holds], after[holds])

    # --- restart and result ------------------------------------------------------------------

    def merged(self) -> list[Worst]:
        """The worst of every limit over all ranks.  Collective."""
        return [worst.merged(self._comm) for worst in self.worst.values()]

    def memory(self) -> dict[str, Any]:
        """What was seen so far but the sums, the same on every rank.  Collective."""
        seen = {w.limit.key: w.to_list() for w in self.merged() if w.value is not None}
        return {"worst": seen, "probability": self._probability}

    def recall(self, memory: dict[str, Any]) -> None:
        """Take up what :meth:`memory` gave."""
        self._probability = memory["probability"]
        for key, seen in memory["worst"].items():
            self.worst[key].recall(seen)


_NOWHERE = np.empty((1, 0)), np.zeros(1, dtype=np.int64)
"""Points and nodes of what has no place."""

_SKIN = ("applicator", "room")
"""Conditions of surfaces that are skin."""


def _freezing_points(loaded: Loaded, operators: Operators) -> Values:
    """Freezing point (K) of water of the outermost tissue of every owned node; -inf if none."""
    points = np.full(operators.n_mesh, -np.inf)
    layers = list(zip(loaded.case.anatomy.layers, operators.stencils, strict=True))
    for layer, stencil in reversed(layers):
        tissue = loaded.tissues[layer.tissue]
        ice = loaded.ice.get(layer.tissue)
        point = freezing_point(tissue.model_copy(update={"ice": ice}))
        if tissue.water is not None:
            point = max(tissue.water.curve.kinks(), default=point)
        points[stencil.volume > 0.0] = point
    return points


class _Basal:
    """The layer at a depth under the skin, between skin nodes and the nodes below them."""

    def __init__(self, operators: Operators, skin: Indices, depth: Values, at: float) -> None:
        """Look for the node below each of ``skin``, the one most nearly so.  Collective."""
        n, n_ghosts, team = operators.n_mesh, operators.ghosts.size, operators.team
        x = operators.space.tabulate_dof_coordinates()[:n]
        is_skin = np.zeros(n)
        is_skin[skin] = 1.0
        known = np.zeros((5, n + n_ghosts))
        for row, own in zip(known, [*x.T, depth[:n], is_skin], strict=True):
            row[:n] = own
            team.update_ghosts(row, n)
        row = np.concatenate([s.row for s in operators.stencils])
        column = np.concatenate([s.column for s in operators.stencils])
        inward = (known[4, row] == 1.0) & (known[4, column] == 0.0)
        row, column = row[inward], column[inward]
        below = np.abs(known[3, column] - known[3, row])
        steep = below / np.linalg.norm(known[:3, column] - known[:3, row], axis=0)
        best = np.lexsort((-steep, row))
        row, column, below = row[best], column[best], below[best]
        _, first = np.unique(row, return_index=True)
        self._skin, self._n = skin, n
        self._below, self._share = skin.copy(), np.zeros(skin.size)
        place = np.searchsorted(skin, row[first])
        self._below[place] = column[first]
        deep = below[first] > 0.0
        self._share[place[deep]] = at / below[first][deep]

    def temperature(self, x: Values, n_owned: int) -> Values:
        """Temperature (K) there, of potentials ``x`` with ``n_owned`` before those of ghosts."""
        below = np.where(self._below < self._n, self._below, self._below - self._n + n_owned)
        outside = x[self._skin]
        return np.asarray(outside + self._share * (x[below] - outside))
