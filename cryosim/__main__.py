"""Run as ``python -m cryosim``."""

from cryosim.cli import main

if __name__ == "__main__":
    main()
