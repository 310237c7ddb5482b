"""Pages that are made from the code: case file, library, command line, modules.

MkDocs runs :func:`pages` through ``docs/hooks.py``; nothing made here is kept in the repository.
"""

import ast
import inspect
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
import gen_library
import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import cryosim
from cryosim.case.schema import DEPTH_GRADING, TOLERANCE, Case
from cryosim.cli import app
from cryosim.physics.blood import Blood, BloodFlow, MetabolicHeat
from cryosim.physics.tissue import Tissue
from cryosim.units import Unit

HERE = Path(__file__).parent

MEANING = {
    "Case.schema": "Version of the format of case files.",
    "Case.title": "What the case is called in results and pictures.",
    "Case.dimension": "3: a block; 2: a section; 1: the column under the plate.",
    "Case.anatomy": "What lies under the skin.",
    "Case.applicator": "What is put on the skin.",
    "Case.protocol": "What happens, phase after phase.",
    "Case.room": "What skin without applicator faces.",
    "Case.start": "The state before the first phase.",
    "Case.blood": "Overrides of arterial blood of the library.",
    "Case.mesh": "How far the block reaches and how fine it is.",
    "Case.injury": "How adipocytes die.",
    "Case.probes": "Points whose temperature is recorded.",
    "Case.output": "What is recorded.",
    "Case.numerics": "How accurate the march is.",
    "Layer.tissue": "Name of a tissue of the library, or of one that the case gives whole.",
    "Layer.thickness": "Thickness; a layer of a block needs one.",
    "Layer.name": "Name in results, where two layers are of one tissue; the tissue's if not given.",
    "Anatomy.layers": "Layers from the surface down; a fold goes from one skin to the other.",
    "Grading.finest": "Size of the cells at the fine places.",
    "Grading.coarsest": "Largest cell.",
    "Plate.kind": "Kind of the applicator.",
    "Plate.name": "Name in results and in phases; several applicators need one each.",
    "Plate.face": "Face that it lies on: `top` or `bottom` of a block, a surface of a mesh file.",
    "Plate.size": "Size along x and y; a section takes the first, a column none.",
    "Plate.centre": "Place of its centre along x and y.",
    "Plate.contact_conductance": "Conductance between plate and skin or gel.",
    "Plate.gel": "Gel pad between plate and skin.",
    "Device.pump": "What takes heat from the plate.",
    "Device.controller": "What drives the pump.",
    "Device.sensor": "What the controller knows.",
    "Sensor.at": "Whether it measures the plate or the skin under it.",
    "Controller.kind": "One that meets the set point until the pump saturates, or a PI controller.",
    "GelPad.thickness": "Thickness of the pad.",
    "GelPad.tissue": "Name of the material in the tissue library or in the case.",
    "GelPad.as": "A layer with a heat capacity, or a resistance only.",
    "GelPad.cells": "Cells through the pad, if it is a layer.",
    "_Phase.duration": "How long the phase lasts.",
    "Cool.phase": "Applicators on and cooling.",
    "Rewarm.phase": "Applicators on and warming.",
    "Hold.phase": "Applicators stay as warm as they are.",
    "Remove.phase": "Applicators off.",
    "Massage.phase": "Applicators off and the skin under them massaged.",
    "Wait.phase": "All stays as it is.",
    "Repeat.phase": "All phases before this one, again.",
    "Repeat.times": "How often they happen in all.",
    "Cool.temperature": "Temperature of the plate.",
    "Cool.ramp": "Time to get there, linear; at once if not given.",
    "Room.temperature": "Temperature of the room.",
    "SteadyStart.kind": "Steady state before cooling.",
    "UniformStart.kind": "One temperature everywhere.",
    "UniformStart.temperature": "That temperature.",
    "TableStart.kind": "Temperature against depth.",
    "TableStart.depth": "Depths, rising.",
    "TableStart.temperature": "As many temperatures.",
    "Equilibrium.kind": "As solid as the melting curve says, at once.",
    "Foubert.kind": "A reversible reaction (Foubert et al. 2002).",
    "Nakamura.kind": "Avrami's law where temperature changes (Nakamura et al. 1972).",
    "ConstantRate.kind": "The same at every temperature.",
    "ConstantRate.rate": "The rate constant.",
    "BellRate.kind": "Fastest at one temperature.",
    "CrystalDose.kind": "Dose of crystallised lipid; the law of a file that gives no kind.",
    "TimeBelow.kind": "Time below a temperature.",
    "MultiState.kind": "Viable, vulnerable and dead cells.",
    "Probe.name": "Name in `probes.csv`.",
    "Output.fields": "Whether temperature, crystals and survival are written on the mesh.",
    "Output.figures": "Whether pictures are drawn; needs `fields`.",
    "Tissue.title": "Name in words.",
    "Tissue.density": "Density.",
    "Tissue.heat_capacity": "Specific heat capacity without latent heat.",
    "Tissue.heat_capacity_frozen": "The same where all latent heat has been given up.",
    "Tissue.conductivity": "Thermal conductivity.",
    "Tissue.conductivity_frozen": "The same where all latent heat has been given up.",
    "Tissue.perfusion": "Blood flow at rest; the unit tells how it is meant.",
    "Tissue.perfusion_response": "How blood flow answers to temperature.",
    "Tissue.metabolism": "Metabolic heat at rest; the unit tells how it is meant.",
    "Tissue.metabolism_response": "How metabolic heat answers to temperature.",
    "Tissue.lipid": "Latent heat of lipid.",
    "Tissue.water": "Latent heat of tissue water.",
    "Ice.water": "Latent heat of the water that freezes.",
    "Ice.heat_capacity": "Specific heat capacity where all of it is ice; unchanged if not given.",
    "Ice.conductivity": "Thermal conductivity where all of it is ice; unchanged if not given.",
    "Blood.density": "Density.",
    "Blood.heat_capacity": "Specific heat capacity.",
    "Blood.temperature": "Temperature of arterial blood.",
    "PhaseChange.latent_heat": "Latent heat per mass of the whole tissue.",
    "PhaseChange.curve": "Liquid fraction against temperature.",
    "DscPeaks.kind": "Melting peaks of a calorimeter.",
    "DscPeaks.peaks": "The peaks; their shares sum to 1.",
    "Peak.temperature": "Centre.",
    "Peak.width": "Standard deviation.",
    "Peak.share": "Share of the latent heat.",
    "FractionTable.kind": "Liquid fraction from a table.",
    "FractionTable.temperature": "Temperatures, rising.",
    "FractionTable.liquid": "Liquid fractions from 0 to 1 that never fall.",
    "IceCurve.kind": "Water of an ideal dilute solution.",
    "IceCurve.freezing_point": "Temperature at which ice begins to form, below 0 degC.",
    "ConstantResponse.kind": "No answer.",
    "RampResponse.kind": "A ramp.",
    "RampResponse.low": "Temperature at and below which the factor is `floor`.",
    "RampResponse.high": "Temperature at and above which the factor is 1.",
    "RampResponse.floor": "Lowest factor.",
    "RampResponse.smooth": "Quintic instead of linear between the two.",
    "RampResponse.persists": "The factor follows the coldest temperature that the place has had.",
    "Q10Response.kind": "The van 't Hoff rule.",
    "Q10Response.q10": "Factor for 10 K.",
    "Q10Response.reference": "Temperature at which the factor is 1.",
    "Q10Response.persists": "The factor follows the coldest temperature that the place has had.",
}
"""Meaning of keys whose field has no docstring; a test keeps out what the code says itself."""

