"""Animations are read back: as many frames as output times, all different, of the size said."""

import shutil
import subprocess
import sys
from itertools import pairwise

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from view.synthetic import END, make

from cryosim.errors import CaseError, MissingTool
from cryosim.view import animation
from cryosim.view.animation import SIZE, animate

SHORT = np.array([0.0, END, 3000.0])


@pytest.fixture(scope="module")
def fold(tmp_path_factory):
    return make(tmp_path_factory.mktemp("film") / "run", "quadrilateral", cup=True, times=SHORT)


def frames_of(path):
    with Image.open(path) as film:
        for k in range(film.n_frames):
            film.seek(k)
            yield np.asarray(film.convert("RGB"), dtype=float)


def test_a_gif_has_a_frame_for_each_output(fold):
    seen = []
    file = animate(fold, watch=lambda *told: seen.append(told))
    assert seen == [(k + 1, len(SHORT)) for k in range(len(SHORT))]
    assert file == fold / "figures" / "animation.gif"
    frames = list(frames_of(file))
    assert len(frames) == len(SHORT)
    assert all(frame.shape == (SIZE[1], SIZE[0], 3) for frame in frames)
    for a, b in pairwise(frames):
        assert (np.abs(a - b) > 40).any(axis=2).mean() > 0.01
    assert (frames[0][:5] == 255).all(), "the page is white"
    assert {p.name for p in file.parent.iterdir()} == {"animation.gif"}


def test_an_mp4_has_them_too(fold, tmp_path):
    file = animate(fold, tmp_path / "new" / "film.mp4", what="layers")
    assert imageio_ffmpeg.count_frames_and_secs(str(file))[0] == len(SHORT)
    read = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(file)]
    raw = subprocess.run([*read, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True,
                         check=True)  # fmt: skip
    frames = np.frombuffer(raw.stdout, np.uint8).reshape(len(SHORT), SIZE[1], SIZE[0], 3)
    assert (np.abs(frames[0].astype(float) - frames[-1]) > 40).any(axis=2).mean() > 0.01


def test_a_block_is_seen_from_one_place(tmp_path):
    folder = make(tmp_path / "run", "hexahedron", across=10, cup=True, times=SHORT[1:])
    drawn, at_rest = frames_of(animate(folder, tmp_path / "film.gif"))
    assert (np.abs(drawn - at_rest) > 40).any(axis=2).mean() > 0.01
    sides = np.s_[500:700, 100:330]  # fat and muscle away from the cup, with the axis of z
    assert (np.abs(drawn - at_rest)[sides] > 40).mean() < 0.01


def test_of_many_outputs_some_are_shown(fold, tmp_path, monkeypatch):
    monkeypatch.setattr(animation, "_MOST", 2)
    assert len(list(frames_of(animate(fold, tmp_path / "film.gif")))) == 2


def test_what_cannot_be_animated_is_refused(fold, folders, tmp_path, monkeypatch):
    with pytest.raises(CaseError, match=r"film\.avi: unknown kind of file; expected .* \.mp4"):
        animate(fold, tmp_path / "film.avi")
    with pytest.raises(CaseError, match='"pressure": unknown; expected "temperature" or "layers"'):
        animate(fold, what="pressure")
    with pytest.raises(CaseError, match="a column is not animated"):
        animate(folders["line"])
    shutil.copytree(fold, tmp_path / "bare")
    (tmp_path / "bare" / "fields.h5").unlink()
    with pytest.raises(CaseError, match=r"needs fields: run the case with output\.fields = true"):
        animate(tmp_path / "bare")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingTool, match=r"pip install 'cryosim\[video\]'"):
        animate(fold, tmp_path / "film.mp4")
    assert not list(tmp_path.glob("*film*"))
