"""Runs with a bug on purpose must fail the gate that is there for it."""

import pytest
from support import mutations

from cryosim.errors import NumericalError
from cryosim.verify.registry import named

CAUGHT = [
    ("conductivity_two_percent_high", "v1"),
    ("conductivity_two_percent_high", "b01_plate"),
    ("conductivity_at_the_warm_value", "b05_varying"),
    ("capacity_at_the_warm_value", "b05_varying"),
    ("latent_heat_dropped", "v4"),
    ("latent_heat_two_percent_high", "b05_constant"),
    ("film_heats_what_it_should_cool", "b02a"),
    ("film_one_percent_high", "b01_air"),
    ("plate_one_step_late", "b03b"),
    ("flux_limit_ignored", "b02c_limited"),
    ("perfusion_two_percent_high", "v2"),
    ("perfusion_at_rest_always", "b08"),
    ("ledger_by_the_rates_at_the_end", "b03a"),
    ("held_nodes_not_booked", "v3"),
    ("crystals_two_percent_warmer", "crystals_loop"),
    ("crystals_grow_at_once", "crystals_loop"),
    ("error_estimate_ignored", "v1"),
    ("conductivity_at_the_warm_value", "b12_boxes"),
    ("perfusion_at_rest_always", "b12_boxes"),
    ("film_one_percent_high", "b12_boxes"),
    ("ledger_by_the_rates_at_the_end", "ledger"),
    ("film_one_percent_high", "b06_finite_cylinder"),
    ("conduction_by_full_quadrature", "maximum_principle"),
    ("explicit_stages_of_first_order", "time_explicit"),
    ("implicit_steps_of_first_order", "time_implicit"),
]


@pytest.mark.parametrize(("mutation", "name"), CAUGHT)
def test_the_gate_catches(mutation, name, monkeypatch, tmp_path):
    mutations.ALL[mutation](monkeypatch)
    try:
        results = named(name).compute(tmp_path)
    except NumericalError:
        return
    assert [result for result in results if not result.passes]


def test_every_mutation_is_tried():
    assert {mutation for mutation, _ in CAUGHT} == set(mutations.ALL)
