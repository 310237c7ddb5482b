"""Pictures of a result folder; knows nothing of the solver."""

import os

from cryosim.doctor import headless_environment

# Here, because VTK reads it when it is imported, and every module of this package is after this.
os.environ.update(headless_environment())
