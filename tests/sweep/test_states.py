"""The state of a point follows from its files, whatever was written of them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cryosim.folder
import cryosim.treatment.checkpoint
from cryosim.sweep import attempt, reasons, states
from cryosim.sweep.claims import take
from cryosim.sweep.journal import JOURNAL_FILE, entries_of, note
from cryosim.sweep.states import FAILED, KINDS, TAKEN, State, forget, state_of


def test_files_have_the_names_that_a_run_gives_them():
    assert states.RESULT_FILE == cryosim.folder.RESULT_FILE
    assert states.RESTART_FILE == cryosim.treatment.checkpoint.RESTART_FILE
    assert reasons.LOG_FILE == cryosim.folder.LOG_FILE
    assert attempt.CASE_FILE == cryosim.folder.CASE_FILE


def test_a_point_waits_until_it_is_begun(tmp_path):
    assert state_of(tmp_path) == State("waiting", "", 0)
    assert state_of(tmp_path / "not there") == State("waiting", "", 0)


@pytest.mark.parametrize("kind", ["stopped", *FAILED])
def test_the_last_end_tells(tmp_path, kind):
    for state in ("crashed", kind):
        note(tmp_path, "begin", ranks=1)
        note(tmp_path, "end", state=state, message=f"it is {state}")
    assert state_of(tmp_path) == State(kind, f"it is {kind}", 2)


def test_an_attempt_without_an_end_has_crashed(tmp_path):
    note(tmp_path, "begin")
    state = state_of(tmp_path)
    assert (state.kind, state.attempts) == ("crashed", 1)
    assert "without a word" in state.message


@pytest.mark.parametrize(("text", "kind"), [
    ('{"status": "done"}', "done"),
    ('{\n  "status": "done",\n  "title": "x"', "done"),
    ('{"title": "x", "status": "done"}', "done"),
    ('{"status": "failed"}', "diverged"), ('{"sta', "diverged"), ("", "diverged"),
    ("[]", "diverged"), ('"done"', "diverged"),
])  # fmt: skip
def test_only_a_result_that_says_so_is_done(tmp_path, text, kind):
    note(tmp_path, "begin")
    note(tmp_path, "end", state="diverged", message="")
    (tmp_path / "result.json").write_text(text)
    assert state_of(tmp_path) == State(kind, "", 1)


def test_a_claim_means_running_until_the_result_is_there(tmp_path):
    claim = take(tmp_path)
    assert state_of(tmp_path).kind == "running"
    assert states.at_rest(tmp_path).kind == "waiting"
    (tmp_path / "result.json").write_text('{"status": "done"}')
    assert state_of(tmp_path).kind == "done"
    claim.release()


def test_a_result_that_was_removed_is_wanted_again(tmp_path):
    note(tmp_path, "begin")
    note(tmp_path, "end", state="done", message="")
    assert state_of(tmp_path) == State("waiting", "it was done, but result.json is gone", 1)


def test_forgetting_begins_anew_and_keeps_the_record(tmp_path):
    note(tmp_path, "begin")
    note(tmp_path, "end", state="bad input", message="wrong")
    (tmp_path / "restart.h5").touch()
    assert state_of(tmp_path).kind not in TAKEN
    assert forget(tmp_path)
    assert state_of(tmp_path) == State("waiting", "", 0)
    assert not (tmp_path / "restart.h5").exists()
    assert len(entries_of(tmp_path)) == 3
    claim = take(tmp_path)
    assert not forget(tmp_path), "somebody is at work on it"
    claim.release()
    (tmp_path / "result.json").write_text('{"status": "done"}')
    assert not forget(tmp_path), "it is done"


ENTRIES = st.lists(
    st.one_of(
        st.just({"event": "begin"}),
        st.builds(
            lambda s, m: {"event": "end", "state": s, "message": m},
            st.sampled_from(KINDS), st.text(max_size=5),
        ),
        st.just({"event": "forget"}), st.just({"no": "event"}), st.just([]), st.just("event"),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=30, deadline=None)  # each waits for the disk
@given(ENTRIES, st.integers(0, 400), st.binary(max_size=4))
def test_half_written_lines_change_nothing(tmp_path_factory, entries, cut, rubbish):
    folder, whole = tmp_path_factory.mktemp("half"), tmp_path_factory.mktemp("whole")
    lines = [json.dumps(entry).encode() + b"\n" for entry in entries]
    content = b"".join(lines)[:cut]
    (folder / JOURNAL_FILE).write_bytes(content)
    complete = content if content.endswith((b"\n", b"}")) else content[: content.rfind(b"\n") + 1]
    (whole / JOURNAL_FILE).write_bytes(complete)
    state = state_of(folder)
    assert state.kind in KINDS
    assert state == state_of(whole)
    note(folder, "begin")
    note(folder, "end", state="stopped", message="")
    assert state_of(folder) == State("stopped", "", state.attempts + 1)
    (folder / JOURNAL_FILE).write_bytes(content + b"\n" + rubbish)
    assert state_of(folder).kind in KINDS
