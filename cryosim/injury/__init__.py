"""What cold does to a cell and heat to skin, on arrays; the register of injury laws."""

from cryosim.injury.arrhenius import BurnIntegral as BurnIntegral
from cryosim.injury.base import AbstractInjury as AbstractInjury
from cryosim.injury.crystal_dose import CrystalDose as CrystalDose

Injury = CrystalDose
"""Every injury law a case file may name."""
