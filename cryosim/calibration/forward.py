"""Thermal runs of the trials, once for each variant of the uncertain inputs.

A run leaves the state of the injury law at every node that holds lipid, and how much of it is
there: then every endpoint is arithmetic on arrays, whatever the parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from mpi4py import MPI
from scipy.stats import qmc

from cryosim.calibration.trials import Setup, Trials, template
from cryosim.case.load import Loaded, load
from cryosim.parallel import collected_together
from cryosim.physics.latent import DscPeaks
from cryosim.treatment.build import build
from cryosim.treatment.fat import fat_of

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Doses:
    """What one run did to its fat."""

    state: Values
    """State of the injury law, (n_states, n)."""
    share: Values
    """Share of the fat that each node holds (1); sum 1."""


@dataclass(frozen=True)
class Variant:
    """The trials computed with one choice of inputs."""

    inputs: Mapping[str, float]
    doses: Mapping[str, Doses]
    """Setup -> doses."""


Watch = Callable[[int, int], None]
"""Called before each run: runs done, runs in all."""


def chosen(data: Trials, number: int, seed: int) -> list[dict[str, float]]:
    """The nominal inputs, then ``number`` points of a Latin hypercube over all of them."""
    inputs = data.inputs
    points = qmc.LatinHypercube(len(inputs), rng=np.random.default_rng(seed)).random(number)
    low, high = (np.array([getattr(x, end) for x in inputs.values()]) for end in ("low", "high"))
    nominal = {name: x.nominal for name, x in inputs.items()}
    rows = (low + (high - low) * points).tolist()
    return [nominal, *(dict(zip(inputs, row, strict=True)) for row in rows)]


def computed(data: Trials, number: int, seed: int, watch: Watch = lambda *_: None) -> list[Variant]:
    """All setups for the nominal inputs, the first, and ``number`` other choices."""
    choices, variants = chosen(data, number, seed), []
    for i, inputs in enumerate(choices):
        doses = {}
        for k, (name, setup) in enumerate(data.setups.items()):
            watch(i * len(data.setups) + k, len(choices) * len(data.setups))
            doses[name] = _doses(setup, inputs)
        variants.append(Variant(inputs, doses))
    return variants


def case_text(setup: Setup, inputs: Mapping[str, float]) -> str:
    """The case file of ``setup``; the melting peaks of the fat are not in it."""
    shown = {name: f"{value:.6g}" for name, value in inputs.items()}
    texts = {
        "what": setup.what, "bottom": setup.bottom, "duration": setup.duration,
        "perfusion": setup.perfusion, "layers": setup.layers,
    }  # fmt: skip
    filled = {key: Template(text).substitute(shown) for key, text in texts.items()}
    return Template(template()).substitute(filled | shown)


def _doses(setup: Setup, inputs: Mapping[str, float]) -> Doses:
    """Run one column."""
    with TemporaryDirectory(prefix="cryosim-calibration-") as folder:
        path = Path(folder) / "case.toml"
        path.write_text(case_text(setup, inputs), encoding="utf-8")
        loaded = _shifted(load(path), inputs["melting_shift"])
        with collected_together(MPI.COMM_SELF):
            treatment = build(loaded, MPI.COMM_SELF)
            for _ in treatment.march([loaded.case.duration]):
                pass
            fat = fat_of(treatment)
    if fat is None:
        raise ValueError(f"{setup.what}: no fat")
    return Doses(fat.state, fat.volume / fat.volume.sum())


def _shifted(loaded: Loaded, by: float) -> Loaded:
    """``loaded`` with the melting peaks of its fat ``by`` kelvin warmer."""
    fat = loaded.tissues["fat"]
    if fat.lipid is None or not isinstance(fat.lipid.curve, DscPeaks):
        raise TypeError("the fat of the library melts in peaks")
    peaks = tuple(
        p.model_copy(update={"temperature": p.temperature + by}) for p in fat.lipid.curve.peaks
    )
    curve = fat.lipid.curve.model_copy(update={"peaks": peaks})
    lipid = fat.lipid.model_copy(update={"curve": curve})
    return replace(
        loaded, tissues=loaded.tissues | {"fat": fat.model_copy(update={"lipid": lipid})}
    )
