"""The tissue beneath applicators: how much of every node, and what it absorbs there."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cryosim.case.checks import ORDER
from cryosim.case.load import Loaded
from cryosim.fem.domain import Domain
from cryosim.fem.measure import CellSamples
from cryosim.fem.operators import Operators
from cryosim.physics.absorption import Absorption
from cryosim.thermal.network import Values
from cryosim.treatment.geometry import footprints_of, nearest_to, under_footprints

Cells = npt.NDArray[np.bool_]


class Beneath:
    """Tissue beneath applicators, by name; all of it if the case has none."""

    def __init__(
        self, loaded: Loaded, domain: Domain, operators: Operators, samples: CellSamples,
        drawn_in: Mapping[str, Callable[[Values], Values]],
    ) -> None:  # fmt: skip
        """Look at owned cells of ``domain``; ``drawn_in`` tells which points (m) a cup holds."""
        self._drawn_in = drawn_in
        self._loaded, self._domain = loaded, domain
        self._operators, self._samples = operators, samples
        self._volume = sum(stencil.volume for stencil in operators.stencils)

    def share(self, names: Sequence[str]) -> Values:
        """Share of the tissue of every owned node beneath ``names`` (1).  Collective."""
        return self._share(self._cells(names))

    def superficial(self, name: str) -> Values:
        """Share of the tissue of every owned node that is skin or fat beneath it.  Collective.

        What lies under the skin and is neither in the library is taken for it, too.
        """
        layers = self._loaded.case.anatomy.layers
        above = np.array([ORDER.get(x.tissue, 0) < ORDER["muscle"] for x in layers])
        return self._share(self._cells([name]) & above[self._samples.layer])

    def heated(self, source: Absorption, names: Sequence[str]) -> Values:
        """Power per volume (W/m^3) that every owned node absorbs beneath ``names``.  Collective.

        Depth counts from the face that an applicator lies on.
        """
        case, depth = self._loaded.case, self._samples.depth[: self._operators.n_mesh]
        faces = {p.name: p.face for p in case.applicator}
        if case.mesh.file is not None or not names:
            return source.density(depth) * self.share(names)
        total = sum(layer.thickness or 0.0 for layer in case.anatomy.layers)
        power = np.zeros(depth.size)
        for face in dict.fromkeys(faces[name] for name in names):
            here = self.share([name for name in names if faces[name] == face])
            power += here * source.density(total - depth if face == "bottom" else depth)
        return power

    def _share(self, cells: Cells) -> Values:
        """Share of the tissue of every owned node that is in ``cells``.  Collective."""
        chosen = np.flatnonzero(cells).astype(np.int32)
        return np.asarray(self._operators.volume_of(chosen) / self._volume)

    def _cells(self, names: Sequence[str]) -> Cells:
        """Owned cells beneath one of ``names``, each once."""
        case, samples = self._loaded.case, self._samples
        if not names:
            return np.ones(samples.layer.size, dtype=bool)
        if case.mesh.file is not None:
            surfaces = [p.face for p in case.applicator if p.name in names]
            return nearest_to(self._domain, surfaces, samples.layer.size)
        under = under_footprints(
            [f for f in footprints_of(case) if f.name in names], samples.middle
        )
        for name in set(names).intersection(self._drawn_in):
            under |= self._drawn_in[name](samples.middle[:, : case.dimension]) > 0.5
        return under
