"""The script of a report: vtk.js, ECharts and our viewer in one, kept in the package.

``scripts/build-viewer.sh`` makes it from ``viewer/src``; nothing of Node.js is needed to use it.
"""

import hashlib
from pathlib import Path

from cryosim.errors import CryosimError

VIEWER = Path(__file__).parent / "viewer"
BUNDLE = VIEWER / "bundle.min.js"


def script() -> str:
    """The JavaScript of a report, to stand between ``<script>`` and ``</script>``.

    It brings ``cryosim.start(document)``, which draws every scene and every chart of the page and
    then sets ``cryosim.ready``.
    """
    try:
        text = BUNDLE.read_text(encoding="utf-8")
    except OSError as error:
        raise CryosimError(
            f"{BUNDLE} cannot be read ({error.strerror}); install cryosim again, or build it with "
            "scripts/build-viewer.sh"
        ) from error
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def hash_of_sources() -> str:
    """SHA-256 of all that the bundle is built from, as its first line has it."""
    files = [VIEWER / "package.json", VIEWER / "package-lock.json"]
    files += sorted((VIEWER / "src").glob("*.css")) + sorted((VIEWER / "src").glob("*.js"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
