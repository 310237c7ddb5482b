"""The case files of an experiment: every setting with every combination of its uncertain inputs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from string import Template

from cryosim.validate.experiment import Experiment, Level, Setting


@dataclass(frozen=True)
class Variant:
    """One combination of the uncertain inputs, a level of each."""

    levels: tuple[Level, ...]

    @property
    def label(self) -> str:
        """Its levels in words."""
        return ", ".join(level.label for level in self.levels)

    @property
    def nominal(self) -> bool:
        """Whether every input has its nominal level."""
        return all(level.nominal for level in self.levels)

    @property
    def set(self) -> Mapping[str, str]:
        """Texts that go into the case."""
        return {key: text for level in self.levels for key, text in level.set.items()}


def variants(experiment: Experiment) -> list[Variant]:
    """Every combination of the inputs; the first input varies slowest."""
    return [Variant(levels) for levels in product(*(i.levels for i in experiment.inputs))]


def nominal(experiment: Experiment) -> Variant:
    """The combination of nominal levels."""
    return next(variant for variant in variants(experiment) if variant.nominal)


def case_text(experiment: Experiment, setting: Setting, variant: Variant) -> str:
    """The case file of ``setting`` with the inputs of ``variant``, which a setting may name."""
    of_setting = Template(experiment.template).safe_substitute(setting.set)
    filled = Template(of_setting).substitute(variant.set)
    return re.sub(r"(?m)^\w+ = \{ +\}\n", "", filled)


def file_name(setting: Setting, variant: Variant) -> str:
    """Name of that file, of letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9.]+", "-", f"{setting.label} {variant.label}".lower())
    return f"{words.strip('-')}.toml"
