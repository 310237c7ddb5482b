"""Nothing that a case file can say is ignored: every field of a Part is read by some code."""

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import Literal, get_origin

import cryosim
from cryosim.part import Part

PACKAGE = Path(cryosim.__file__).parent
NOT_READ = {"schema_"}
"""Fields that only say how the rest is meant."""


def every_part():
    """All Parts of the package."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "cryosim."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, new = set(), {Part}
    while new:
        found |= new
        new = {sub for part in new for sub in part.__subclasses__()} - found
    return sorted((p for p in found if p.__module__.startswith("cryosim.")), key=str)


def attributes_read():
    """Names of all attributes that are read somewhere in the package."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in PACKAGE.rglob("*.py"))
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def test_every_field_of_a_part_is_read():
    read = attributes_read()
    unread = [
        f"{part.__name__}.{name}"
        for part in every_part()
        for name, field in part.model_fields.items()
        if name not in read | NOT_READ and get_origin(field.annotation) is not Literal
    ]
    assert unread == []


def test_every_part_explains_itself():
    assert [part.__name__ for part in every_part() if not part.__doc__] == []
