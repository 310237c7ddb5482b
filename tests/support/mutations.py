"""Bugs on purpose: each changes cryosim through pytest's ``monkeypatch``."""

from dataclasses import replace

from cryosim.fem import implicit, operators
from cryosim.physics import tables
from cryosim.physics.blood import BloodFlow
from cryosim.physics.exchange import Exchange
from cryosim.thermal import arena, chebyshev, kernels
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.crystals import Crystals


def conductivity_two_percent_high(monkeypatch):
    build = arena.build

    def wrong(*args):
        net = build(*args)
        return net._replace(conduction=1.02 * net.conduction)

    monkeypatch.setattr(arena, "build", wrong)


def conductivity_at_the_warm_value(monkeypatch):
    """The change of conductivity with the solid share is forgotten."""
    monkeypatch.setattr("cryosim.thermal.network.conducts_evenly", lambda _: True)


def latent_heat_dropped(monkeypatch):
    parts = tables._parts

    def wrong(tissue, T):
        sensible, lipid, water = parts(tissue, T)
        return sensible, 0.0 * lipid, 0.0 * water

    monkeypatch.setattr(tables, "_parts", wrong)


def latent_heat_two_percent_high(monkeypatch):
    parts = tables._parts

    def wrong(tissue, T):
        sensible, lipid, water = parts(tissue, T)
        return sensible, 1.02 * lipid, 1.02 * water

    monkeypatch.setattr(tables, "_parts", wrong)


def capacity_at_the_warm_value(monkeypatch):
    """The change of heat capacity with the solid share is forgotten."""
    parts = tables._parts

    def wrong(tissue, T):
        return parts(tissue.model_copy(update={"heat_capacity_frozen": None}), T)

    monkeypatch.setattr(tables, "_parts", wrong)


def film_heats_what_it_should_cool(monkeypatch):
    exchange = kernels.exchange

    def wrong(node, surface, area, parameters, *rest):
        parameters = parameters.copy()
        parameters[:, 0] *= -1.0
        exchange(node, surface, area, parameters, *rest)

    monkeypatch.setattr(kernels, "exchange", wrong)


def film_one_percent_high(monkeypatch):
    exchange = kernels.exchange

    def wrong(node, surface, area, parameters, *rest):
        parameters = parameters.copy()
        parameters[:, 0] *= 1.01
        exchange(node, surface, area, parameters, *rest)

    monkeypatch.setattr(kernels, "exchange", wrong)


def plate_one_step_late(monkeypatch):
    """The plate's temperature is taken two seconds ago."""
    parameters = Exchange.parameters
    monkeypatch.setattr(Exchange, "parameters", lambda self, t: parameters(self, t - 2.0))


def flux_limit_ignored(monkeypatch):
    exchange = kernels.exchange

    def wrong(node, surface, area, parameters, *rest):
        parameters = parameters.copy()
        parameters[:, 2] = float("inf")
        exchange(node, surface, area, parameters, *rest)

    monkeypatch.setattr(kernels, "exchange", wrong)


def perfusion_two_percent_high(monkeypatch):
    conductance = BloodFlow.conductance
    monkeypatch.setattr(BloodFlow, "conductance", lambda *args: 1.02 * conductance(*args))


def perfusion_at_rest_always(monkeypatch):
    """Vessels do not respond to the cold."""
    tabulate = tables.tabulate

    def wrong(tissues, *rest):
        made, storage = tabulate(tissues, *rest)
        column = made.curve[:, :, tables.PERFUSION]
        column[:] = column.max(axis=1, keepdims=True)
        made.curve[:, :, tables.PERFUSION + 1] = 0.0
        return made, storage

    monkeypatch.setattr("cryosim.treatment.build.tabulate", wrong)


def ledger_by_the_rates_at_the_end(monkeypatch):
    """The ledger takes the right-rectangle sum instead of the weights of the method."""
    attempt = HeatBalance.attempt

    def wrong(self, t, dt):
        error = attempt(self, t, dt)
        self.candidate.heat = dt * self.candidate.rates
        return error

    monkeypatch.setattr(HeatBalance, "attempt", wrong)


def held_nodes_not_booked(monkeypatch):
    monkeypatch.setattr(HeatBalance, "_book_held", lambda *_: None)


def crystals_two_percent_warmer(monkeypatch):
    """The latent heat of crystals with a rate is too high, in the books as well."""
    right = Crystals.__init__

    def wrong(self, *given):
        right(self, *given)
        self._latent = 1.02 * self._latent
        self.weight = 1.02 * self.weight

    monkeypatch.setattr(Crystals, "__init__", wrong)


def crystals_grow_at_once(monkeypatch):
    """No supercooling: crystals grow on the curve on which they melt."""
    right = Crystals.__init__

    def wrong(self, law, *given):
        right(self, law.model_copy(update={"supercooling": 0.0}), *given)

    monkeypatch.setattr(Crystals, "__init__", wrong)


def error_estimate_ignored(monkeypatch):
    monkeypatch.setattr(HeatBalance, "_error", lambda *_: 1e-3)


def conduction_by_full_quadrature(monkeypatch):
    """Flat boxes get positive entries off the diagonal; no guard of the march looks."""
    monkeypatch.setattr(operators, "_VERTEX_RULE", {"quadrature_degree": 2})
    monkeypatch.setattr(HeatBalance, "_stay_within_bounds", lambda _: None)


def explicit_stages_of_first_order(monkeypatch):
    """The last stage of a step is three percent too long."""
    coefficients = chebyshev.coefficients

    def wrong(s):
        made = coefficients(s)
        mu_tilde = made.mu_tilde.copy()
        mu_tilde[s] *= 1.03
        return replace(made, mu_tilde=mu_tilde)

    monkeypatch.setattr(chebyshev, "coefficients", wrong)


def implicit_steps_of_first_order(monkeypatch):
    """The weights of the last stage of TR-BDF2 are off by one part in twenty."""
    monkeypatch.setattr(implicit, "_W", 0.95 * implicit._W)


ALL = {
    f.__name__: f
    for f in (
        conductivity_two_percent_high, conductivity_at_the_warm_value, latent_heat_dropped,
        latent_heat_two_percent_high, capacity_at_the_warm_value, film_heats_what_it_should_cool,
        film_one_percent_high, plate_one_step_late, flux_limit_ignored, perfusion_two_percent_high,
        perfusion_at_rest_always, ledger_by_the_rates_at_the_end, held_nodes_not_booked,
        error_estimate_ignored, conduction_by_full_quadrature, explicit_stages_of_first_order,
        implicit_steps_of_first_order, crystals_two_percent_warmer, crystals_grow_at_once,
    )
}  # fmt: skip
