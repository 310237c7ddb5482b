"""Energy: the ledger against the law itself, at loose and tight tolerance.

The heat stored is integrated here from the tissues' own capacity and liquid fraction with
quadrature, and volumes are taken from the planes of the column; neither comes from the tables or
matrices that the march uses.
"""

import numpy as np
import pytest
from support.cases import (
    cool,
    degC,
    even,
    graded,
    marched,
    melting,
    plate,
    slab,
    tissue,
    treated,
    uniform,
)
from support.energy import heat_of_column

from cryosim.treatment.observe import ledger

GEL = tissue(0.5, 1050.0, 3900.0)
REMEMBERING = {
    "kind": "ramp", "low": "5 degC", "high": "33 degC", "floor": 0.1, "persists": True
}  # fmt: skip
PAD = {"thickness": "1.5 mm", "tissue": "gel'", "temperature": "22 degC"}


def everything(tolerance, contact, **changes):
    """Freezing skin, crystallising fat, perfusion with memory, metabolism, gel, three phases."""
    upper = tissue(
        0.42, 1100.0, 3400.0, 4000.0, 300.0,
        conductivity_frozen="0.9 W/m/K", perfusion_response=REMEMBERING,
        water=melting(180e3, (-8.0, -1.0), (0.25, 1.0)),
    )  # fmt: skip
    middle = tissue(
        0.2, 915.0, 2250.0, 900.0, 50.0,
        conductivity_frozen="0.24 W/m/K", perfusion_response=REMEMBERING,
        lipid=melting(70e3, (2.0, 9.0, 14.0), (0.0, 0.7, 1.0)),
    )  # fmt: skip
    gel = {} if contact == "perfect" else {"gel": PAD}
    return slab(
        [("upper", 0.0015, upper | changes), ("middle", 0.02, middle | changes)],
        depth=graded(2e-4, 1.1, 1e-3),
        tolerance=tolerance,
        gels={"gel'": GEL} if gel else {},
        room={"temperature": "23 degC", "film": "9 W/m^2/K", "emissivity": 0.5},
        applicator=plate(contact, start_temperature="30 degC", **gel),
        protocol=[
            cool(-12.0, 900.0, ramp="100 s", perfusion=0.5),
            {"phase": "remove", "duration": "300 s"},
            cool(-5.0, 300.0),
            {"phase": "remove", "duration": "600 s"},
        ],
    )


def unexplained(folder, case, times):
    """Heat that the law says is stored but the ledger does not, over the heat exchanged."""
    treatment = treated(folder, case)
    before, off, exchanged = _bare_heat(treatment), [], 1.0
    for landed in treatment.march(times):
        if landed:
            row = {k.split(" [")[0]: v for k, v in ledger(treatment).items()}
            incoming = sum(
                row.get(name, 0.0)
                for name in (
                    "perfusion", "metabolism", *treatment.frame.conditions,
                    "gel put on and taken off",
                )
            )  # fmt: skip
            off.append(heat_of_column(treatment) - before - incoming)
            exchanged = max(exchanged, abs(row["applicator"]))
    return np.abs(off).max() / exchanged


def _bare_heat(treatment):
    """Heat before the first phase put its gel on."""
    pads = heat_of_column(treatment) - treatment.balance.pad_heat
    held = treatment.balance.ledger[2:].sum()
    return pads - held


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