EXAMPLES = {
    "anatomy": """
[anatomy]
core_temperature = "37 degC"
freezing = "equilibrium"
faces = { bottom = "insulated" }
layers = [
    { tissue = "epidermis", thickness = "0.1 mm" },
    { tissue = "dermis", thickness = "2.1 mm" },
    { tissue = "fat", thickness = "20 mm" },
    { tissue = "muscle", thickness = "15 mm" },
]
""",
    "applicator": """
[[applicator]]
name = "left"
size = ["40 mm", "40 mm"]
centre = ["-40 mm", "0 mm"]
flux_limit = "150 mW/cm^2"

[[applicator]]
name = "right"
size = ["40 mm", "40 mm"]
centre = ["40 mm", "0 mm"]
flux_limit = "150 mW/cm^2"
""",
    'protocol (phase = "repeat")': """
[[protocol]]
phase = "cool"
schedule = [["0 s", "20 degC"], ["3 min", "-5 degC"], ["5 min", "-10 degC"]]
duration = "40 min"
perfusion = 0.5

[[protocol]]
phase = "rewarm"
temperature = "40 degC"
duration = "3 min"

[[protocol]]
phase = "repeat"
times = 2

[[protocol]]
phase = "remove"
duration = "20 min"
""",
    'protocol (phase = "massage")': """
[[protocol]]
phase = "cool"
temperature = "-11 degC"
duration = "35 min"

[[protocol]]
phase = "massage"
duration = "2 min"

[[protocol]]
phase = "warm"
temperature = "40 degC"
duration = "5 min"

[[protocol]]
phase = "wait"
duration = "5 min"
""",
    "protocol.source": """
[[protocol]]
phase = "warm"
temperature = "20 degC"
duration = "10 min"
source = { surface = "0.5 W/cm^2", decay = "8 mm" }

[[protocol]]
phase = "wait"
duration = "10 min"

[protocol.source]
depth = ["0 mm", "5 mm", "15 mm"]
power = ["0.05 W/cm^3", "0.2 W/cm^3", "0 W/cm^3"]
""",
    "applicator.after": """
[applicator]
after = { hyperaemia = 3.0, fades = "20 min" }
""",
    'start (kind = "table")': """
[start]
kind = "table"
depth = ["0 mm", "5 mm", "20 mm"]
temperature = ["33 degC", "34.5 degC", "37 degC"]
""",
    'injury (kind = "multi-state")': """
[injury]
kind = "multi-state"
harm = "1.5 1/h"
""",
    "tissue.NAME": """
[tissue.fat]
conductivity = "0.20 W/m/K"
perfusion = "20 mL/min/kg"

[tissue.fat.lipid]
latent_heat = "75 kJ/kg"
curve = { kind = "table", temperature = ["2 degC", "14 degC"], liquid = [0.0, 1.0] }
""",
    "mesh": """
[mesh]
margin = "30 mm"
lateral = { finest = "1.5 mm", growth = 1.2, coarsest = "5 mm" }
""",
    "numerics": """
[numerics]
tolerance = "0.02 K"
integrator = "implicit"
""",
}
"""Fragments that the section of a key shows."""

