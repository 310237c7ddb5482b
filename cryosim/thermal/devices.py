"""Devices fitted to surfaces of a body, marched along with it: a few numbers on every rank."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

from cryosim.physics.device import Drive, PlateState
from cryosim.thermal.marching import Team
from cryosim.thermal.network import Indices, Values

N_STATES = len(PlateState._fields)


@dataclass(frozen=True)
class Fitted:
    """A device during one phase; what it touches has ``area`` (m^2) over all ranks."""

    drive: Drive
    surfaces: tuple[int, ...]
    area: float
    conductance: float
    """Of its contact (W/m^2/K)."""
    start: float
    """Temperature (K) of the plate when it is put on."""
    since: float
    """When it was put on (s); a plate that loses touch for a while goes on as it was."""
    node: Indices
    """Owned mesh nodes of the skin that the sensor feels."""
    weight: Values
    """Share of each in the reading (1); all ranks together make 1."""


class Devices:
    """States of all devices of a body, those in use and those put aside.

    Changes of the states of those in use are kept in one flat array, one device after the other.
    """

    def __init__(self, n: int, team: Team) -> None:
        """Room for ``n`` devices."""
        self._team = team
        self.states = np.zeros((n, N_STATES))
        """Rows are :class:`cryosim.physics.device.PlateState`."""
        self.origin = np.zeros(n)
        """Temperature (K) at which each plate would have gained no heat so far."""
        self.since = np.full(n, np.nan)
        """When each was put on (s)."""
        self.fitted: dict[int, Fitted] = {}
        self.stage: tuple[Values, float] | None = None
        """Equation of an implicit stage: states ``base + beta * rates``."""

    @property
    def size(self) -> int:
        """Numbers in the states of the devices in use."""
        return N_STATES * len(self.fitted)

    @property
    def fastest(self) -> float:
        """Bound of their rates (1/s)."""
        rates = [f.drive.device.fastest(f.conductance) for f in self.fitted.values()]
        return max(rates, default=0.0)

    def fit(self, fitted: Mapping[int, Fitted]) -> list[int]:
        """Use the ``fitted`` ones from now on; return those that were put on anew."""
        new = [d for d, f in fitted.items() if f.since != self.since[d]]
        self.fitted = dict(fitted)
        return new

    def put_on(self, new: list[int], T: Values) -> None:
        """Give ``new`` ones their first state; ``T`` (K) is of owned nodes.  Collective.

        What an earlier plate had gained by the time it was taken off stays booked.
        """
        for d, skin in zip(self.fitted, self.skin(T), strict=True):
            if d in new:
                f, old = self.fitted[d], PlateState(*self.states[d])
                self.since[d] = f.since
                self.origin[d] += f.start - old.plate
                sensor = f.start if f.drive.device.sensor.at == "plate" else skin
                self.states[d] = PlateState(f.start, 0.0, sensor, old.taken, old.pumped)

    def skin(self, T: Values) -> Values:
        """Temperature (K) of the skin under each sensor in use.  Collective."""
        return self._team.total(np.array([f.weight @ T[f.node] for f in self.fitted.values()]))

    def after(self, change: Values) -> Values:
        """States of all devices after a ``change`` of those in use."""
        result = self.states.copy()
        result[list(self.fitted)] += change.reshape(-1, N_STATES)
        return result

    def show(self, states: Values, parameters: Values) -> None:
        """Enter plate temperatures into the exchange ``parameters`` of their surfaces."""
        for d, f in self.fitted.items():
            parameters[list(f.surfaces), 1] = states[d, 0]

    def flux_and_skin(self, power: Values, T: Values) -> tuple[Values, Values]:
        """Flux (W/m^2) that each plate takes and skin (K) under its sensor.  Collective.

        ``power`` is the heat (W) that enters this rank's nodes through each surface.
        """
        flux = [-power[list(f.surfaces)].sum() / f.area for f in self.fitted.values()]
        skin = [f.weight @ T[f.node] for f in self.fitted.values()]
        total = self._team.total(np.array(flux + skin))
        return total[: len(flux)], total[len(flux) :]

    def rates(
        self, t: float, states: Values, power: Values, T: Values, *, after: bool = False
    ) -> Values:
        """Rates of the ``states`` in use at ``t`` (s); see :meth:`flux_and_skin`.  Collective."""
        rates = [
            f.drive.rates(t, PlateState(*states[d]), q, skin, after=after)
            for (d, f), q, skin in zip(
                self.fitted.items(), *self.flux_and_skin(power, T), strict=True
            )
        ]
        return np.array(rates).ravel()

    def settled(self, t: float, power: Values, T: Values) -> Values:
        """States that satisfy the equation of the present implicit stage.  Collective.

        ``power`` is that with plates as they are; it answers to them through their contacts.
        """
        assert self.stage is not None  # noqa: S101  (narrows the type)
        base, beta = self.stage
        result = base.copy()
        for (d, f), q_kept, skin in zip(
            self.fitted.items(), *self.flux_and_skin(power, T), strict=True
        ):
            kept = self.states[d, :3]

            def excess(
                y: Values, d: int = d, f: Fitted = f, q_kept: float = q_kept,
                skin: float = skin, T_kept: float = kept[0],
            ) -> Values:  # fmt: skip
                q = q_kept - f.conductance * (y[0] - T_kept)
                rates = f.drive.rates(t, PlateState(y[0], y[1], y[2], 0.0, 0.0), q, skin)
                return np.asarray(y - base[d, :3] - beta * np.array(rates[:3]))

            result[d, :3] = root(excess, kept, tol=1e-12).x
        return result

    def deviation(self, change: Values) -> float:
        """Largest ``change`` (K) of the temperature of a plate or of a reading."""
        return float(np.abs(change.reshape(-1, N_STATES)[:, [0, 2]]).max(initial=0.0))
