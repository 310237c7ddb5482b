"""What the inputs of a sweep are called: words for ``protocol[1].temperature``."""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cryosim.sweep.plan import Plan, Variable
from cryosim.uncertainty.paths import get, steps_of
from cryosim.view.sweep_table import Input
from cryosim.view.sweep_words import printed

_PHASES = {"cool": "cooling", "remove": "after removal", "massage": "massage", "rest": "rest"}


def inputs_of(plan: Plan) -> tuple[Input, ...]:
    """The inputs of a plan, titled by what stands at their key paths in its first case."""
    fields = _first_case(plan)
    return tuple(Input(v.header, _with_unit(title_of(v.name, fields), v)) for v in plan.variables)


def _first_case(plan: Plan) -> Mapping[str, Any]:
    """Fields of the case of the first point; nothing if it cannot be read."""
    with suppress(OSError, ValueError, IndexError):
        file = plan.folder_of(plan.points[0]) / "case.toml"
        return tomllib.loads(file.read_text(encoding="utf-8"))
    return {}


def title_of(path: str, fields: Mapping[str, Any]) -> str:
    """Words for the value at ``path``: which phase, layer or applicator, then what of it."""
    match steps_of(path):
        case ["protocol", int(place), *rest]:
            return _joined(_phase(fields, place), rest)
        case ["applicator", int(place), *rest]:
            several = len(_list(fields, "applicator")) > 1
            name = get(fields, f"applicator[{place + 1}].name")
            return _joined(str(name or f"applicator {place + 1}") if several else "", rest)
        case ["anatomy", "layers", int(place), *rest]:
            layer = get(fields, f"anatomy.layers[{place + 1}]")
            known = layer if isinstance(layer, Mapping) else {}
            return _joined(str(known.get("name") or known.get("tissue") or path), rest)
        case ["tissue", str(name), *rest] | ["anatomy", "thickness", str(name) as rest]:
            return _joined(name, rest if isinstance(rest, list) else ["thickness"])
        case [str(table), "kind" | "rate" as key]:  # these say nothing by themselves
            return _joined(table, [key])
        case [str(_), *rest] if rest:
            return _joined("", rest)
        case steps:
            return _joined("", steps)


def _phase(fields: Mapping[str, Any], place: int) -> str:
    """Name of a phase; its number among phases alike, if there are several."""
    phases = [str(p.get("phase", "phase")) for p in _list(fields, "protocol")]
    if not 0 <= place < len(phases):
        return f"phase {place + 1}"
    kind = phases[place]
    number = f" {1 + phases[:place].count(kind)}" if phases.count(kind) > 1 else ""
    return _PHASES.get(kind, kind) + number


def _list(fields: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = fields.get(key, [])
    return found if isinstance(found, list) else [found]


def _joined(owner: str, rest: list[str | int]) -> str:
    words = " ".join(str(s + 1 if isinstance(s, int) else s).replace("_", " ") for s in rest)
    return f"{owner}: {words}" if owner else words


def _with_unit(title: str, variable: Variable) -> str:
    return printed(f"{title} [{variable.unit}]") if variable.unit not in ("", "1") else title
