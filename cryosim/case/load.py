"""Reading a case file, with every fault reported at once."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cryosim.case import thickness as maps
from cryosim.case.assumed import assumptions
from cryosim.case.checks import faults_between_parts, faults_of_coverage
from cryosim.case.faults import did_you_mean, sentences, shown
from cryosim.case.limits import faults_of_limits, replaced_limits
from cryosim.case.logs import replayed
from cryosim.case.schema import Case
from cryosim.case.shorthand import Expanded, expand
from cryosim.errors import CaseError
from cryosim.injury import DEFAULT
from cryosim.library import cite
from cryosim.library import tissues as catalogue
from cryosim.part import Part
from cryosim.physics.blood import Blood
from cryosim.physics.tissue import Ice, Tissue
from cryosim.shape.layers import ThicknessMap


@dataclass(frozen=True)
class Loaded:
    """A checked case with its tissues resolved from the library and its own overrides."""

    path: Path
    text: str
    fields: dict[str, Any]
    """The file as TOML gives it."""
    expanded: Expanded
    """The same with what it names of the library written out."""
    case: Case
    tissues: dict[str, Tissue]
    blood: Blood
    overrides: list[str]
    """Library values that the case replaces: key path, its value, and the library's; then what it
    assumes beyond the library."""
    ice: dict[str, Ice]
    """Tissue whose water supercools -> what becomes of it once ice has nucleated."""
    mesh_digest: str | None = None
    """Hash of the contents of the mesh file or the thickness map, if there is one."""
    thickness: ThicknessMap | None = None
    """Thickness of layers along the skin; the case has the greatest."""

    @property
    def hash(self) -> str:
        """Hash of everything that decides the result: the resolved case, not its comments."""
        aside: Any = {"title": True, "output": {"figures"}, "uncertainty": True}
        resolved = {
            "case": self.case.model_dump(mode="json", by_alias=True, exclude=aside),
            "tissues": {k: t.model_dump(mode="json") for k, t in self.tissues.items()},
            "ice": {k: i.model_dump(mode="json") for k, i in self.ice.items()},
            "blood": self.blood.model_dump(mode="json"),
            "mesh": self.mesh_digest,
        }
        text = json.dumps(resolved, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(path: Path, text: str | None = None) -> Loaded:
    """Read and check the case at ``path``; raises CaseError with every fault found.

    With ``text`` that is the case, as if it stood there.
    """
    text = _read(path) if text is None else text
    given = _parsed(path, text)
    expanded = expand(given)
    fields, faults_of_logs = replayed(expanded.fields, path)
    case, faults = _validated(Case, _with_kinds(fields), path)
    if case is None or faults_of_logs:
        others = [*faults_of_logs, *_faults_of_overrides(path, fields)]
        raise _refused(path, [*faults, *others], expanded)
    case, thickness, faults_of_map = _mapped(path, case)
    tissues, overrides, faults = _tissues(path, case)
    blood_fields = _blood_fields(case)
    blood, faults_of_blood = _validated(Blood, blood_fields | case.blood, path, "blood.")
    overrides += [_override(f"blood.{k}", v, blood_fields.get(k)) for k, v in case.blood.items()]
    overrides += [_override(t.key, t.given, t.entry.value) for t in expanded.replaced]
    overrides += [_override(*one) for one in replaced_limits(expanded.fields)]
    overrides += [f"anatomy.thickness_map: {text}" for text in _ranges(thickness)]
    overrides += assumptions(case)
    digest, faults_of_mesh = _digest(path, case)
    faults += [*faults_of_blood, *faults_between_parts(case), *faults_of_mesh, *faults_of_map]
    faults += faults_of_limits(case.limits)
    if thickness and not faults:
        faults += faults_of_coverage(case, thickness)
    ice = {name: ice for name, t in tissues.items() if (ice := _ice(name, t, case)) is not None}
    if case.nucleation.event != "none" and not ice and not faults:
        why = 'no layer holds water that supercools; expected event = "none"'
        faults.append(f"nucleation.event = {shown(case.nucleation.event)}: {why}")
    if faults or expanded.faults or blood is None:
        raise _refused(path, faults, expanded)
    bare = {name: tissue.model_copy(update={"ice": None}) for name, tissue in tissues.items()}
    return Loaded(path, text, given, expanded, case, bare, blood, overrides, ice, digest, thickness)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such case file") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"{path}: cannot be read: expected text in UTF-8 ({error})") from error
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise CaseError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise CaseError(f"{path}: not valid TOML: nested too deeply") from error


def _with_kinds(fields: dict[str, Any]) -> dict[str, Any]:
    """``fields`` with the kinds that a file may leave out, of applicators and the injury law."""
    applicators, injury = fields.get("applicator", []), fields.get("injury", {})
    several = applicators if isinstance(applicators, list) else [applicators]
    plates = [{"kind": "plate"} | a if isinstance(a, dict) else a for a in several]
    law = {"kind": DEFAULT.kind} | injury if isinstance(injury, dict) else injury
    return fields | {"applicator": plates, "injury": law}


def _refused(path: Path, faults: list[str], expanded: Expanded) -> CaseError:
    """All ``faults`` in one message, by the keys of the file; a single applicator has no number."""
    faults = [*expanded.faults, *faults]
    for key, own in expanded.keys.items():
        faults = [fault.replace(key, own) for fault in faults]
    if not isinstance(expanded.fields.get("applicator"), list):
        faults = [fault.replace("applicator[1]", "applicator") for fault in faults]
    return CaseError("\n".join([f"{path}:", *(f"  {fault}" for fault in faults)]))


def _validated[P: Part](
    model: type[P], fields: dict[str, Any], path: Path, prefix: str = ""
) -> tuple[P | None, list[str]]:
    """The part that ``fields`` of a file describe, or every fault of theirs.

    Strictly as JSON: lists become tuples, but no text becomes a number and no number a truth.
    """
    try:
        text = json.dumps(fields, default=str)
        return model.model_validate_json(text, strict=True, context={"file": path}), []
    except ValidationError as error:
        return None, sentences(error, model, prefix)


def _faults_of_overrides(path: Path, fields: dict[str, Any]) -> list[str]:
    """Faults of tissues and blood in a case that has others, so that all are known at once."""
    given, blood, faults = fields.get("tissue"), fields.get("blood"), []
    for name, own in given.items() if isinstance(given, dict) else ():
        if name in catalogue.names() and isinstance(own, dict):
            values = catalogue.fields(name) | own
            faults += _validated(Tissue, values, path, f"tissue.{name}.")[1]
    if isinstance(blood, dict):
        values = catalogue.fields(catalogue.BLOOD) | {"temperature": "37 degC"} | blood
        faults += _validated(Blood, values, path, "blood.")[1]
    return faults


def _tissues(path: Path, case: Case) -> tuple[dict[str, Tissue], list[str], list[str]]:
    """Tissues that the case uses, what it overrides of the library, and faults."""
    layers, applicators = enumerate(case.anatomy.layers), enumerate(case.applicator)
    used = {layer.tissue: f"anatomy.layers[{i + 1}].tissue" for i, layer in layers}
    used |= {a.gel.tissue: f"applicator[{i + 1}].gel.tissue" for i, a in applicators if a.gel}
    tissues: dict[str, Tissue] = {}
    overrides: list[str] = []
    faults: list[str] = []
    for name, where in used.items():
        given = case.tissue.get(name, {})
        if name in catalogue.names():
            values = catalogue.fields(name, case.anatomy.freezing)
            overrides += [
                _override(f"tissue.{name}.{k}", v, values.get(k)) for k, v in given.items()
            ]
        elif given:
            values = {"title": name}
            overrides += [f"tissue.{name}: a tissue of this case's own"]
        else:
            faults.append(f"{where} = {shown(name)}: {_unknown(name)}")
            continue
        tissue, found = _validated(Tissue, values | given, path, f"tissue.{name}.")
        faults += found
        if tissue is not None:
            tissues[name] = tissue
    if not faults:
        faults = [f"tissue.{name}: nothing is made of it; {did_you_mean(name, [*used])}"
                  for name in case.tissue if name not in used]  # fmt: skip
    return tissues, overrides, faults


def _ice(name: str, tissue: Tissue, case: Case) -> Ice | None:
    """What becomes of the water of ``tissue`` where ice nucleates; none if it cannot."""
    layers = {layer.tissue for layer in case.anatomy.layers}
    if tissue.ice is not None or tissue.water is not None or name not in layers:
        return tissue.ice
    if case.anatomy.freezing == "equilibrium" or name not in catalogue.names():
        return None
    frozen = catalogue.tissue(name, "equilibrium")
    if frozen.water is None:
        return None
    return Ice(
        water=frozen.water, heat_capacity=frozen.heat_capacity_frozen,
        conductivity=frozen.conductivity_frozen,
    )  # fmt: skip


def _blood_fields(case: Case) -> dict[str, Any]:
    """Blood of the library, as warm as the core."""
    core = {"temperature": f"{case.anatomy.core_temperature!r} K"}
    return catalogue.fields(catalogue.BLOOD) | core


def _mapped(path: Path, case: Case) -> tuple[Case, ThicknessMap | None, list[str]]:
    """The case with the greatest thickness of every layer of its map, the map, and faults."""
    given = case.anatomy.thickness_map
    if given is None or case.mesh.file is not None:
        return case, None, []
    layers = case.anatomy.layers
    try:
        found = maps.read(given, path.parent, [layer.label for layer in layers])
    except maps.Unreadable as error:
        return case, None, [f"anatomy.thickness_map = {shown(maps.file_of(given))}: {error}"]
    greatest = {name: float(grid.max()) for name, grid in found.thickness.items()}
    thick = tuple(
        layer.model_copy(update={"thickness": greatest.get(layer.label, layer.thickness)})
        for layer in layers
    )
    anatomy = case.anatomy.model_copy(update={"layers": thick})
    return case.model_copy(update={"anatomy": anatomy}), found, []


def _ranges(thickness: ThicknessMap | None) -> list[str]:
    """What a map gives, a layer a line."""
    grids = thickness.thickness if thickness else {}
    return [f"{name} {d.min() * 1e3:g} to {d.max() * 1e3:g} mm" for name, d in grids.items()]


def _digest(path: Path, case: Case) -> tuple[str | None, list[str]]:
    """Hash of the mesh file or the map of the case, if it has one, or why it cannot be read."""
    given = case.anatomy.thickness_map
    name = case.mesh.file or (maps.file_of(given) if given else None)
    if name is None:
        return None, []
    file = path.parent / name
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest(), []
    except (OSError, ValueError) as error:
        if case.mesh.file is None:
            return None, []
        why = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        return None, [f"mesh.file = {shown(name)}: {why}; looked for {file}"]


def _override(where: str, value: Any, library_value: Any) -> str:
    """What a case gives and what the library holds, on one line."""
    library = "none" if library_value is None else cite.shown(library_value)
    return f"{where} = {cite.shown(value)} (library: {library})"


def _unknown(name: str) -> str:
    """Why no layer can be made of ``name``."""
    if name == catalogue.BLOOD:
        return "blood is no tissue to build with"
    return f"unknown tissue; {did_you_mean(name, catalogue.names())}"
