"""Every benchmark of the suite, one line each, and what the suite does not cover."""

from cryosim.verify.benchmarks import (
    balance,
    bodies,
    freezing,
    invariance,
    layered,
    orders,
    pennes,
)
from cryosim.verify.results import Benchmark

DATA = "reference data by independent finite-volume codes and closed forms"
_CLOSED = "closed form"

# fmt: off
BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("v1", "Half-space under a held surface",
              "conduction, perfect contact, heat removed",
              "closed form, Carslaw & Jaeger 1959, 2.5", True, pennes.v1),
    Benchmark("v2", "Perfused half-space under a held surface",
              "conduction and perfusion", _CLOSED, True, pennes.v2),
    Benchmark("v3", "Fold between two plates",
              "two applicators in 1-D", "sine series", True, pennes.v3),
    Benchmark("v3_block", "Fold between two plates as a block",
              "quadrilaterals and hexahedra", "sine series", True, pennes.v3_block),
    Benchmark("v4", "Freezing at one temperature, equal phases",
              "latent heat, front", "Neumann, Carslaw & Jaeger 1959, 11.2", False, freezing.v4),
    Benchmark("v6", "Skin, fat, muscle: cooling and rewarming",
              "layers, perfusion, phases of a treatment",
              "finite differences with 0.04 K of their own error", True, layered.v6),
    Benchmark("b01_air", "Steady layers in air",
              "steady Pennes, Robin, flux", f"B01: {DATA}", True, layered.b01_air),
    Benchmark("b01_plate", "Steady layers under a plate",
              "steady Pennes reached by marching", f"B01: {DATA}", True, layered.b01_plate),
    Benchmark("b02a", "Perfused half-space under a film",
              "Robin, perfusion, metabolism, start off blood",
              "B02a: closed form with three error functions", True, pennes.b02a),
    Benchmark("b02b", "Perfused half-space, step of the surface",
              "perfect contact, early times", "B02b: closed form", True, pennes.b02b),
    Benchmark("b02c_flux", "Perfused half-space, constant flux",
              "prescribed flux", "B02c: closed form", True, pennes.b02c_flux),
    Benchmark("b02c_limited", "Plate that takes a largest flux",
              "flux limit and when it ends", f"B02c: {DATA}", True, pennes.b02c_limited),
    Benchmark("b03a", "Four layers, step of the plate",
              "layers, Robin", "B03a: Laplace inversion and eigenfunctions", True, layered.b03a),
    Benchmark("b03b", "Four layers, ramp of the plate",
              "schedule of a plate", "B03b: Laplace inversion", True, layered.b03b),
    Benchmark("b03c_layer", "Gel pad with its heat capacity",
              "gel as a layer of its own", "B03c: Laplace inversion", True, layered.b03c_layer),
    Benchmark("b03c_resistance", "Gel pad as a resistance",
              "gel without capacity", "B03c: Laplace inversion", True, layered.b03c_resistance),
    Benchmark("b04", "Freezing at one temperature, unlike phases",
              "latent heat, k and c of the solid", "B04: Neumann", True, freezing.b04),
    Benchmark("b05_constant", "Freezing over a range, constant properties",
              "mushy range", "B05: similarity in three zones", True, freezing.b05_constant),
    Benchmark("b05_varying", "Freezing over a range, properties that vary",
              "k(T), c(T), heat removed",
              "similarity by shooting, which reproduces B05", True, freezing.b05_varying),
    Benchmark("b06_slab", "Slab in a cold room",
              "both faces in the room, with and without blood",
              "B06: trigonometric series", True, bodies.b06_slab),
    Benchmark("b06_cylinder", "Cylinder in a cold room",
              "mesh file of triangles, curved skin",
              "B06: Bessel series", True, bodies.b06_cylinder),
    Benchmark("b06_brick", "Brick in a cold room",
              "all six faces, hexahedra", "B06: product of three slabs", False, bodies.b06_brick),
    Benchmark("b07", "Heated perfused box (tlmbht)",
              "3-D Pennes, held faces, fluxes into two faces",
              "B07: double series", False, bodies.b07),
    Benchmark("b08", "Every term of the energy balance",
              "phase change, vessels that respond, rewarming", f"B08: {DATA}", True, balance.b08),
    Benchmark("b10", "NAFEMS T3",
              "surface that oscillates", "B10: sine series; published 36.6 degC", True, pennes.b10),
    Benchmark("b11_corner", "Freezing from a corner",
              "phase change in 2-D",
              "B11: enthalpy method of 400 x 400; Rathjen & Jiji 1971", False, freezing.b11_corner),
    Benchmark("b12_boxes", "Manufactured solution, intervals and quadrilaterals",
              "order with k(T), c(T), latent heat, perfusion(T), Robin",
              "manufactured solution", True, orders.manufactured_column),
    Benchmark("b12_triangles", "Manufactured solution, triangles",
              "the same on triangles",
              "manufactured solution", False, orders.manufactured_triangles),
    Benchmark("b12_hexahedra", "Manufactured solution, hexahedra",
              "the same on hexahedra",
              "manufactured solution", False, orders.manufactured_hexahedra),
    Benchmark("b12_tetrahedra", "Manufactured solution, tetrahedra",
              "the same on tetrahedra",
              "manufactured solution", False, orders.manufactured_tetrahedra),
    Benchmark("mode_boxes", "Slowest mode of two layers, intervals and quadrilaterals",
              "order across an interface", "eigenfunction", False, orders.layers_in_boxes),
    Benchmark("mode_hexahedra", "Slowest mode of two layers, hexahedra",
              "order across an interface", "eigenfunction", False, orders.layers_in_hexahedra),
    Benchmark("mode_triangles", "Slowest mode of two layers, triangles",
              "order across an interface", "eigenfunction", False, orders.layers_in_triangles),
    Benchmark("mode_tetrahedra", "Slowest mode of two layers, tetrahedra",
              "order across an interface", "eigenfunction", False, orders.layers_in_tetrahedra),
    Benchmark("melting_order", "Freezing over a smooth range",
              "order with latent heat", "similarity by shooting", False, orders.melting_in_space),
    Benchmark("time_order", "Fixed steps",
              "order in time", "steps sixteen times shorter", True, orders.in_time),
    Benchmark("tolerance_order", "Adaptive steps",
              "error follows the tolerance", "steps far shorter", True, orders.in_tolerance),
    Benchmark("ledger", "Heat stored, by quadrature of the laws",
              "ledger against the law, at loose tolerance",
              "Gauss quadrature of the tissues' laws", True, balance.quadrature),
    Benchmark("ledger_rims", "Ledger where plate and room share nodes",
              "ledger in 2-D and 3-D", "identity", True, balance.rims),
    Benchmark("dimensions", "A column, a section and a block",
              "1-D = 2-D = 3-D", "identity", True, invariance.dimensions),
    Benchmark("symmetry", "Mirrors and a swap of axes",
              "no axis is favoured", "identity", True, invariance.symmetry),
    Benchmark("maximum_principle", "Nothing colder or warmer than the data",
              "discrete maximum principle, every step",
              "maximum principle", True, invariance.maximum_principle),
    Benchmark("integrators", "Explicit against implicit steps",
              "two ways to step", "each other", True, invariance.integrators),
    Benchmark("restart", "A run taken up half-way",
              "restart file", "the run in one go", True, invariance.restart),
    Benchmark("ranks", "All ranks together against one",
              "distribution over ranks", "the run on one rank", True, invariance.ranks),
)
# fmt: on

