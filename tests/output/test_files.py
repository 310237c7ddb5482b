"""A file that cannot be written is told as one message, wherever it fails."""

import pytest

from cryosim.errors import CryosimError
from cryosim.output.files import write_text


def test_a_folder_that_takes_no_file_is_named(tmp_path):
    """There the temporary file cannot be taken away either, as in a folder that is read-only."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CryosimError, match=r"file/report.html could not be written: "):
        write_text(tmp_path / "file" / "report.html", "")
