"""Error bands of sections and blocks hold the true error in at least 95 % of the numbers.

The truth is exact where a product of series gives it.  Elsewhere it is the same case on cells
smaller by ``FINER`` in each direction with the tolerance to go with them: its own error is smaller
by the square of that, a quarter.
"""

import pytest
from support.cases import written
from support.coverage import finer, held, share
from support.products import block, exact

from cryosim.case.load import load

FINER = 2.0

PRODUCTS = [(400.0, 6.0, 600.0), (150.0, 5.0, 900.0), (250.0, 3.0, 1200.0)]
"""Contact and film (W/m^2/K), duration (s)."""

MESH = """
[mesh]
MARGIN
depth = { finest = "0.4 mm", growth = 1.1, coarsest = "1.5 mm" }
lateral = { finest = "1.2 mm", growth = 1.2, coarsest = "3 mm" }
[output]
every = "2 min"
"""

MARGIN = {2: 'margin = "15 mm"', 3: 'extent = ["30 mm", "27 mm"]'}

PLATE = "applicator = { size = SIZE, contact_conductance = '400 W/m^2/K' }"
LAYERS = """
anatomy.layers = [
    { tissue = "skin", thickness = "2.2 mm" },
    { tissue = "fat", thickness = "20 mm" },
    { tissue = "muscle", thickness = "10 mm" },
]
"""
PROTOCOL = """
[[protocol]]
phase = "cool"
temperature = "-11 degC"
ramp = "60 s"
duration = "30 min"
[[protocol]]
phase = "remove"
duration = "20 min"
"""
PLAIN = LAYERS + PLATE + PROTOCOL

LATENT = """
[tissue.fat.lipid]
latent_heat = "70 kJ/kg"
curve = { kind = "table", temperature = ["2 degC", "14 degC"], liquid = [0.0, 1.0] }
"""
GEL = (
    "contact_conductance = '2000 W/m^2/K', gel = { thickness = '1.2 mm', temperature = '22 degC' }"
)
FOLD = """
anatomy.layers = [
    { tissue = "skin", name = "near skin", thickness = "2 mm" },
    { tissue = "fat", thickness = "30 mm" },
    { tissue = "skin", name = "far skin", thickness = "2 mm" },
]
anatomy.faces = { bottom = "room", x_min = "core", x_max = "room" }
applicator = [
    { name = "near", face = "top", size = SIZE, contact_conductance = "500 W/m^2/K" },
    { name = "far", face = "bottom", size = SIZE, contact_conductance = "500 W/m^2/K" },
]
"""
TWO = """
applicator = [
    { name = "left", size = SIZE, centre = [LEFT] },
    { name = "right", size = SIZE, centre = [RIGHT] },
]
"""
LIMITED = "flux_limit = '80 mW/cm^2', contact_conductance"

VARIANTS = {
    "plain": PLAIN,
    "short": PLAIN.replace("30 min", "8 min"),
    "mild": PLAIN.replace("-11 degC", "-5 degC"),
    "latent": PLAIN + LATENT,
    "gel": PLAIN.replace("contact_conductance = '400 W/m^2/K'", GEL),
    "limited": PLAIN.replace("contact_conductance", LIMITED),
    "fold": FOLD + PROTOCOL,
    "two": LAYERS + TWO + PROTOCOL,
    "small": PLAIN.replace("SIZE", "SMALL"),
}  # fmt: skip

IN_THREE = ("latent", "gel", "limited", "fold")
"""Those that are run as blocks too."""


def case(folder, dimension, text):
    """A section, or a block that is a quarter: the plate lies in a corner of insulated sides.

    A block is treated for a shorter time.
    """
    if dimension == 2:
        words = {"SIZE": '["30 mm"]', "SMALL": '["12 mm"]', "LEFT": '"-20 mm"', "RIGHT": '"20 mm"'}
    else:
        words = {"SIZE": '["15 mm", "12 mm"], centre = ["7.5 mm", "7.5 mm"]'}
        text = text.replace("x_max", "y_min").replace("30 min", "12 min").replace("20 min", "8 min")
    for word, value in words.items():
        text = text.replace(word, value)
    mesh = MESH.replace("MARGIN", MARGIN[dimension])
    path = folder / "case.toml"
    path.write_text(f'title = "block"\ndimension = {dimension}\n{text}{mesh}')
    return load(path)


@pytest.mark.parametrize("dimension", [2, 3])
def test_bands_hold_the_error_against_exact_products(dimension, tmp_path):
    found = {
        of: held(load(written(tmp_path, block(dimension, *of, 1e-3))), exact(dimension, *of))
        for of in PRODUCTS
    }
    part, count = share(found)
    assert count > 12
    assert part >= 0.95, found


@pytest.mark.slow
@pytest.mark.parametrize(("dimension", "names"), [(2, tuple(VARIANTS)), (3, IN_THREE)])
def test_bands_hold_the_error_against_finer_cells(dimension, names, tmp_path):
    found = {}
    for name in names:
        loaded = case(tmp_path, dimension, VARIANTS[name])
        found[name] = held(loaded, finer(loaded, FINER))
    part, count = share(found)
    assert count > 9 * len(names)
    print(f"{dimension}-D: {part:.3f} of {count}")
    assert part >= 0.95, {k: [n for n, ok in v.items() if not ok] for k, v in found.items()}
