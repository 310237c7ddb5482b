"""The months after a treatment, on arrays."""

from cryosim.outcome.chain import StageChain as StageChain
