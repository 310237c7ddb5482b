"""Energy: the ledger against the law itself, at loose and tight tolerance.

The heat stored is integrated here from the tissues' own capacity and liquid fraction with
quadrature, and volumes are taken from the planes of the column; neither comes from the tables or
matrices that the march uses.
"""

import numpy as np
import pytest
from support.cases import cool, degC, even, graded, marched, plate, slab, tissue, treated, uniform

from cryosim.treatment.observe import ledger
from cryosim.verify.benchmarks.balance import everything, unexplained


@pytest.mark.parametrize("contact", [1500.0, "perfect"])
@pytest.mark.parametrize("tolerance", [1.0, 0.05, 0.001])
def test_the_ledger_explains_what_the_law_says_is_stored(contact, tolerance, tmp_path):
    """With laws that are linear between kinks on the grid of the tables, to rounding."""
    case = everything(tolerance, contact)
    assert unexplained(tmp_path, case, [50.0, 900.0, 1100.0, 1500.0, 2100.0]) < 1e-9


@pytest.mark.parametrize("contact", [1500.0, "perfect"])
@pytest.mark.parametrize("dimension", [2, 3])
def test_the_ledger_closes_where_plate_and_room_share_nodes(dimension, contact, tmp_path):
    """A plate on a part of the face: nodes of its rim belong to the room too."""
    case = everything(0.05, contact)
    case["dimension"] = dimension
    case["applicator"] |= {"size": ["8 mm", "6 mm"][: dimension - 1]}
    case["mesh"] = {"extent": ["16 mm", "12 mm"][: dimension - 1], "lateral": even(2e-3)}
    case["mesh"]["depth"] = graded(3e-4, 1.3, 3e-3)
    run = marched(tmp_path, case, [50.0, 900.0, 1100.0, 1500.0, 2100.0], [0.0])
    assert np.abs(run.entry("top")).max() > 0.0
    assert run.residual < 1e-9


def test_curved_laws_are_stored_as_exactly_as_their_tables(tmp_path):
    """A DSC peak of 2 K and a capacity that follows it, tabulated every 0.05 K."""
    peak = {"temperature": degC(8.0), "width": "2 K", "share": 1.0}
    fat = tissue(
        0.2, 911.0, 2348.0, heat_capacity_frozen="2000 J/kg/K",
        lipid={"latent_heat": "70 kJ/kg", "curve": {"kind": "peaks", "peaks": [peak]}},
    )  # fmt: skip
    case = slab(
        [("fat'", 0.02, fat)], depth=even(5e-4), tolerance=0.05, start=uniform(34.0),
        applicator=plate(300.0), protocol=[cool(-10.0, 1800.0)],
    )  # fmt: skip
    assert unexplained(tmp_path, case, [300.0, 900.0, 1800.0]) < 2e-5


def test_heat_removed_is_the_integral_of_the_flux_that_is_shown(tmp_path):
    """Trapezoidal in time over the kept steps, so only as good as the steps are short."""
    case = everything(0.002, 1500.0)
    treatment = treated(tmp_path, case)
    t, flux = [0.0], [treatment.balance.surface_power[0]]
    for _ in treatment.march([900.0]):
        t.append(treatment.t)
        flux.append(treatment.balance.surface_power[0])
        if treatment.t >= 900.0:
            break
    row = {k.split(" [")[0]: v for k, v in ledger(treatment).items()}
    assert row["applicator"] == pytest.approx(np.trapezoid(flux, t), rel=1e-3)
