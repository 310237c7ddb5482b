"""A bench whose truth is known: gel under a plate, by its exact solution instead of the model.

A half space of conductivity k at T0, touched from time 0 by a plate at Tp through a contact h:

    (T - T0) / (Tp - T0) = erfc(z) - exp(h x / k + h^2 a t / k^2) erfc(z + h sqrt(a t) / k),

z = x / (2 sqrt(a t)), a = k / (rho c) (Carslaw and Jaeger 1959, 2.7); the flux is h (T(0) - Tp).
"""

import csv
import tomllib
from contextlib import contextmanager

import numpy as np
from scipy.special import erfc, erfcx

from cryosim.uncertainty.paths import get
from cryosim.units import split

CASE = """
title = "Gel under a plate"
dimension = 1
anatomy.layers = [{{ tissue = "phantom", thickness = "60 mm" }}]
start = {{ kind = "uniform", temperature = "22 degC" }}
[tissue.phantom]
title = "Gel"
density = "1000 kg/m^3"
heat_capacity = "4000 J/kg/K"
conductivity = "{conductivity} W/m/K"
[applicator]
contact_conductance = "{contact} W/m^2/K"
[[protocol]]
phase = "cool"
temperature = "2 degC"
duration = "20 min"
[[probes]]
name = "near"
depth = "1 mm"
[[probes]]
name = "far"
depth = "15 mm"
[output]
every = "20 s"
"""

TRUE = {"conductivity": 0.5, "contact": 600}
START = {"conductivity": 0.6, "contact": 400}

CONTACT, CONDUCTIVITY = "applicator.contact_conductance", "tissue.phantom.conductivity"
NEAR, FAR, FLUX = "near [degC]", "far [degC]", "applicator heat flux [mW/cm^2]"

TIMES = np.arange(0.0, 1201.0, 20.0)


def exact(text: str) -> dict:
    """Tables of the case ``text``."""
    case = tomllib.loads(text)
    paths = (CONDUCTIVITY, CONTACT, "tissue.phantom.density", "tissue.phantom.heat_capacity")
    k, h, rho, c = (split(get(case, path), "")[0] for path in paths)
    every = split(case["output"]["every"], "")[0]
    times = np.arange(0.0, 1200.0 + 0.5 * every, every)
    spread = np.sqrt(k / (rho * c) * times[1:])

    def temperature(x):
        z = x / (2.0 * spread)
        y = z + h * spread / k
        share = erfc(z) - np.exp(-(z**2)) * erfcx(y)
        return np.concatenate([[22.0], 22.0 - 20.0 * share])

    surface = temperature(0.0)
    time = {"time [s]": times}
    return {
        "probes.csv": time | {NEAR: temperature(1e-3), FAR: temperature(15e-3)},
        "device.csv": time | {
            FLUX: 0.1 * h * (surface - 2.0),
            "applicator temperature [degC]": np.full(times.size, 2.0),
            "applicator coldest skin [degC]": surface,
        },
    }  # fmt: skip


@contextmanager
def bench(_count, _tables):
    """In the place of the processes that run the model."""
    yield Team()


class Team:
    """Answers by the exact solution."""

    def run(self, texts):
        for place, text in reversed([*enumerate(texts)]):
            yield place, {"tables": exact(text), "core": 0.0}


def columns(every=20, **true) -> dict:
    """Every column of the bench without noise, at rows ``every`` so many seconds."""
    tables = exact(CASE.format(**(TRUE | true)).replace('"20 s"', f'"{every} s"'))
    return tables["probes.csv"] | tables["device.csv"]


def noise(n, sd, rng, follows=0.0):
    """Noise whose values follow each other by the correlation ``follows``."""
    x = rng.normal(size=n)
    for i in range(1, n):
        x[i] = follows * x[i - 1] + np.sqrt(1.0 - follows**2) * x[i]
    return sd * x


def written(folder, wanted, rng=None, follows=0.0, **true):
    """Case at its start, and data of the ``wanted`` columns with noise of 0.2 K and 3 mW/cm^2."""
    found = columns(**true)
    rows = {"time [s]": TIMES}
    for name in wanted:
        sd = 3.0 if name == FLUX else 0.2
        added = 0.0 if rng is None else noise(TIMES.size, sd, rng, follows)
        rows[name] = np.round(found[name] + added, 4)
    case, data = folder / "bench.toml", folder / "bench.csv"
    case.write_text(CASE.format(**START), encoding="utf-8")
    with data.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*rows], *zip(*rows.values(), strict=True)])
    return case, data
