"""Turns validation errors into messages: key path, value given, what is expected."""

import json
import math
from collections.abc import Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

_TABLE = "expected a table of keys and values"
_WHOLE = "expected a whole number"
_EXPECTED = {
    "bool_type": "expected true or false",
    "dict_type": _TABLE,
    "finite_number": "expected a finite number",
    "float_type": "expected a number, without unit or quotes",
    "greater_than": "impossible value: expected above {gt:g}",
    "greater_than_equal": "impossible value: expected at least {ge:g}",
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "json_invalid": "nested too deeply",
    "less_than_equal": "impossible value: expected at most {le:g}",
    "list_type": "expected a list",
    "missing": "is missing",
    "model_attributes_type": _TABLE,
    "model_type": _TABLE,
    "string_pattern_mismatch": "expected a letter, then letters, digits, blanks, _ or -",
    "string_too_short": "expected text that is not empty",
    "string_type": "expected text in quotes",
    "too_long": "expected at most {max_length} of them",
    "too_short": "expected at least {min_length} of them",
    "tuple_type": "expected a list",
}
"""What is expected where a check of pydantic's own fails; everything else says it itself."""

WRITTEN_OUT = {
    "Anatomy": ("site", "thickness"), "Plate": ("library",), "VacuumCup": ("library",),
}  # fmt: skip
"""Keys of a file that ``shorthand`` writes out before the model sees it."""

_LONGEST = 60
"""Characters of a given value that a message shows."""


def fault_at(key: str, message: str) -> PydanticCustomError:
    """Fault of a whole table that is about its ``key``; ``message`` is shown as it is."""
    return PydanticCustomError("between_keys", "{sentence}", {"sentence": message, "key": key})


def sentences(error: ValidationError, model: type[BaseModel], prefix: str = "") -> list[str]:
    """One line for each fault: ``key path = value given: what is expected``."""
    found: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False):
        if not _follows_from_another(fault):
            where, message = _sentence(fault, model)
            found.setdefault(prefix + where, []).append(message)
    return [f"{where}: {_either(messages)}" for where, messages in found.items()]


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """Hint at the one of ``known`` that was probably meant, or the choice of all."""
    close = get_close_matches(given, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"expected one of {', '.join(known)}"


def shown(given: Any) -> str:
    """The value ``given`` as a case file would write it, cut to a line."""
    if isinstance(given, float):
        text = f"{given:g}" if not math.isfinite(given) else repr(given)
    else:
        text = json.dumps(given, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _follows_from_another(fault: Any) -> bool:
    """Whether a list is too short only because some of its items are wrong."""
    return bool(
        fault["type"] == "too_short" and len(fault["input"]) > fault["ctx"]["actual_length"]
    )


def _either(messages: Sequence[str]) -> str:
    """What is expected where several kinds of value are possible and none fits."""
    first, *others = dict.fromkeys(messages)
    return ", or ".join([first, *(m.removeprefix("expected ") for m in others)])


def _sentence(fault: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Where the fault is, with the value given, and what is expected."""
    where, parent, below = _path(fault["loc"], model)
    kind, given, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return where, f"unknown key; {did_you_mean(str(fault['loc'][-1]), _keys(parent))}"
    if kind == "union_tag_invalid":
        known = [tag.strip("'") for tag in context["expected_tags"].split(", ")]
        key = context["discriminator"].strip("'")
        return f"{where}.{key} = {shown(context['tag'])}", did_you_mean(context["tag"], known)
    if kind == "union_tag_not_found":
        key, tags = context["discriminator"].strip("'"), [t for m in below for t in _tags(m)]
        return f"{where}.{key}", f"is missing; expected one of {', '.join(tags)}"
    if "key" in context and context["key"] in given:
        where, given = f"{where}.{context['key']}", given[context["key"]]
    if kind == "literal_error":
        return f"{where} = {shown(given)}", f"expected {context['expected'].replace("'", '"')}"
    message = _EXPECTED[kind].format(**context) if kind in _EXPECTED else str(fault["msg"])
    hidden = kind == "missing" or isinstance(given, dict)
    return where if hidden else f"{where} = {shown(given)}", message


_TAGS_OF_PYDANTIC = ("function-", "literal[", "tuple[", "constrained-", "list[")
"""What the tags of unions begin with that are no kinds of ours."""


def _path(
    loc: Sequence[Any], model: type[BaseModel]
) -> tuple[str, type[BaseModel], list[type[BaseModel]]]:
    """Key path of ``loc``, the model that holds its last key, and those its value may be.

    Pydantic puts the tags of unions between the keys; they are left out.
    """
    text, parent, candidates = "", model, [model]
    for item in loc:
        if str(item).startswith(_TAGS_OF_PYDANTIC) or (item in ("int", "str") and text):
            continue
        if isinstance(item, int):
            text += f"[{item + 1}]"
            continue
        tagged = [c for c in candidates if len(candidates) > 1 and item in _tags(c)]
        if tagged:
            candidates, parent = tagged, tagged[0]
            continue
        holder = next((c for c in candidates if item in _keys(c)), None)
        if holder is None and item in {c.__name__ for c in candidates}:
            continue
        parent = holder or (candidates[0] if candidates else parent)
        text += f".{item}" if text else str(item)
        candidates = _models_under(parent, item) if holder else candidates
    return text, parent, candidates


def _keys(model: type[BaseModel]) -> list[str]:
    """Keys that a case file may give for ``model``."""
    own = [field.alias or name for name, field in model.model_fields.items()]
    return [*own, *WRITTEN_OUT.get(model.__name__, ())]


def _tags(model: type[BaseModel]) -> tuple[str, ...]:
    """What tells ``model`` from its siblings: its literal kind or phase."""
    for key in ("kind", "phase"):
        if key in model.model_fields:
            return get_args(model.model_fields[key].annotation)
    return ()


def _models_under(model: type[BaseModel], key: str) -> list[type[BaseModel]]:
    """Models that the value of ``key`` may be, or hold."""
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return list(_models_in(field.annotation))
    return []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict, Annotated):
        return [m for arg in get_args(annotation) for m in _models_in(arg)]
    return []
