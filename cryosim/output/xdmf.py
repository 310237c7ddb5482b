"""The XDMF sidecar of a field file: plain references, so that PyVista, ParaView and meshio read it.

No includes (VTK's reader crashes on them), every step refers to the one mesh, precision always
said (the default is 4 bytes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

DISPLACEMENT = "Displacement [m]"
"""Caption of the way from rest to the shape that cups draw tissue into."""

TOPOLOGY = {
    "interval": ("Polyline", 2),
    "triangle": ("Triangle", 3),
    "quadrilateral": ("Quadrilateral", 4),
    "tetrahedron": ("Tetrahedron", 4),
    "hexahedron": ("Hexahedron", 8),
}
"""XDMF's name of a cell type and its number of nodes."""

_FACETS = {2: "Polyline", 3: "Triangle", 4: "Quadrilateral"}
"""XDMF's name of a facet by its number of nodes."""


@dataclass(frozen=True)
class Described:
    """What one XDMF file describes of a field file: its cells, or the facets of its boundary."""

    name: str
    topology: str
    cells: str
    """Data set with the nodes of each."""
    count: int
    width: int
    """Nodes of one."""
    numbers: str
    """Data set with a number for each."""
    caption: str
    """What the numbers are called."""
    meanings: Mapping[int, str]
    """What each number stands for; told in the file, though readers show it to nobody."""


def tissue(cell_type: str, count: int, layers: Sequence[str]) -> Described:
    """The cells of the mesh, numbered by layer."""
    name, width = TOPOLOGY[cell_type]
    meanings = dict(enumerate(layers))
    return Described(
        "tissue", name, "mesh/cells", count, width, "mesh/layer", "Layer", meanings
    )  # fmt: skip


def boundary(count: int, width: int, names: Mapping[int, str]) -> Described:
    """The facets of the boundary, numbered by what holds on them."""
    return Described(
        "boundary", _FACETS[width], "mesh/surface", count, width, "mesh/surface_tag", "Boundary",
        names,
    )  # fmt: skip


def write_xdmf(
    path: Path,
    heavy: str,
    what: Described,
    nodes: int,
    times: Sequence[float],
    captions: Mapping[str, str],
    shapes: Sequence[int] = (),
) -> None:
    """Describe the steps of the field file ``heavy`` beside ``path``, renamed into place.

    ``times`` (s); ``captions``: label with unit of each field; ``shapes``: number of the shape
    that tissue has at each time, none if it has but one.
    """
    fixed = _fixed_part(heavy, what, nodes)
    lines = ['<?xml version="1.0"?>', '<Xdmf Version="3.0"><Domain>']
    lines += [
        f"<Information Name={quoteattr(f'{what.caption} {number}')} Value={quoteattr(meaning)}/>"
        for number, meaning in what.meanings.items()
    ]
    lines.append('<Grid Name="run" GridType="Collection" CollectionType="Temporal">')
    for step, time in enumerate(times):
        lines.append(f'<Grid Name="{what.name}" GridType="Uniform"><Time Value="{time!r}"/>{fixed}')
        for name, caption in captions.items():
            data = _item(heavy, f"fields/{name}/{step:05d}", f"{nodes}", "Float", 4)
            lines.append(_attribute(caption, "Node", data))
        if shapes:
            data = _item(heavy, f"shapes/{shapes[step]:05d}", f"{nodes} 3", "Float", 4)
            lines.append(_attribute(DISPLACEMENT, "Node", data, "Vector"))
        lines.append("</Grid>")
    lines.append("</Grid></Domain></Xdmf>\n")
    temporary = path.with_name(f".{path.name}")
    temporary.write_text("\n".join(lines), encoding="utf-8")
    temporary.replace(path)


def _fixed_part(heavy: str, what: Described, nodes: int) -> str:
    """Mesh, numbers of its cells and depth: what every step repeats by reference."""
    per_cell = f' NodesPerElement="{what.width}"' if what.topology == "Polyline" else ""
    topology = (
        f'<Topology TopologyType="{what.topology}"{per_cell} NumberOfElements="{what.count}">'
    )
    cells = _item(heavy, what.cells, f"{what.count} {what.width}", "Int", 8)
    numbers = _item(heavy, what.numbers, f"{what.count}", "Int", 4)
    return "\n".join(
        [
            f"{topology}{cells}</Topology>",
            '<Geometry GeometryType="XYZ">',
            _item(heavy, "mesh/points", f"{nodes} 3", "Float", 8) + "</Geometry>",
            _attribute(what.caption, "Cell", numbers),
            _attribute("Depth [m]", "Node", _item(heavy, "mesh/depth", f"{nodes}", "Float", 4)),
        ]
    )


def _attribute(caption: str, center: str, data: str, kind: str = "Scalar") -> str:
    name = quoteattr(caption)
    return f'<Attribute Name={name} AttributeType="{kind}" Center="{center}">{data}</Attribute>'


def _item(heavy: str, path: str, dimensions: str, kind: str, precision: int) -> str:
    head = f'Dimensions="{dimensions}" NumberType="{kind}" Precision="{precision}" Format="HDF"'
    return f"<DataItem {head}>{heavy}:/{path}</DataItem>"
