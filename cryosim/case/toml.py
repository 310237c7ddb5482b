"""Writing a case as TOML; the standard library only reads it."""

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")

_WIDTH = 100
"""Length of a line above which a list goes on several."""


def text_of(fields: Mapping[str, Any]) -> str:
    """The ``fields`` of a case file as TOML: plain keys first, then tables, and lists of tables."""
    plain = [_line(k, v) for k, v in fields.items() if not _is_table(v) and not _are_tables(v)]
    parts = ["\n".join(plain)] if plain else []
    for key, value in fields.items():
        if _is_table(value):
            parts.append("\n".join([f"[{_key(key)}]", *(_line(k, v) for k, v in value.items())]))
        elif _are_tables(value):
            parts += [
                "\n".join([f"[[{_key(key)}]]", *(_line(k, v) for k, v in table.items())])
                for table in value
            ]
    return "\n\n".join(parts) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _line(key: str, value: Any) -> str:
    """``key = value``, with the items of a long list on a line each."""
    line = f"{_key(key)} = {_inline(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list):
        return line
    return "\n".join([f"{_key(key)} = [", *(f"    {_inline(item)}," for item in value), "]"])


def _inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
