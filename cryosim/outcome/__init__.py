"""The months after a treatment, on arrays."""

from cryosim.outcome.chain import StageChain as StageChain
from cryosim.outcome.course import DAY as DAY
from cryosim.outcome.course import STAGES as STAGES
from cryosim.outcome.course import Course as Course
from cryosim.outcome.course import Shares as Shares
from cryosim.outcome.pigment import Band as Band
from cryosim.outcome.pigment import Pigment as Pigment
