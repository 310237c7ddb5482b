"""What cold does to a cell and heat to skin, on arrays; the register of injury laws."""

from typing import Annotated

from pydantic import Field

from cryosim.injury.arrhenius import BurnIntegral as BurnIntegral
from cryosim.injury.base import AbstractInjury as AbstractInjury
from cryosim.injury.crystal_dose import CrystalDose as CrystalDose
from cryosim.injury.multi_state import MultiState as MultiState
from cryosim.injury.time_below import TimeBelow as TimeBelow

Injury = Annotated[CrystalDose | TimeBelow | MultiState, Field(discriminator="kind")]
"""Every injury law a case file may name."""

DEFAULT = CrystalDose()
"""The law of a case that names none; what it gives without ``kind`` is of this kind."""
