"""The XDMF sidecar of a field file: plain references, so that PyVista, ParaView and meshio read it.

No includes (VTK's reader crashes on them), every step refers to the one mesh, precision always
said (the default is 4 bytes).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

TOPOLOGY = {
    "interval": ("Polyline", 2),
    "triangle": ("Triangle", 3),
    "quadrilateral": ("Quadrilateral", 4),
    "tetrahedron": ("Tetrahedron", 4),
    "hexahedron": ("Hexahedron", 8),
}
"""XDMF's name of a cell type and its number of nodes."""


def write_xdmf(
    path: Path,
    heavy: str,
    cell_type: str,
    sizes: tuple[int, int],
    times: Sequence[float],
    captions: Mapping[str, str],
    shapes: Sequence[int] = (),
) -> None:
    """Describe the steps of the field file ``heavy`` beside ``path``, renamed into place.

    ``sizes``: nodes and cells; ``times`` (s); ``captions``: label with unit of each field;
    ``shapes``: number of the shape that tissue has at each time, none if it has but one.
    """
    nodes, cells = sizes
    fixed = _fixed_part(heavy, cell_type, nodes, cells)
    lines = ['<?xml version="1.0"?>', '<Xdmf Version="3.0"><Domain>']
    lines.append('<Grid Name="run" GridType="Collection" CollectionType="Temporal">')
    for step, time in enumerate(times):
        lines.append(f'<Grid Name="tissue" GridType="Uniform"><Time Value="{time!r}"/>{fixed}')
        for name, caption in captions.items():
            data = _item(heavy, f"fields/{name}/{step:05d}", f"{nodes}", "Float", 4)
            lines.append(_attribute(caption, "Node", data))
        if shapes:
            data = _item(heavy, f"shapes/{shapes[step]:05d}", f"{nodes} 3", "Float", 4)
            lines.append(_attribute("Displacement [m]", "Node", data, "Vector"))
        lines.append("</Grid>")
    lines.append("</Grid></Domain></Xdmf>\n")
    temporary = path.with_name(f".{path.name}")
    temporary.write_text("\n".join(lines), encoding="utf-8")
    temporary.replace(path)


def _fixed_part(heavy: str, cell_type: str, nodes: int, cells: int) -> str:
    """Mesh, layer and depth: what every step repeats by reference."""
    name, width = TOPOLOGY[cell_type]
    per_cell = f' NodesPerElement="{width}"' if name == "Polyline" else ""
    topology = f'<Topology TopologyType="{name}"{per_cell} NumberOfElements="{cells}">'
    return "\n".join(
        [
            topology + _item(heavy, "mesh/cells", f"{cells} {width}", "Int", 8) + "</Topology>",
            '<Geometry GeometryType="XYZ">',
            _item(heavy, "mesh/points", f"{nodes} 3", "Float", 8) + "</Geometry>",
            _attribute("Layer", "Cell", _item(heavy, "mesh/layer", f"{cells}", "Int", 4)),
            _attribute("Depth [m]", "Node", _item(heavy, "mesh/depth", f"{nodes}", "Float", 4)),
        ]
    )


def _attribute(caption: str, center: str, data: str, kind: str = "Scalar") -> str:
    name = quoteattr(caption)
    return f'<Attribute Name={name} AttributeType="{kind}" Center="{center}">{data}</Attribute>'


def _item(heavy: str, path: str, dimensions: str, kind: str, precision: int) -> str:
    head = f'Dimensions="{dimensions}" NumberType="{kind}" Precision="{precision}" Format="HDF"'
    return f"<DataItem {head}>{heavy}:/{path}</DataItem>"
