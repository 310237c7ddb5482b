"""The verb view: a window on a screen, a way out where there is none."""

import signal
import subprocess
import sys


def test_the_verb_opens_it_and_ctrl_c_closes_it(result, surroundings):
    command = [sys.executable, "-W", "error", "-m", "cryosim", "view", str(result)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=surroundings, **pipes) as process:
        try:
            assert "is shown" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert errors == ""


def test_without_a_screen_the_browser_is_named(cryosim, result, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    done = cryosim("view", result)
    assert done.code == 2
    assert "--web" in done.err
    assert "ssh" in done.err


def test_a_folder_without_a_result_is_refused(cryosim, tmp_path, monkeypatch, display):
    monkeypatch.setenv("DISPLAY", display)
    done = cryosim("view", tmp_path)
    assert done.code == 2
    assert "is no result folder" in done.err


def test_a_port_without_a_browser_is_refused(cryosim, result):
    done = cryosim("view", result, "--port", "8080")
    assert done.code == 2
    assert "add --web" in done.err
