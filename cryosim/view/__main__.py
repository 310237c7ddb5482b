"""Draw the pictures of a result folder: ``python -m cryosim.view FOLDER [HASH OF THE CASE]``."""

import sys
from pathlib import Path

from cryosim.errors import CryosimError
from cryosim.view.pictures import draw

if __name__ == "__main__":
    try:
        draw(Path(sys.argv[1]), unfinished=True, case_hash=next(iter(sys.argv[2:]), None))
    except CryosimError as error:
        sys.exit(str(error))
