"""Laws with a bug on purpose must fail the benchmark that is there for them."""

import numpy as np
import pytest
from support import mutations

from cryosim.injury import arrhenius
from cryosim.outcome import StageChain
from cryosim.physics import crystallisation
from cryosim.verify.registry import named


def avrami_by_its_rate(monkeypatch):
    """The differential form, which never leaves ``X = 0``."""

    def wrong(X, K_dt, before, after, n):  # noqa: ARG001
        h = 1.0 - X / after
        X += after * n * K_dt * h * (-np.log(h)) ** ((n - 1.0) / n)

    monkeypatch.setattr(crystallisation, "_nakamura", wrong)


def rate_of_the_beginning(monkeypatch):
    """First order in the step."""
    advance = crystallisation.Nakamura.advance
    monkeypatch.setattr(
        crystallisation.Nakamura, "advance",
        lambda self, X, before, after, dt: advance(self, X, before, before, dt),  # noqa: ARG005
    )  # fmt: skip


def reverse_reaction_of_an_order_too_high(monkeypatch):
    right = crystallisation._foubert
    monkeypatch.setattr(
        crystallisation, "_foubert",
        lambda X, K_dt, before, after, n, seed: right(X, K_dt, before, after, n + 1.0, seed),
    )  # fmt: skip


def chain_of_one_euler_step(monkeypatch):
    def wrong(self, dt):
        r = np.array(self.rates) * dt
        return np.eye(r.size + 1) + np.diag(-np.append(r, 0.0)) + np.diag(r, -1)

    monkeypatch.setattr(StageChain, "transition", wrong)


def stages_in_the_wrong_order(monkeypatch):
    right = StageChain.transition
    monkeypatch.setattr(
        StageChain, "transition", lambda self, dt: right(StageChain(rates=self.rates[::-1]), dt)
    )


def burns_from_50_degC(monkeypatch):
    only = arrhenius.BurnIntegral(branches=arrhenius.WEAVER_STOLL[1:])
    monkeypatch.setattr("cryosim.verify.benchmarks.burns.BurnIntegral", lambda: only)


def activation_one_per_mille_low(monkeypatch):
    right = arrhenius._advance
    monkeypatch.setattr(arrhenius, "_advance", lambda *given: right(*given[:-1], 0.999 * given[-1]))


CAUGHT = [
    (avrami_by_its_rate, "b09_avrami"),
    (rate_of_the_beginning, "b09_nakamura"),
    (reverse_reaction_of_an_order_too_high, "b09_foubert"),
    (chain_of_one_euler_step, "b09_chain"),
    (chain_of_one_euler_step, "b09_erlang"),
    (stages_in_the_wrong_order, "b09_chain"),
    (activation_one_per_mille_low, "b09_arrhenius"),
    (activation_one_per_mille_low, "b13"),
    (burns_from_50_degC, "b13"),
    (mutations.conductivity_two_percent_high, "b13"),
    (mutations.perfusion_two_percent_high, "b09_pennes"),
]


@pytest.mark.parametrize(("mutation", "name"), CAUGHT, ids=lambda x: getattr(x, "__name__", x))
def test_the_gate_catches(mutation, name, monkeypatch, tmp_path):
    mutation(monkeypatch)
    assert [result for result in named(name).compute(tmp_path) if not result.passes]
