"""The JSON Schema of case files, by which editors complete and check them."""

from typing import Any, get_args

from cryosim.case.schema import Case
from cryosim.case.shorthand import STANDARD
from cryosim.injury import DEFAULT, Injury
from cryosim.library import applicators, sites

_LOG = {
    "description": "A column of a CSV file beside the case.",
    "type": "object",
    "properties": {"file": {"type": "string"}, "column": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


def json_schema() -> dict[str, Any]:
    """The schema of a case, with what a file may name instead of writing it out."""
    schema = Case.model_json_schema()
    anatomy = schema["$defs"]["Anatomy"]
    anatomy["properties"] |= {
        "site": {"description": "Site of the library, for its layers.", "enum": [*sites.names()]},
        "thickness": {
            "description": "Other thicknesses than those of the site, by layer.",
            "type": "object",
            "additionalProperties": {"type": "string"},
        },
    }
    anatomy["required"].remove("layers")
    anatomy["oneOf"] = [{"required": ["layers"]}, {"required": ["site"]}]
    for part in schema["$defs"].values():
        if "contact_conductance" in part.get("properties", {}):
            part["properties"]["library"] = {
                "description": "Applicator of the library, for the keys that are not given.",
                "enum": [*applicators.names()],
            }
    for part in ("Cup", "VacuumCup"):  # what a case leaves out, the library may have
        schema["$defs"][part].pop("required", None)
    _of_either_kind(schema["properties"]["applicator"])
    for law in get_args(get_args(Injury)[0]):
        if not isinstance(DEFAULT, law):
            schema["$defs"][law.__name__]["required"] = ["kind"]
    for phase in ("Cool", "Rewarm"):
        schema["$defs"][phase]["properties"]["log"] = _LOG
    schema["$defs"]["Absorption"]["properties"] |= _LOG["properties"]
    phases = schema["properties"]["protocol"]
    schema["properties"]["protocol"] = {"anyOf": [{"const": STANDARD}, phases]}
    schema["required"] = [key for key in schema["required"] if key not in ("title", "protocol")]
    return schema


def _of_either_kind(applicators: dict[str, Any]) -> None:
    """Let an applicator of the library leave out its kind."""
    one, several = applicators["anyOf"]
    kinds = {"anyOf": one["oneOf"]}
    applicators["anyOf"] = [kinds, several | {"items": kinds}]
