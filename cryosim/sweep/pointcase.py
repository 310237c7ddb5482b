"""The case of one point: the base case with its settings, and the files it refers to."""

import hashlib
import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from cryosim.case.load import Loaded
from cryosim.case.shorthand import expand
from cryosim.case.toml import text_of
from cryosim.errors import CaseError
from cryosim.sweep.definition import ASIDE, Value
from cryosim.sweep.designs import Row
from cryosim.uncertainty.paths import changed, put

FILES = "files"
"""Folder of files that points refer to, within that of the sweep."""

_FROM_POINT = "../../../" + FILES
"""The same, as seen from the folder of a point."""

_LONGEST_TITLE = 200

Fields = dict[str, Any]


class PointCases:
    """Makes the cases of points from one base case."""

    def __init__(self, loaded: Loaded, sweep: Path) -> None:
        """Nothing is written before a point refers to a file."""
        self._loaded, self.sweep = loaded, sweep
        self._names: dict[str, str] = {}
        self.base = deepcopy(loaded.fields)
        self.base.pop("uncertainty", None)
        output = self.base.get("output", {})
        self.base["output"] = {**output, "fields": False, "figures": False}

    def fields(self, common: dict[str, Value], row: Row) -> Fields:
        """Fields of the case of a point; raises CaseError for a key path that leads nowhere."""
        fields = deepcopy(self.base)
        for key, value in {**common, **row.settings}.items():
            fields = changed(fields, key, value, self._loaded)
        if row.drawn:
            fields = expand(fields).fields
        for item, x in row.drawn:
            for key, given in item.settings(x).items():
                put(fields, key, given, self._loaded)
        self._keep_files(fields)
        return fields

    def _keep_files(self, fields: Fields) -> None:
        """Copy the files that ``fields`` refer to into the sweep, and refer to the copies."""
        map_ = fields.get("anatomy", {}).get("thickness_map")
        if isinstance(map_, str):
            fields["anatomy"]["thickness_map"] = self._kept(map_)
        self._keep_below(fields)

    def _keep_below(self, value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("file"), str):
                value["file"] = self._kept(value["file"])
            for inner in value.values():
                self._keep_below(inner)
        elif isinstance(value, list):
            for inner in value:
                self._keep_below(inner)

    def _kept(self, name: str) -> str:
        """Copy a file, named by its contents; return how a point refers to it."""
        if name in self._names:
            return self._names[name]
        source = self._loaded.path.parent / name
        try:
            with source.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()[:12]
            target = self.sweep / FILES / f"{digest}_{source.name}"
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary = target.with_name(f".{target.name}.tmp")
                shutil.copyfile(source, temporary)
                temporary.replace(target)
        except OSError as error:
            raise CaseError(f"{source}: cannot be copied: {error.strerror or error}") from error
        self._names[name] = f"{_FROM_POINT}/{target.name}"
        return self._names[name]


def hash_of(fields: Fields, *, error_bands: bool = False) -> str:
    """Name of the point with these fields: a hash of all that decides what its result holds."""
    deciding = {key: value for key, value in fields.items() if key not in ASIDE}
    if error_bands:
        deciding["error bands"] = True
    text = json.dumps(deciding, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def titled(fields: Fields, row: Row) -> str:
    """The case file of a point, with what is its own in the title."""
    own = ", ".join(f"{key.rpartition('.')[2]} {given}" for key, given in row.settings.items())
    title = " | ".join(filter(None, (str(fields.get("title", "")), own)))
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 3] + "..."
    return text_of({"title": title or "Point of a sweep", **_without_title(fields)})


def _without_title(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if key != "title"}