NOT_COVERED: tuple[tuple[str, str], ...] = (
    ("B05, mush with properties of its own", "not expressible: properties follow the solid share; "
     "b05_varying takes the reference with linear ones instead"),
    ("B06, sphere and finite cylinder", "not in this version: no such mesh is made here; the brick "
     "and the infinite cylinder stand for products and curved skin"),
    ("B07, B12 through a case file alone", "not expressible: a case has no flux at a side of a "
     "block and no source in space and time; mesh, operators and march are those of a case, the "
     "setting and the source are made in the suite"),
    ("B09, kinetics of injury in closed form", "not in this version of the suite"),
    ("B11, square of 8 x 8", "not in this version: the corner is the same phenomenon"),
    ("B13, skin burns of ASTM F1930", "not in this version: there is no law of burns"),
    ("Radiation, emissivity above 0", "only its share of the ledger is checked"),
    ("Order in time of implicit steps", "only their agreement with explicit ones is checked"),
    ("Wedges, pyramids, cells of higher order, curved cells", "not verified for order"),
    ("Figures and tables of results", "the tests of the project look after them"),
    ("Validation", "everything here is verification: the equations are solved right, not that "
     "they are the right equations"),
)  # fmt: skip
"""What a reader might expect here, and why it is not."""


def chosen(*, quick: bool) -> list[Benchmark]:
    """The quick suite or the whole one."""
    return [b for b in BENCHMARKS if b.quick or not quick]


def named(name: str) -> Benchmark:
    """The benchmark called ``name``."""
    return next(b for b in BENCHMARKS if b.name == name)
