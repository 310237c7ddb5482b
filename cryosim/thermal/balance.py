"""The state that is marched: enthalpy of every node, and a ledger of every joule.

The ledger is advanced by the same Chebyshev recurrence as the state, so what enters through each
surface, with blood and by metabolism equals the change of enthalpy to rounding, at any tolerance.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np

from cryosim.errors import NumericalError
from cryosim.physics.exchange import Exchange
from cryosim.thermal import kernels
from cryosim.thermal.arena import Arena, Body, Setting, arrange, stored_heat
from cryosim.thermal.chebyshev import Chebyshev
from cryosim.thermal.crystals import Crystals
from cryosim.thermal.devices import Devices
from cryosim.thermal.marching import Accuracy, Candidate, Integrator, Team, Work
from cryosim.thermal.network import Indices, Values, apparent_capacity
from cryosim.thermal.transition import passage
from cryosim.units import ZERO_CELSIUS


class HeatBalance:
    """Enthalpy state of a body: ``begin`` a setting, then ``attempt`` and ``keep`` steps.

    Local to this rank but for ``attempt`` and ``begin``, which are collective.
    """

    def __init__(
        self,
        body: Body,
        team: Team,
        T: Values,
        accuracy: Accuracy,
        integrator: Integrator | None = None,
        crystals: Crystals | None = None,
    ) -> None:
        """Start at ``T`` (K) of owned mesh nodes; ``crystals`` keep their latent heat."""
        self.body, self._team, self._accuracy = body, team, accuracy
        self.integrator, self.crystals = integrator or Chebyshev(), crystals
        self.work = Work()
        self.coldest = T.copy()
        self.pad_heat = self.shape_heat = 0.0
        self.ledger = np.zeros(kernels.LEDGER_SURFACES + len(body.surfaces))
        self.devices = Devices(len(body.surfaces), team)
        insulated = Setting([Exchange()] * len(body.surfaces))
        arena = arrange(body, insulated, accuracy.bounds[1])
        H = np.empty(T.size)
        kernels.enthalpies(arena.net, body.tables, T, H)
        self._enter(arena, H, T)

    @property
    def T(self) -> Values:
        """Temperature (K) of owned nodes: those of the mesh, then those of pads."""
        return self.x[: self.H.size]

    @property
    def T_mesh(self) -> Values:
        """Temperature (K) of owned mesh nodes."""
        return self.x[: self.body.n_mesh]

    @property
    def setting(self) -> Setting:
        """What holds at present."""
        return self._arena.setting

    @property
    def stored(self) -> Values:
        """Sensible, lipid latent and water latent heat (J) of this rank."""
        latent = 0.0 if self.crystals is None else self.crystals.stored
        stored = stored_heat(self.net, self.body.storage, self.T)
        stored[1] += latent
        return stored

    @property
    def entries(self) -> Values:
        """The ledger (J), then what pads and changes of shape brought, this rank's."""
        return np.append(self.ledger, [self.pad_heat, self.shape_heat])

    @property
    def surface_power(self) -> Values:
        """Heat (W) that enters this rank's nodes through each surface now."""
        return self.rates[kernels.LEDGER_SURFACES : self.ledger.size]

    # --- phases ----------------------------------------------------------------------------

    def begin(self, setting: Setting, t: float) -> None:
        """Take up ``setting`` at time ``t`` (s); pads and the shape may change."""
        arena = arrange(self.body, setting, self._accuracy.bounds[1])
        now = passage(self._arena, arena, self.body.tables, self.H, self.T, self.body.n_mesh)
        self.pad_heat += now.pad_heat
        self.shape_heat += now.shape_heat
        fresh = self._enter(arena, now.H, now.T)
        self._hold(t)
        self.devices.put_on(fresh, self.T)
        self.rates = self.rates_at(self.x, t, self.F)

    def restore(
        self, setting: Setting, t: float, H: Values, coldest: Values, pads: Callable[[], Values]
    ) -> None:
        """Take up ``setting`` with a state that was saved within it; ``pads`` yields theirs.

        Ledger and devices are to be set before.
        """
        arena = arrange(self.body, setting, self._accuracy.bounds[1])
        self.coldest = coldest.copy()
        self._arena = arena
        H = np.concatenate([H, pads()])
        self._enter(arena, H, np.full(H.size, ZERO_CELSIUS))
        self.rates = self.rates_at(self.x, t, self.F)

    def _enter(self, arena: Arena, H: Values, T: Values) -> list[int]:
        """Make room for the nodes of ``arena`` and set its state; return devices fitted anew."""
        n = arena.net.held.size
        self._arena, self.net = arena, arena.net
        self.H = H.copy()
        self.x, self.F = np.zeros(arena.net.n_potentials), np.zeros(n)
        self.pour(0.0)
        if self.crystals is not None:
            self.shape_heat += self.crystals.take_up(arena.net)
        fresh = self.devices.fit(arena.setting.devices)
        self.candidate = Candidate(n, arena.net.n_potentials, self.ledger.size + self.devices.size)
        kernels.temperatures(self.net, self.body.tables, H, T, self.x[:n])
        kernels.put_all(self.net, self.body.tables, self.x[:n].copy(), self.x)
        before, self.coldest = self.coldest, np.full(n, np.inf)
        self.coldest[: self.body.n_mesh] = before[: self.body.n_mesh]
        bound = max(arena.spectral_bound, self.devices.fastest)
        self.spectral_radius = self._team.largest(bound)
        return fresh

    def _hold(self, t: float) -> None:
        """Bring held nodes to their prescribed temperature; their surface pays for the jump."""
        before = self.H.copy()
        kernels.first_stage(
            self.net, self.body.tables, self.x.copy(), before, self.F, 0.0, self.holding(t),
            self.H, self.x,
        )  # fmt: skip
        self._book_held(self.H - before)

    def holding(self, t: float) -> Values:
        """Temperature (K) that each surface prescribes at ``t`` (s), should it hold its nodes."""
        return np.array([law.temperature.at(t) for law in self._arena.setting.exchange])

    def _book_held(self, change: Values) -> None:
        """Book the ``change`` of enthalpy (J) of held nodes to the surfaces that hold them."""
        n = len(self.body.surfaces)
        paid = np.bincount(self.net.held, change, minlength=n + 1)[1:]
        self.ledger[kernels.LEDGER_SURFACES :] += paid

    # --- steps -----------------------------------------------------------------------------

    def attempt(self, t: float, dt: float) -> float:
        """Try to step from ``t`` by ``dt`` (s); return the error in units of the tolerance."""
        self.integrator.propose(self, t, dt)
        self.dt = dt
        error = self._error()
        self.work.rejected += not error <= 1.0
        return error

    def keep(self) -> None:
        """Make the attempted state the kept one.  Collective."""
        new = self.candidate
        self.ledger += new.heat[: self.ledger.size]
        self.devices.states = self.states_after(new.heat)
        self._book_held(np.where(self.net.held > 0, new.H - self.H, 0.0))
        if self.crystals is not None:
            self._book_held(-self.crystals.keep(self.net.held > 0, self.dt))
        self.H, new.H = new.H, self.H
        self.x, new.x = new.x, self.x
        self.F, new.F = new.F, self.F
        self.rates, new.rates = new.rates, self.rates
        np.minimum(self.coldest, self.T, out=self.coldest)
        self.work.steps += 1
        self._stay_within_bounds()

    def rehearse(self) -> None:
        """Go through a tiny step and forget it: compiles or loads every kernel beforehand."""
        work = self.work
        self.work = Work()
        self.attempt(0.0, 1e-6)
        self.within(0.5, np.zeros(1, dtype=np.int64) if self.H.size else np.empty(0, np.int64))
        self.work = work

    def within(self, s: float, nodes: Indices, *, kept: bool = True) -> Values:
        """Temperature (K) of ``nodes`` at the fraction ``s`` of the step kept, or tried, last."""
        first, last = (self.candidate, self) if kept else (self, self.candidate)
        F_first, F_last = first.F, last.F
        if self.crystals is not None:
            F_first, F_last = (F + self.crystals.heat / self.dt for F in (F_first, F_last))
        T = np.empty(nodes.size)
        kernels.between(
            self.net, self.body.tables, nodes, self.x, first.H, last.H, F_first, F_last,
            self.dt, s, T,
        )  # fmt: skip
        return T

    @property
    def T_before(self) -> Values:
        """Temperature (K) of owned nodes before the step kept last."""
        return self.candidate.x[: self.H.size]

    def heat_rates(self, T: Values, t: float) -> Values:
        """Heat (W) into owned nodes if they had the temperature ``T`` (K) at ``t`` (s).

        Collective; leaves the potentials at ``T`` but the state as it is.
        """
        return self.heat_and_rates(T, t)[0]

    def heat_and_rates(self, T: Values, t: float) -> tuple[Values, Values]:
        """As :meth:`heat_rates`, with the rates of the ledger (W)."""
        kernels.put_all(self.net, self.body.tables, T, self.x)
        F = np.empty_like(self.F)
        if self.devices.stage is None or not self.devices.size:
            return F, self.rates_at(self.x, t, F)
        power = self.surroundings(self.x, t)[kernels.LEDGER_SURFACES : self.ledger.size]
        return F, self.rates_at(self.x, t, F, self.devices.settled(t, power, T))

    def capacity(self, T: Values) -> Values:
        """Apparent heat capacity (J/K) of owned nodes at ``T`` (K)."""
        return apparent_capacity(self.net, self.body.tables, T)

    def largest(self, local: float) -> float:
        """Largest of all ranks.  Collective."""
        return self._team.largest(local)

    def update_ghosts(self, x: Values) -> None:
        """Copy what owned mesh nodes have in ``x`` to their ghosts.  Collective."""
        self._team.update_ghosts(x, self.H.size)

    def rates_at(self, x: Values, t: float, F: Values, states: Values | None = None) -> Values:
        """Fill ``F`` with the heat into owned nodes (W) at ``t``; return the ledger's rates.

        Those of the devices follow; ``states`` are theirs if not the present ones.
        """
        ledger = self.surroundings(x, t, states)
        perfusion = self.perfusion_at(t)
        kernels.rates(self.net, self.body.tables, x, self.coldest, perfusion, self.into, ledger, F)
        self.work.products += 1
        return ledger

    def pour(self, power: Values | float) -> None:
        """Let ``power`` (W) enter owned nodes from now on, beside what the setting says."""
        self.poured = self._arena.heat + power
        self.into = self.poured.copy()

    def perfusion_at(self, t: float) -> Values:
        """Factor on perfusion at every owned node at ``t`` (s)."""
        return self._arena.perfusion_at(t)

    def surroundings(self, x: Values, t: float, states: Values | None = None) -> Values:
        """Update ghosts of ``x`` and the exchange with what surrounds the body at ``t`` (s)."""
        arena, devices = self._arena, self.devices
        states = devices.states if states is None else states
        self._team.update_ghosts(x, self.H.size)
        kernels.put_ghosts(self.net, self.body.tables, x)
        laws = [law.parameters(t) for law in arena.setting.exchange]
        parameters = np.array(laws).reshape(len(laws), -1)
        devices.show(states, parameters)
        ledger = np.zeros(self.ledger.size + devices.size)
        ledger[kernels.LEDGER_SOURCE] = arena.absorbed
        kernels.exchange(
            arena.node, arena.surface, arena.area, parameters, self.poured, x, self.into, ledger
        )
        if devices.size:
            power = ledger[kernels.LEDGER_SURFACES : self.ledger.size]
            ledger[self.ledger.size :] = devices.rates(t, states, power, x)
        return ledger

    def states_after(self, change: Values) -> Values:
        """States of devices after a ``change`` of the ledger and of them."""
        after = change[self.ledger.size :]
        return self.devices.after(after) if after.size else self.devices.states

    def look_ahead(self, t: float) -> None:
        """Let devices follow their set points from ``t`` (s) on, should they bend there."""
        if self.devices.size:
            self.rates[self.ledger.size :] = self.devices.rates(
                t, self.devices.states, self.surface_power, self.x, after=True
            )

    def _error(self) -> float:
        """Error of the candidate in units of the tolerance; NaN if it broke down."""
        new = self.candidate
        local = kernels.squared_error(
            self.net, self.body.tables, new.x, new.H, new.estimate, self._arena.weight
        )
        beside = max(new.plate_error / self._accuracy.tolerance, new.reaction_error)
        return max(self._in_tolerances(local), beside)

    def size_in_tolerances(self, T: Values) -> float:
        """Size of the temperature difference ``T`` (K) in units of the tolerance.  Collective."""
        return self._in_tolerances(float(self._arena.weight @ T**2))

    def _in_tolerances(self, squared: float) -> float:
        """Units of the tolerance in this rank's sum of capacity times ``squared`` error (J K)."""
        total = float(self._team.total(np.array([squared]))[0])
        if not total >= 0.0:
            return float("nan")
        return sqrt(total / self._accuracy.capacity) / self._accuracy.tolerance

    def _stay_within_bounds(self) -> None:
        """Stop, on every rank alike, if a temperature is one that the data cannot make."""
        low, high = self._accuracy.bounds
        excess = np.maximum(low - self.T, self.T - high)
        if self._team.largest(float(excess.max(initial=-np.inf))) <= 0.0:
            return
        message = None
        if excess.max(initial=-np.inf) > 0.0:
            node = int(excess.argmax())
            place = self._accuracy.where(node) if node < self.body.n_mesh else "the gel pad"
            message = (
                f"{self.T[node] - ZERO_CELSIUS:.2f} degC at {place} lies outside what the case "
                f"allows, {low - ZERO_CELSIUS:.2f} to {high - ZERO_CELSIUS:.2f} degC; "
                "look for a source, a flux or a device that is too strong, or tighten "
                "numerics.tolerance"
            )
        raise NumericalError(self._team.first(message))