BLOCK_NOTE = "<!-- fragment -->\n```toml{}```\n"


def pages() -> dict[str, str]:
    """Path of every page that is made -> its Markdown."""
    return {
        "case-file.md": case_file(),
        "command-line.md": command_line(),
        "api.md": modules(),
        **gen_library.pages(),
    }


# --- the case file ---------------------------------------------------------------------------


def case_file() -> str:
    """Every key of a case file."""
    parts = [(HERE / "parts" / "case-file.md").read_text(encoding="utf-8")]
    for model, (path, *others) in sections().items():
        parts.append(f"## {path or 'The whole file'}\n")
        if path:
            parts.append(prose(inspect.getdoc(model) or "") + "\n")
        elsewhere = {p.split(" (")[0]: None for p in others if p != path}
        if elsewhere:
            parts.append("The same in " + ", ".join(f"`{p}`" for p in elsewhere) + ".\n")
        if model in (Tissue, Blood):
            parts.append(_LIBRARY_FIRST)
        parts.append(_table(model))
        if path in EXAMPLES:
            parts.append(BLOCK_NOTE.format(EXAMPLES[path]))
        if path == "mesh":
            parts.append(_by_dimension())
    return "\n".join(parts)


@cache
def sections() -> dict[type[BaseModel], list[str]]:
    """Model of every table of a case file -> the key paths where it stands."""
    found: dict[type[BaseModel], list[str]] = {}

    def walk(path: str, model: type[BaseModel]) -> None:
        found.setdefault(model, []).append(path)
        if len(found[model]) > 1:
            return
        for key, hint in _hints(model):
            for kind in _models(hint):
                above = path.split(" (")[0]
                walk((f"{above}.{key}" if above else key) + _variant(kind), kind)
            if model is Case and key in _FREE:
                walk(*_FREE[key])

    walk("", Case)
    return found


