"""Turns validation errors into messages: key path, value given, what is expected."""

from collections.abc import Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

_PLAIN = {
    "missing": "is missing",
    "union_tag_not_found": "expected the key {discriminator}, which says which kind is meant",
}


def sentences(error: ValidationError, model: type[BaseModel], prefix: str = "") -> list[str]:
    """One line for each fault: ``key path = value given: what is expected``."""
    return [_sentence(fault, model, prefix) for fault in error.errors(include_url=False)]


def _sentence(fault: Any, model: type[BaseModel], prefix: str) -> str:
    path, parent = _path(fault["loc"], model)
    where = prefix + path
    kind, given = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        key = str(fault["loc"][-1])
        known = _keys(parent)
        close = get_close_matches(key, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"expected one of {', '.join(known)}"
        return f"{where}: unknown key; {hint}"
    if kind == "union_tag_invalid":
        return f"{where}.{_plain(fault['ctx']['discriminator'])}: {_unknown_kind(fault['ctx'])}"
    if kind in _PLAIN:
        return f"{where}: {_PLAIN[kind].format(**fault.get('ctx', {}))}"
    return f"{where} = {_shown(given)}: {_lowered(fault['msg'])}"


def _plain(quoted: str) -> str:
    return quoted.strip("'")


def _unknown_kind(context: Any) -> str:
    """What is wrong with the key that says which kind is meant."""
    known = [_plain(k) for k in context["expected_tags"].split(", ")]
    close = get_close_matches(context["tag"], known, n=1)
    hint = f'did you mean "{close[0]}"? ' if close else ""
    return f'unknown "{context["tag"]}"; {hint}expected one of {", ".join(known)}'


def _shown(given: Any) -> str:
    """The value given, as a case file would write it, cut to a line."""
    text = f'"{given}"' if isinstance(given, str) else repr(given)
    return text if len(text) <= 60 else text[:57] + "..."


def _lowered(message: str) -> str:
    """Pydantic's own messages start with a capital and speak of input."""
    for plain, ours in (("Input should be", "expected"), ("Value error, ", "")):
        message = message.replace(plain, ours)
    return message[:1].lower() + message[1:]


def _path(loc: Sequence[Any], model: type[BaseModel]) -> tuple[str, type[BaseModel]]:
    """Key path of ``loc`` without pydantic's union tags, and the model that holds its last key."""
    text, parent, candidates = "", model, [model]
    for item in loc:
        if str(item).startswith(("function-", "literal[")):
            continue
        if isinstance(item, int):
            text += f"[{item + 1}]"
            continue
        tagged = [c for c in candidates if len(candidates) > 1 and _tag(c) == item]
        if tagged:
            candidates, parent = tagged, tagged[0]
            continue
        holder = next((c for c in candidates if item in _keys(c)), None)
        if holder is None and candidates and item in {c.__name__ for c in candidates}:
            continue
        parent = holder or (candidates[0] if candidates else parent)
        text += f".{item}" if text else str(item)
        candidates = _models_under(parent, item) if holder else []
    return text, parent


def _keys(model: type[BaseModel]) -> list[str]:
    """Keys that a case file may give for ``model``."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _tag(model: type[BaseModel]) -> str | None:
    """What tells ``model`` from its siblings: its literal kind or phase."""
    for key in ("kind", "phase"):
        if key in model.model_fields:
            values = get_args(model.model_fields[key].annotation)
            return str(values[0]) if values else None
    return None


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
