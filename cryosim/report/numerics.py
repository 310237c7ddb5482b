"""The sections of the numbers: every quantity with its error, energy, and what computed them."""

from typing import Any

import h5py

from cryosim import __version__
from cryosim.output.fields import FIELDS_FILE, open_fields
from cryosim.report.blocks import Fold, Section, Source, Words
from cryosim.report.cells import Number, Row, Table
from cryosim.report.ledger import UNITS, entries, ledger
from cryosim.report.run import Run
from cryosim.report.summary import least
from cryosim.report.words import apart_in, capital, measure, number, printed, size

BANDS = (
    "Not estimated in this run. To have the numerical error of every quantity beside it, run the "
    "case with --error-bands (a third to a half more time in a block); cryosim verify CASE solves "
    "it on three meshes."
)
ROUNDING = 1e-9
"""A smaller share of the value is rounding."""


def quantities(run: Run) -> Section:
    """Every quantity with its error band."""
    found = run.told["quantities"]
    banded = any(x["band"] is not None for x in found.values())
    head = ["quantity", "value", *(["numerical error"] if banded else []), "how it was taken"]
    rows = []
    for name, x in found.items():
        cells: list[Any] = [
            capital(printed(name)),
            Number(x["value"], x["unit"], f"quantities/{name}/value", 4, least(x)),
        ]
        if banded:
            cells.append(_band(name, x))
        rows.append(Row((*cells, printed(x["how"]))))  # fmt: skip
    lead = (
        "Error bands are about the numbers only, from solves on coarser meshes (a grid convergence "
        "index with a safety factor of 3); neither inputs nor model are in them."
        if banded
        else "Computed on one mesh."
    )
    blocks: list[Any] = [Table(head, rows, "", "quantities_table", look="how")]
    if not banded:
        blocks.append(Words(f"Numerical error: {BANDS}", "note"))
    return Section("quantities", "Numbers and their error", [*blocks, effort(run)], lead)


def _band(name: str, x: dict[str, Any]) -> Number | str:
    if x["band"] is None:
        return ""
    band = x["band"] if x["band"] > ROUNDING * abs(x["value"]) else 0.0
    return Number(band, apart_in(x["unit"]), f"quantities/{name}/band", 2, "± ")


def effort(run: Run) -> Table:
    """Mesh, unknowns, steps."""
    timing = run.told["timing"]
    rows = [Row((title, Number(timing[key], unit, f"timing/{key}", 6)))
            for title, key, unit in (
                ("Unknowns", "unknowns", "1"), ("Steps", "steps", "1"),
                ("Steps rejected", "rejected", "1"), ("Operator applications", "products", "1"),
                ("Most stages of a step", "most_stages", "1"),
                ("Spectral radius", "spectral_radius_per_s", "1/s"))
            if key in timing]  # fmt: skip
    rows.insert(0, Row(("Integrator", str(timing["integrator"]))))
    mesh = _mesh(run)
    if mesh:
        rows.insert(0, Row(("Mesh", mesh)))
    if run.loaded is not None:
        tolerance = measure(run.loaded.case.tolerance, "K", 3)
        rows.append(Row(("Tolerance of a step", tolerance)))
    return Table((), rows, "What the march took.", "effort", look="facts")


def _mesh(run: Run) -> str:
    """Cells and nodes of the mesh."""
    if not run.has_fields:
        return ""
    with open_fields(run.folder / FIELDS_FILE) as file:
        mesh: h5py.Group = file["mesh"]
        cells, nodes = mesh["cells"].shape[0], mesh["points"].shape[0]
    return f"{_grouped(cells)} cells ({run.result.cell_type}), {_grouped(nodes)} nodes"


def _grouped(count: int) -> str:
    """A large number, its digits in groups of three."""
    return f"{count:,}".replace(",", "\u00a0")


def energy(run: Run) -> Section:
    """The chart of the ledger and how well it closes."""
    told = run.told["ledger"]
    unit = next((u for _, u, _, _ in entries(run)), "J")
    shown, factor = UNITS.get(unit, (unit, 1.0))
    rows = [
        Row((capital(printed(name)), Number(value, of, f"ledger/{key}", 4)))
        for name, of, value, key in entries(run)
    ]
    residual = Number(told["residual over heat removed"], "1",
                      "ledger/residual over heat removed", 2)  # fmt: skip
    worst = Number(told["worst residual over heat removed"], "1",
                   "ledger/worst residual over heat removed", 2)  # fmt: skip
    removed = f"{number(factor * told['heat removed'], 4)} {shown}"
    lead = (
        f"Heat stored less heat exchanged is {residual.text or '0'} of the {removed} removed at "
        f"the end ({worst.text or '0'} at worst): the ledger closes to rounding."
        if told["worst residual over heat removed"] < 1e-6
        else f"Heat stored less heat exchanged is {residual.text} of the {removed} removed."
    )
    table = Table(("entry", "heat"), [*rows, Row(("Residual over heat removed", residual)),
                                      Row(("Worst residual over heat removed", worst))],
                  "", "ledger_table")  # fmt: skip
    blocks = [ledger(run), Fold("The ledger in numbers", [table])]
    return Section("energy", "Energy", [b for b in blocks if b is not None], lead)


def provenance(run: Run) -> Section:
    """Versions, machine, hash, timing, and the case as run."""
    told, timing = run.told, run.told["timing"]
    kinds = [name.removesuffix("_core_s") for name in timing if name.endswith("_core_s")]
    rows = [
        Row(("Case hash", told["case_hash"])),
        Row(("Machine", f"{told['machine']}, {timing['ranks']} "
             f"rank{'s' if timing['ranks'] > 1 else ''}")),
        Row(("Computed by", ", ".join(f"{k} {v}" for k, v in told["versions"].items()))),
        Row(("This page by", f"cryosim {__version__}")),
        Row(("Time", "; ".join(
            f"{kind} {measure(timing[f'{kind}_s'], 's', 3)} "
            f"({measure(timing[f'{kind}_core_s'], 'core-s', 3)})" for kind in kinds))),
        Row(("Result folder", str(run.folder.resolve().name))),
        Row(("Files", ", ".join(_files(run)))),
    ]  # fmt: skip
    blocks: list[Any] = [Table((), rows, "", "versions", look="facts")]
    if run.text:
        blocks.append(Fold("The case as it was run", [Source("case.toml", run.text)]))
    return Section("provenance", "Versions, machine and case", blocks)


def _files(run: Run) -> list[str]:
    """What the folder holds, with sizes."""
    files = sorted(p for p in run.folder.iterdir() if p.is_file() and not p.name.startswith("."))
    own = [p for p in files if p.name != "report.html"]
    return [f"{p.name} ({size(p)})" for p in own]
