"""A screen, and a result to look at, that the tests of this folder share."""

import os

import numpy as np
import pytest
from support.screen import screen
from view.synthetic import make


@pytest.fixture(scope="session")
def display():
    with screen() as name:
        yield name


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    times = np.array([0.0, 2100.0, 3000.0])
    return make(tmp_path_factory.mktemp("result") / "plate", across=10, times=times)


@pytest.fixture(scope="session")
def surroundings(display):
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("WAYLAND_DISPLAY", "VTK_DEFAULT_OPENGL_WINDOW", "QT_QPA_PLATFORM")
    } | {"DISPLAY": display}
