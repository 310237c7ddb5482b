"""Reading a case file, with every fault reported at once."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cryosim.case.checks import faults_between_parts
from cryosim.case.faults import sentences
from cryosim.case.schema import Case
from cryosim.errors import CaseError
from cryosim.library import tissues as catalogue
from cryosim.physics.blood import Blood
from cryosim.physics.tissue import Tissue


@dataclass(frozen=True)
class Loaded:
    """A checked case with its tissues resolved from the library and its own overrides."""

    path: Path
    text: str
    fields: dict[str, Any]
    """The file as TOML gives it."""
    case: Case
    tissues: dict[str, Tissue]
    blood: Blood
    overrides: list[str]
    """Library values that the case replaces: key path, its value, and the library's."""

    @property
    def hash(self) -> str:
        """Hash of everything that decides the result: the resolved case, not its comments."""
        resolved = {
            "case": self.case.model_dump(mode="json", by_alias=True, exclude={"title", "output"}),
            "tissues": {k: t.model_dump(mode="json") for k, t in self.tissues.items()},
            "blood": self.blood.model_dump(mode="json"),
            "every": self.case.output.every,
        }
        text = json.dumps(resolved, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(path: Path) -> Loaded:
    """Read and check the case at ``path``; raises CaseError with every fault found."""
    text = _read(path)
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path}: not valid TOML: {error}") from error
    try:
        case = Case.model_validate(fields, context={"file": path})
    except ValidationError as error:
        raise _refused(path, sentences(error, Case)) from error
    tissues, blood, overrides = _resolve(path, case)
    faults = faults_between_parts(case)
    if faults:
        raise _refused(path, faults)
    return Loaded(path, text, fields, case, tissues, blood, overrides)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such case file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: cannot be read: {error}") from error


def _refused(path: Path, faults: list[str]) -> CaseError:
    return CaseError("\n".join([f"{path}:", *(f"  {fault}" for fault in faults)]))


def _resolve(path: Path, case: Case) -> tuple[dict[str, Tissue], Blood, list[str]]:
    """Tissues that the case uses, its blood, and what it overrides."""
    used = {
        layer.tissue: f"anatomy.layers[{i + 1}].tissue"
        for i, layer in enumerate(case.anatomy.layers)
    }
    used |= {
        a.gel.tissue: f"applicator[{i + 1}].gel.tissue"
        for i, a in enumerate(case.applicator)
        if a.gel
    }
    faults: list[str] = []
    tissues: dict[str, Tissue] = {}
    overrides: list[str] = []
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
            faults.append(f'{where} = "{name}": {_unknown(name)}')
            continue
        try:
            tissues[name] = Tissue.model_validate(values | given, context={"file": path})
        except ValidationError as error:
            faults += sentences(error, Tissue, prefix=f"tissue.{name}.")
    for name in sorted(set(case.tissue) - set(used)):
        faults.append(f"tissue.{name}: no layer or gel of this case is made of it")
    blood_fields = catalogue.fields(catalogue.BLOOD) | {"temperature": _kelvin(case)}
    overrides += [_override(f"blood.{k}", v, blood_fields.get(k)) for k, v in case.blood.items()]
    try:
        blood = Blood.model_validate(blood_fields | case.blood, context={"file": path})
    except ValidationError as error:
        faults += sentences(error, Blood, prefix="blood.")
    if faults:
        raise _refused(path, faults)
    return tissues, blood, overrides


def _kelvin(case: Case) -> str:
    return f"{case.anatomy.core_temperature!r} K"


def _override(where: str, value: Any, library_value: Any) -> str:
    return f"{where} = {value} (library: {library_value if library_value is not None else 'none'})"


def _unknown(name: str) -> str:
    try:
        catalogue.entries(name)
    except CaseError as error:
        return str(error)
    return "is not a tissue to build with"
