"""Groups of cells or facets in what meshio has read: by name, and by tag.

Formats say it in different ways: names with a tag (Gmsh), sets of elements by name (Abaqus,
Exodus), families that belong to several names (MED), or bare integers in an array of any name
(XDMF, VTU, Medit).  An element may belong to several groups.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import meshio
import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError

Indices = npt.NDArray[np.int64]

TAG_ARRAYS = (
    "gmsh:physical", "medit:ref", "cell_tags", "cellentityids", "tissue", "layer", "region",
    "material", "subdomain", "label", "tag", "tags", "boundary", "surface", "facet", "facet_tags",
)  # fmt: skip
"""Arrays that hold the tags if there are several of whole numbers; in lower case."""

_NO_TAGS = ("vtkghosttype", "vtkoriginalcellids", "globalelementid", "cell_ids")
"""Arrays of whole numbers that never are tags."""

_LAST_RESORT = "gmsh:geometrical"
"""Numbers of Gmsh's own entities: tags only where there are no others."""


@dataclass(frozen=True)
class Group:
    """Elements under one name, one tag, or both."""

    name: str | None
    tag: int | None
    members: Indices

    @property
    def label(self) -> str:
        """How messages speak of it."""
        quoted = f'"{self.name}"'
        if self.tag is None:
            return quoted
        return str(self.tag) if self.name is None else f"{quoted} ({self.tag})"


@dataclass(frozen=True)
class Groups:
    """All groups of the elements of one dimension."""

    noun: str
    """What a group is to the user: region or surface."""
    groups: list[Group]
    undecided: list[str]
    """Arrays that could all hold the tags."""

    def members(self, wanted: int | str) -> Indices:
        """Elements of the group called, or tagged, ``wanted``."""
        by_name = [g.members for g in self.groups if g.name == str(wanted)]
        by_tag = [g.members for g in self.groups if str(g.tag) == str(wanted)]
        found = by_tag or by_name if isinstance(wanted, int) else by_name or by_tag
        if found:
            return np.unique(np.concatenate(found))
        raise CaseError(self._unknown(wanted))

    def label_of(self, element: int) -> str:
        """Labels of the groups that hold ``element``."""
        held = [g.label for g in self.groups if element in g.members]
        return f"in {' and '.join(held)}" if held else "in no group"

    def _unknown(self, wanted: int | str) -> str:
        """What is wrong with ``wanted``, and what there is instead."""
        shown = wanted if isinstance(wanted, int) else f'"{wanted}"'
        if self.undecided:
            arrays = " and ".join(f'"{name}"' for name in self.undecided)
            return (
                f"no {self.noun} {shown}: the arrays {arrays} could all hold the tags; "
                f'keep one of them, or call it "{self._usual}"'
            )
        if not self.groups:
            cure = {
                "region": "tag its cells, in Gmsh with physical groups",
                "surface": "save the facets with their tags in the same file, beside the cells",
            }[self.noun]
            return f"no {self.noun} {shown}: the file has none, named or tagged; {cure}"
        close = get_close_matches(str(wanted), [g.name for g in self.groups if g.name], n=1)
        hint = f'did you mean "{close[0]}"? ' if close else ""
        return f"no {self.noun} {shown}; {hint}there are {', '.join(g.label for g in self.groups)}"

    @property
    def _usual(self) -> str:
        return "tissue" if self.noun == "region" else "boundary"


def groups_of(path: Path, noun: str, mesh: meshio.Mesh, blocks: list[int], dim: int) -> Groups:
    """Groups of the elements of ``blocks``, counted through; all have dimension ``dim``."""
    tags, undecided = _tags(mesh, blocks)
    names: dict[str, Indices] = {}
    for name, known in _named_tags(path, mesh, dim):
        tagged = np.flatnonzero(np.isin(tags, known))
        names[name] = np.union1d(names.get(name, tagged), tagged)
    for name, members in _sets(mesh, blocks):
        names[name] = np.union1d(names.get(name, members), members)
    tag_of = {name: known[0] for name, known in _named_tags(path, mesh, dim) if len(known) == 1}
    found = [Group(name, tag_of.get(name), m) for name, m in names.items() if m.size]
    taken = {group.tag for group in found}
    bare = [int(tag) for tag in np.unique(tags) if tag not in taken]
    found += [Group(None, tag, np.flatnonzero(tags == tag)) for tag in bare]
    return Groups(noun, found, undecided)


def _tags(mesh: meshio.Mesh, blocks: list[int]) -> tuple[Indices, list[str]]:
    """The tags of the elements of ``blocks``; or none, and the names of all that could be it."""
    arrays: dict[str, Indices] = {}
    for name, by_block in mesh.cell_data.items() if blocks else ():
        values = np.concatenate([np.asarray(by_block[b]) for b in blocks])
        values = values.reshape(len(values), -1)
        whole = values.shape[1] == 1 and np.issubdtype(values.dtype, np.number)
        if whole and name.lower() not in _NO_TAGS and np.all(values == np.rint(values)):
            arrays[name] = values[:, 0].astype(np.int64)
    for preferred in (
        [n for n in arrays if n.lower() in TAG_ARRAYS and arrays[n].any()],
        [n for n in arrays if n != _LAST_RESORT and arrays[n].any()],
        [n for n in arrays if n != _LAST_RESORT],
        list(arrays),
    ):
        if len(preferred) == 1:
            return arrays[preferred[0]], []
        if preferred:
            return np.empty(0, dtype=np.int64), preferred
    return np.empty(0, dtype=np.int64), []


def _named_tags(path: Path, mesh: meshio.Mesh, dim: int) -> Iterator[tuple[str, list[int]]]:
    """Names of groups of dimension ``dim``, each with the tags of its elements."""
    named = [(name, *given) for name, given in mesh.field_data.items() if np.size(given) == 2]
    if path.suffix.lower() == ".msh":
        named = list(_physical_names(path)) or named
    yield from ((name, [int(tag)]) for name, tag, its_dim in named if its_dim == dim)
    families: dict[int, list[str]] = vars(mesh).get("cell_tags", {})  # only MED sets it
    for name in dict.fromkeys(name for names in families.values() for name in names):
        yield name, [tag for tag, names in families.items() if name in names]


def _physical_names(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, tag and dimension of Gmsh's groups; meshio keeps one of two that share a name."""
    with path.open("rb") as file:
        for line in file:
            if line.startswith((b"$Entities", b"$Nodes", b"$EndPhysicalNames")):
                return
            if found := re.match(rb'\s*(\d)\s+(\d+)\s+"(.*)"', line):
                yield found[3].decode(errors="replace"), int(found[2]), int(found[1])


def _sets(mesh: meshio.Mesh, blocks: list[int]) -> Iterator[tuple[str, Indices]]:
    """Sets of elements by name, those of ``blocks`` only."""
    starts = np.cumsum([0, *(len(mesh.cells[b].data) for b in blocks)])
    for name, by_block in mesh.cell_sets.items():
        if name.startswith("gmsh:"):
            continue
        parts = [
            np.asarray(by_block[b], dtype=np.int64) + start
            for b, start in zip(blocks, starts, strict=False)
            if by_block[b] is not None
        ]
        members = np.concatenate([np.empty(0, dtype=np.int64), *parts])
        if members.size:
            yield name, members
