"""The window, worked on a screen of its own: what is done to it is seen in the picture."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HANDS = Path(__file__).with_name("hands.py")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def found(result, surroundings, out):
    """What came of working the window; the process ended well."""
    command = [sys.executable, "-W", "error", str(HANDS), str(result), str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=surroundings, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    return json.loads(last.removeprefix("found: "))


def test_it_opens_at_the_end_of_cooling_with_the_layers_and_their_shares(found):
    assert found["title"].startswith("Abdomen, flat plate")
    assert found["layers"] == ["Skin", "Subcutaneous fat", "Muscle"]
    assert found["shares"][0] != "0 %"
    assert found["shares"][2] == "0 %"
    assert found["opening"] == 1
    assert found["colours"] > 100


@pytest.mark.parametrize("act", ["slider", "hidden", "shown", "key", "warmer", "turned", "home"])
def test_what_is_done_is_seen_and_drawn_once(found, act):
    share, times = found[act]
    assert share > 0.002
    assert times == 1


def test_keys_and_boxes_come_to_the_choice(found):
    assert found["step"] == 1
    assert found["threshold"] == 20.0


def test_a_click_asks_for_a_course_and_a_drag_does_not(found):
    assert found["dragged"] == []
    assert len(found["probes"]) == 1
    assert min(found["curve"]) > 100
    assert found["probe"][0] > 0
    assert found["forgotten"] == 0


def test_pictures_are_written(found, out):
    with Image.open(out / "view.png") as picture:
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 100
    assert (out / "view.mp4").read_bytes()[4:8] == b"ftyp"
    assert found["open"] is False