_LIBRARY_FIRST = """Keys that are not given keep the values of the [library](tissues.md).
The defaults below are those of a tissue that is not in it.
"""

_BY_LOAD = {
    ("Tissue", "title"): "its name",
    ("Blood", "density"): "that of the library",
    ("Blood", "heat_capacity"): "that of the library",
    ("Blood", "temperature"): "that of the core",
}
"""Defaults that the reading of a case puts in, not the schema."""

_FREE = {"tissue": ("tissue.NAME", Tissue), "blood": ("blood", Blood)}
"""Tables that the schema leaves open, because the library fills them up."""


def _variant(model: type[BaseModel]) -> str:
    """What tells ``model`` from others in the same place."""
    for key in ("kind", "phase"):
        hint = dict(_hints(model)).get(key)
        if get_origin(hint) is Literal and key == "phase":
            return f' (phase = "{get_args(hint)[0]}")'
        chosen_by_kind = get_origin(hint) is Literal and len(get_args(hint)) == 1
        if chosen_by_kind and model.__name__ != "Plate":
            return f' (kind = "{get_args(hint)[0]}")'
    return ""


def _hints(model: type[BaseModel]) -> list[tuple[str, Any]]:
    """Key in the file -> annotation with units, in the order of the class."""
    hints = typing.get_type_hints(model, include_extras=True)
    return [(field.alias or name, hints[name]) for name, field in model.model_fields.items()]


def _models(hint: Any) -> list[type[BaseModel]]:
    """Models that a value of this annotation may be."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [model for part in get_args(hint) for model in _models(part)]


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    hints = dict(_hints(model))
    first = sorted(model.model_fields, key=lambda name: name not in ("kind", "phase"))
    for name in first:
        field = model.model_fields[name]
        key = field.alias or name
        hint = hints[key]
        default = _BY_LOAD.get((model.__name__, key)) or _default(field, hint)
        value = _kind(hint)
        bounds = _bounds(field.metadata) or _bounds_within(hint)
        if bounds:
            value += f"; {bounds}"
        value = value.replace("text; at least 1 of them", "text that is not empty")
        row = (f"`{key}`", value, default, prose(meaning(model, name, key)))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return "\n".join(rows) + "\n"


def meaning(model: type[BaseModel], name: str, key: str) -> str:
    """What a key means: the docstring of its field, or the entry of ``MEANING``."""
    for owner in model.__mro__:
        if name in vars(owner).get("__annotations__", {}) or name in _docs(owner):
            said = _docs(owner).get(name)
            entry = MEANING.get(f"{owner.__name__}.{key}")
            if said or entry:
                return _for_users(f"{entry} {said}" if said and entry else said or entry or "")
    raise LookupError(f"{model.__name__}.{key} has no docstring and no entry in MEANING")


def _for_users(text: str) -> str:
    """What a docstring says, without what only those who work on the code know."""
    text = re.sub(r" \(evidence [\d.]+\)", "", text)
    return re.sub(r"see\s+``(DEPTH_GRADING|TOLERANCE)``", "follows the [dimension](#mesh)", text)


@cache
def _docs(owner: type) -> dict[str, str]:
    """Field -> docstring below it, of the fields that ``owner`` itself declares."""
    if not issubclass(owner, BaseModel) or not owner.__module__.startswith("cryosim"):
        return {}
    body = ast.parse(inspect.getsource(owner)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101  (narrows the type)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


def _kind(hint: Any) -> str:
    """Type of a value in words, with an example of its unit."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        units = [m for m in arguments[1:] if isinstance(m, Unit)]
        return f'text with a unit, `"{units[0].example}"`' if units else _kind(arguments[0])
    if origin in (Union, UnionType):
        kinds = [_kind(a) for a in arguments if a is not NoneType]
        return " or ".join(dict.fromkeys(kinds))
    if origin is Literal:
        return " or ".join(f"`{_toml(a)}`" for a in arguments)
    if origin is tuple:
        if arguments[-1] is not ...:
            return "pair of " + ", ".join(_kind(a) for a in arguments)
        return re.sub(
            "list of (table|pair|number)", r"list of \1s", f"list of {_kind(arguments[0])}"
        )
    if origin is dict:
        return "table"
    if hint in (BloodFlow, MetabolicHeat):
        units = ", ".join(f"`{u}`" for u in hint.UNITS)
        return f'text with one of the units {units}, `"{hint.EXAMPLE}"`'
    names = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    return names.get(hint, "table")


