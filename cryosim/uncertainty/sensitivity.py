r"""Which inputs an outcome follows: first-order indices of a sample that is there already.

.. math:: S_i = \frac{\operatorname{Var}\,\mathrm{E}[Y \mid x_i]}{\operatorname{Var} Y}

is the share of the variance of the outcome :math:`Y` that input :math:`x_i` explains by itself.
RBD-FAST (Tarantola, Gatelli and Mara 2006, after Plischke 2010 for given data) sorts the samples by
the input and takes the power of the first :math:`M` harmonics; the bias of a finite sample is taken
away (Tissot and Prieur 2012).  It needs no samples of its own, and no more for more inputs.

Outcomes here rise or fall with an input, and four harmonics hold 99 % of such a curve; the ten that
are usual double the noise.  Measured with 20 inputs, of which five matter: an input without effect
scatters about zero by 0.086 with 50 samples, 0.043 with 100 and 0.019 with 200.  The moment-free
measures (Borgonovo's delta, PAWN) are biased upward at these sizes, so small effects drown.

The confidence is half the width of the 95 % interval of a bootstrap from half the samples, as SALib
does it, and thus generous.  An outcome that is the same in nearly all samples (cold that reaches
the end of the tissue, crystals that outlast the run) has none: some half has no variance at all.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from SALib.analyze import rbd_fast

HARMONICS = 4
"""Number M of harmonics that are summed."""

FEWEST = 30
"""Fewest samples that tell inputs apart: below, chance alone gives an index above 0.2."""

RESAMPLES = 50
"""Samples of the bootstrap."""

SCATTER = 4.3
"""Standard deviation of the index of an input without effect, times the number of samples."""

Floats = npt.NDArray[np.float64]


def noise(n: int) -> float:
    """Index below which an input may have no effect: one of a hundred is above it by chance."""
    return 3.0 * SCATTER / n


def ranked(names: Sequence[str], X: Floats, Y: Floats, seed: int) -> list[dict[str, Any]]:
    """Inputs with an index above zero, greatest first: ``input``, ``index``, ``confidence``.

    Nothing is told of a constant outcome or of fewer samples than ``FEWEST``; the confidence is
    None where the bootstrap met samples without variance.
    """
    if Y.size < FEWEST or np.ptp(Y) <= 1e-12 * np.abs(Y).max():
        return []
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    with np.errstate(invalid="ignore"):  # 0/0 of half the samples, when they are all alike
        found = rbd_fast.analyze(problem, X, Y, M=HARMONICS, num_resamples=RESAMPLES, seed=seed)
    entries = [
        {"input": name, "index": float(index),
         "confidence": float(width) if np.isfinite(width) else None}
        for name, index, width in zip(names, found["S1"], found["S1_conf"], strict=True)
        if index > 0.0
    ]  # fmt: skip
    return sorted(entries, key=lambda entry: -float(str(entry["index"])))
