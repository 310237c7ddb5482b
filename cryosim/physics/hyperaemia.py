r"""Blood flow after an applicator has been taken off, as a factor on perfusion.

.. math:: f(t) = 1 + (f_0 - 1)\, e^{-t/\tau}

with the time :math:`t` since release, the factor at release :math:`f_0` and a time constant
:math:`\tau`.

After suction alone, without cold, skin blood flow was 8 to 17 times that at rest right after
release (cups at -225 to -300 mmHg for 5 to 10 min, n = 12; Wang et al. 2020, Frontiers in
Bioengineering and Biotechnology 8, 608509).  After cooling alone vessels stay narrow for hours and
there is none (Khoshnevis et al. 2016).  What suction and cold do together has not been measured, so
nothing is added by default, and both numbers are assumptions; the exponential form is one too.
"""

from math import exp

from pydantic import Field

from cryosim.part import Part
from cryosim.units import Duration


class AfterRelease(Part):
    """Blood flow of skin and fat under an applicator that has been taken off, until it is back."""

    hyperaemia: float = Field(ge=1.0, le=20.0)
    """Factor on perfusion at release, beside that of the phase and of temperature; an assumption.
    After suction without cold 8 to 17 were seen."""
    fades: Duration = 1200.0
    """Time constant of the way back to 1; 20 min, assumption."""

    def factor(self, elapsed: float) -> float:
        """Factor on perfusion (1) when ``elapsed`` (s) have passed since release."""
        return 1.0 + (self.hyperaemia - 1.0) * exp(-elapsed / self.fades)