def _bounds_within(hint: Any) -> str:
    """Bounds of the unit of a value, wherever it stands in the annotation."""
    unit = _unit_of(hint)
    return _unit_bounds(unit) if unit else ""


def _unit_bounds(unit: Unit) -> str:
    low = unit._shown(unit.low, None)
    if unit.high < float("inf"):
        return f"from {low} to {unit._shown(unit.high, None)}"
    return f"{'above' if unit.strict else 'at least'} {low}"


def _bounds(metadata: list[Any]) -> str:
    """Bounds that pydantic checks, in words."""
    words = {
        "gt": "above {:g}", "ge": "at least {:g}", "lt": "below {:g}", "le": "at most {:g}",
        "min_length": "at least {} of them", "max_length": "at most {} of them",
    }  # fmt: skip
    found = [_unit_bounds(m) for m in metadata if isinstance(m, Unit)]
    for m in metadata:
        for name, text in words.items():
            limit = getattr(m, name, None)
            if limit is not None:
                found.append(text.format(limit))
        if getattr(m, "pattern", None):
            found.append("a letter, then letters, digits, blanks, `_` or `-`")
    return ", ".join(found)


def _default(field: Any, hint: Any) -> str:
    """Default as a file would give it."""
    if field.default is PydanticUndefined and field.default_factory is None:
        return "**required**"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return "none"
    if isinstance(default, BaseModel):
        given = default.model_fields_set or {"kind"} & set(type(default).model_fields)
        if not given:
            return "see its table"
        hints = dict(_hints(type(default)))
        pairs = [f"{k} = {_given(getattr(default, k), hints[k])}" for k in _ordered(default, given)]
        return "`{ " + ", ".join(pairs) + " }`"
    if default in ((), {}):
        return "none"
    return f"`{_given(default, hint)}`"


def _ordered(part: BaseModel, given: set[str]) -> list[str]:
    return [k for k in type(part).model_fields if k in given]


def _given(value: Any, hint: Any) -> str:
    """A value in the unit of its example."""
    if isinstance(value, BloodFlow | MetabolicHeat):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        inner = get_args(hint)[0] if get_args(hint) else hint
        return "[" + ", ".join(_given(v, inner) for v in value) + "]"
    unit = _unit_of(hint)
    return f'"{unit._shown(value, None)}"' if unit and isinstance(value, float) else _toml(value)


def _unit_of(hint: Any) -> Unit | None:
    if isinstance(hint, Unit):
        return hint
    return next((unit for part in get_args(hint) if (unit := _unit_of(part))), None)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _by_dimension() -> str:
    """Defaults that follow the dimension."""
    rows = [
        "Defaults of `mesh.depth` and `numerics.tolerance` follow the dimension:\n",
        "| dimension | `mesh.depth` | `numerics.tolerance` |",
        "|---|---|---|",
    ]
    for n, grading in DEPTH_GRADING.items():
        hints = dict(_hints(type(grading)))
        text = ", ".join(f"{k} = {_given(getattr(grading, k), hints[k])}" for k in hints)
        rows.append(f'| {n} | `{{ {text} }}` | `"{TOLERANCE[n]:g} K"` |')
    return "\n".join(rows) + "\n"


# --- the command line ------------------------------------------------------------------------


def command_line() -> str:
    """Every command with its arguments and options."""
    parts = [(HERE / "parts" / "command-line.md").read_text(encoding="utf-8")]
    group = typer.main.get_command(app)
    for name, command in commands(group):
        parts.append(f"## {name}\n\n{(command.help or '').strip()}\n")
        parts += _parameters(name, command)
    return "\n".join(parts)


def commands(group: Any, prefix: str = "cryosim") -> Iterator[tuple[str, Any]]:
    """Every command, those of groups after their group."""
    for name, command in group.commands.items():
        if getattr(command, "hidden", False):
            continue
        yield f"{prefix} {name}", command
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {name}")


def _parameters(name: str, command: Any) -> Iterator[str]:
    context = click.Context(command)
    pieces = command.collect_usage_pieces(context)
    yield f"```text\n{name} {' '.join(pieces)}\n```\n"
    rows = []
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        names = [*parameter.opts, *parameter.secondary_opts]
        shown = ", ".join(f"`{o}`" for o in names) if is_option else f"`{parameter.name}`"
        default = "**required**" if parameter.required else _shown_default(parameter.default)
        help_text = (getattr(parameter, "help", "") or "").replace("<", "&lt;")
        rows.append(f"| {shown} | {default} | {help_text} |")
    if rows:
        yield "\n".join(["| argument or option | default | meaning |", "|---|---|---|", *rows, ""])


def _shown_default(value: Any) -> str:
    return "none" if value is None else f"`{str(value).lower()}`" if value != "" else ""


# --- modules ---------------------------------------------------------------------------------


def modules() -> str:
    """Every module with the first sentence of its docstring, and its public names."""
    parts = [(HERE / "parts" / "api.md").read_text(encoding="utf-8")]
    root = Path(cryosim.__file__).parent
    for folder in sorted(p.parent for p in root.rglob("__init__.py")):
        package = ".".join(("cryosim", *folder.relative_to(root).parts))
        parts.append(f"\n## {package}\n\n{_first(folder / '__init__.py')}\n")
        rows = ["| module | | public names |", "|---|---|---|"]
        for file in sorted(folder.glob("*.py")):
            if not file.stem.startswith("__"):
                names = ", ".join(f"`{n}`" for n in _public(file))
                rows.append(f"| `{package}.{file.stem}` | {_first(file)} | {names} |")
        parts += rows if len(rows) > 2 else []
    return "\n".join(parts) + "\n"


def _first(file: Path) -> str:
    """First paragraph of the docstring of a module."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return prose(text.split("\n\n")[0]).replace("|", "\\|")


def _public(file: Path) -> list[str]:
    """Classes and functions of a module that others may use."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    kinds = (ast.ClassDef, ast.FunctionDef)
    return [n.name for n in body if isinstance(n, kinds) and not n.name.startswith("_")]


def prose(text: str) -> str:
    """Markdown on one line from a docstring in reStructuredText."""
    paragraphs = text.split("\n\n")
    text = " ".join(" ".join(p.split()) for p in paragraphs if not p.startswith(".. "))
    text = re.sub(r":(?:class|func|meth|mod):`~?([^`]*)`", r"`\1`", text)
    text = re.sub(r":math:`([^`]*)`", lambda m: f"${m[1].replace(chr(92) * 2, chr(92))}$", text)
    return re.sub(r"``([^`]*)``", r"`\1`", text)
