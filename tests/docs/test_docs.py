"""Every code block of the documentation is loaded or run, and what it prints is what it says.

The blocks of a page run in the order in which they stand, in one folder.  A comment above a block
says what it is (the pages show none of it):

    toml      case: NAME, and then perhaps: adds to OTHER, or: replaces in OTHER; or fragment,
              keys that take the place of those of a base case
    console   commands after "$ ", and what they print; ... stands for anything; exit code: N
    bash      a script
    python    run with the names of the blocks before it
    output    what the python block before it prints
    toml      sweep or profile, and perhaps: NAME of the definition, or of the cluster's profile
    bash      parsed: REASON it cannot run; verbs and options of cryosim are looked at
    any       not run: REASON
"""

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest
import typer
from typer.core import TyperGroup

from cryosim.case.load import load
from cryosim.cli import app, main
from cryosim.sweep import definition, profile
from cryosim.sweep.making import make

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import gen_reference  # noqa: E402

NOT_RUN = 7
"""Blocks that cannot be run in a test: they install, or need conda or a new checkout."""

BASE = """
title = "Base of all fragments"
anatomy.layers = [
    { tissue = "skin", thickness = "2.2 mm" },
    { tissue = "fat", thickness = "20 mm" },
    { tissue = "muscle", thickness = "15 mm" },
]
applicator = { size = ["60 mm", "60 mm"] }
[[protocol]]
phase = "cool"
temperature = "-11 degC"
duration = "35 min"
"""

_BLOCK = re.compile(
    r"(?:<!--\s*(?P<note>[^\n]*?)\s*-->\n)?^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S
)
_FRAME = str.maketrans(dict.fromkeys("│┃┏┓┗┛┳┻┡┩╇┴└┘━─", " "))


@dataclass
class Block:
    """A fenced block, where it begins and what the comment above it says."""

    page: str
    line: int
    kind: str
    note: str
    text: str

    @property
    def where(self) -> str:
        return f"docs/{self.page}:{self.line}"


@dataclass
class Page:
    """The folder and the names that the blocks of a page share."""

    folder: Path
    names: dict = field(default_factory=dict)
    printed: str = ""


def blocks_of(page: str, text: str) -> list[Block]:
    return [
        Block(page, text[: m.start("kind")].count("\n") + 1, m["kind"], m["note"] or "", m["text"])
        for m in _BLOCK.finditer(text)
    ]


def pages() -> dict[str, str]:
    written = {p.name: p.read_text(encoding="utf-8") for p in sorted(DOCS.glob("*.md"))}
    return written | gen_reference.pages()


PAGES = {name: blocks_of(name, text) for name, text in pages().items()}


def on_ranks(blocks: list[Block]) -> bool:
    return any(block.kind == "bash" and "mpiexec" in block.text for block in blocks)


# --- the kinds of blocks -----------------------------------------------------------------------


def run_block(block: Block, page: Page) -> None:
    """Run one block; a wrong one is an AssertionError that says where."""
    if block.note.startswith("not run:"):
        return
    if block.note.startswith("parsed:"):
        _parsed(block)
        return
    kinds = {"toml": _toml, "console": _console, "bash": _bash, "python": _python}
    kinds |= {"output": _output, "text": lambda *_: None}
    assert block.kind in kinds, f"{block.where}: no test for a block of kind {block.kind!r}"
    kinds[block.kind](block, page)


def _toml(block: Block, page: Page) -> None:
    if block.note == "fragment":
        path = page.folder / "fragment.toml"
        path.write_text(_file(merged(tomllib.loads(BASE), tomllib.loads(block.text))))
        _load(path, block)
        return
    readers = {"sweep": definition.read, "profile": profile.read}
    what, _, name = block.note.partition(": ")
    if what in readers:
        path = page.folder / (name or f"{what}.toml")
        path.write_text(block.text)
        _load(path, block, readers[what])
        return
    asked = re.fullmatch(r"case: (\S+?)(?:, (adds to|replaces in) (\S+))?", block.note)
    assert asked, f"{block.where}: a comment must say what this case is: {block.note!r}"
    name, how, other = asked.groups()
    text = block.text
    if how:
        before = (page.folder / other).read_text()
        both = merged(tomllib.loads(before), tomllib.loads(text))
        text = f"{before}\n{text}" if how == "adds to" else _file(both)
    (page.folder / name).write_text(text)
    _load(page.folder / name, block)


def _load(path: Path, block: Block, read: Callable[[Path], object] = load) -> None:
    try:
        read(path)
    except Exception as error:
        raise AssertionError(f"{block.where}: {error}") from error


def _parsed(block: Block) -> None:
    """Of a script its syntax; of every ``cryosim`` in it the verb and its options."""
    done = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
    assert done.returncode == 0, f"{block.where}: {done.stderr}"
    for words in _cryosims(block.text):
        command, context = typer.main.get_command(app), None
        try:
            while isinstance(command, TyperGroup):
                context = command.make_context("cryosim", words[:1], context)
                _, command, words = command.resolve_command(context, words)
            command.make_context("cryosim", words, context)
        except Exception as error:
            raise AssertionError(f"{block.where}: cryosim {words}: {error}") from error


def _cryosims(script: str) -> Iterator[list[str]]:
    """Words behind every ``cryosim``, without those that the shell makes of a bare ``$name``."""
    for line in script.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=False, punctuation_chars=True)
        lexer.whitespace_split = True
        for command in re.split(r"(?:^|\n)[;|&<>]+(?:\n|$)", "\n".join(lexer)):
            words = command.split("\n")
            if "cryosim" in words:
                told = words[words.index("cryosim") + 1 :]
                yield [word.strip("\"'") for word in told if not word.startswith("$")]


def _console(block: Block, page: Page) -> None:
    code = int(block.note.removeprefix("exit code: ") or 0)
    steps = re.split(r"^\$ ", block.text, flags=re.M)
    assert not steps[0].strip(), f"{block.where}: begins without a command"
    for step in steps[1:]:
        command, _, expected = step.partition("\n")
        ended, printed = _run(command, page.folder)
        assert ended == code, f"{block.where}: {command}\n{printed}"
        prints_as_expected(expected, printed, f"{block.where}: {command}")


def _run(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and output of a command; those of cryosim run here, for a process costs seconds."""
    words = shlex.split(command)
    if words[0] != "cryosim":
        done = _shell(command, folder)
        return done.returncode, done.stdout + done.stderr
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder), mock.patch.dict(os.environ, COLUMNS="200"),
        mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end,
    ):  # fmt: skip
        main()
    return int(end.value.code or 0), out.getvalue() + err.getvalue()


def _bash(block: Block, page: Page) -> None:
    done = _shell(block.text, page.folder)
    assert done.returncode == 0, f"{block.where}:\n{done.stdout}{done.stderr}"


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-ec", command], cwd=folder, text=True, capture_output=True, timeout=240,
        env=os.environ | {"PATH": path, "COLUMNS": "200"}, check=False,
    )  # fmt: skip


def _python(block: Block, page: Page) -> None:
    printed = io.StringIO()
    with contextlib.chdir(page.folder), contextlib.redirect_stdout(printed):
        try:
            exec(compile(block.text, block.where, "exec"), page.names)
        except Exception as error:
            raise AssertionError(f"{block.where}: {error!r}") from error
    page.printed = printed.getvalue()


def _output(block: Block, page: Page) -> None:
    prints_as_expected(block.text, page.printed, block.where)


# --- comparing ---------------------------------------------------------------------------------


def prints_as_expected(expected: str, printed: str, where: str) -> None:
    """The lines ``expected`` are printed one after the other; a line ... stands for any lines."""
    actual = [words for line in printed.splitlines() if (words := _words(line))]
    wanted = [words for line in expected.splitlines() if (words := _words(line))]
    at, anywhere = 0, False
    for words in wanted:
        if words == ["..."]:
            anywhere = True
            continue
        ahead = range(at, len(actual) if anywhere else min(at + 1, len(actual)))
        found = next((i for i in ahead if agree(words, actual[i])), None)
        assert found is not None, f"{where}: not printed: {' '.join(words)!r}\n{printed}"
        at, anywhere = found + 1, False


def _words(line: str) -> list[str]:
    return line.translate(_FRAME).split()


def agree(wanted: list[str], actual: list[str]) -> bool:
    """Whether the words are the same, numbers to 0.5 % or half their last digit."""
    if not wanted or not actual:
        return wanted == actual or wanted == ["..."]
    if wanted[0] == "...":
        return any(agree(wanted[1:], actual[i:]) for i in range(len(actual) + 1))
    return _same(wanted[0], actual[0]) and agree(wanted[1:], actual[1:])


def _same(wanted: str, actual: str) -> bool:
    if wanted == actual:
        return True
    try:
        a, b = float(wanted), float(actual)
    except ValueError:
        return False
    digits = len(wanted.partition(".")[2])
    return abs(a - b) <= max(0.005 * abs(a), 0.501 * 10.0**-digits)


def merged(base: dict, other: dict) -> dict:
    """``base`` with the keys of ``other``, tables merged and all else replaced."""
    both = dict(base)
    for key, value in other.items():
        tables = isinstance(value, dict) and isinstance(base.get(key), dict)
        both[key] = merged(base[key], value) if tables else value
    return both


def _file(fields: dict) -> str:
    return "\n".join(f"{key} = {_inline(value)}" for key, value in fields.items())


def _inline(value) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)


# --- tests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.parallel] if on_ranks(blocks) else [])
        for name, blocks in PAGES.items()
        if blocks
    ],
)
def test_blocks_of_a_page_work(name, tmp_path):
    page = Page(tmp_path)
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    for block in PAGES[name]:
        run_block(block, page)


def test_few_blocks_are_not_run():
    left_out = [b.where for blocks in PAGES.values() for b in blocks if b.note.startswith("not ")]
    assert len(left_out) == NOT_RUN, left_out
    text = [b.where for blocks in PAGES.values() for b in blocks if b.kind == "text"]
    assert [w for w in text if "command-line.md" not in w] == []


@pytest.mark.parametrize(
    ("kind", "note", "text"),
    [
        ("toml", "fragment", '[mesh]\nmargni = "3 mm"\n'),
        ("toml", "fragment", "[room]\nfilm = 10\n"),
        ("toml", "", BASE),
        ("toml", "case: x.toml", "title = 'no more'\n"),
        ("console", "", "$ cryosim vresion\n"),
        ("console", "", "$ cryosim version\n9.9.9\n"),
        ("console", "exit code: 2", "$ cryosim version\n"),
        ("bash", "", "cryosim check nothing.toml\n"),
        ("bash", "parsed: why not", "cryosim run x.toml --no-such\n"),
        ("bash", "parsed: why not", "mpiexec -n 2 cryosim rum x.toml\n"),
        ("bash", "parsed: why not", "cd a; cryosim sweep run b --slurn; cat c\n"),
        ("bash", "parsed: why not", "if cryosim version\n"),
        ("toml", "sweep", "case = 'x.toml'\n"),
        ("toml", "profile", "partitoin = 'short'\n"),
        ("python", "", "assert 1 == 2\n"),
        ("output", "", "3.14\n"),
        ("yaml", "", "a: 1\n"),
    ],
)
def test_a_wrong_block_is_found(kind, note, text, tmp_path):
    with pytest.raises(AssertionError, match=r"docs/wrong\.md:1"):
        run_block(Block("wrong.md", 1, kind, note, text), Page(tmp_path, printed="2.72\n"))


@pytest.mark.parametrize(
    ("wanted", "printed", "good"),
    [
        ("depth 9.80 mm", "│ depth │ 9.798 │ mm │", True),
        ("depth 9.80 mm", "│ depth │ 9.90 │ mm │", False),
        ("...\nb 2", "a 1\nb 2", True),
        ("b 2", "a 1\nb 2", False),
        ("a ... c", "a b b c", True),
        ("a ... c", "a b b d", False),
    ],
)
def test_what_is_printed_is_compared(wanted, printed, good):
    if good:
        prints_as_expected(wanted, printed, "here")
    else:
        with pytest.raises(AssertionError):
            prints_as_expected(wanted, printed, "here")


def test_the_reference_has_every_key_and_every_explanation_a_key():
    keys = set()
    for model in gen_reference.sections():
        for name, info in model.model_fields.items():
            key = info.alias or name
            assert gen_reference.meaning(model, name, key)
            keys |= {f"{owner.__name__}.{key}" for owner in model.__mro__}
    assert set(gen_reference.MEANING) <= keys
    paths = {paths[0] for paths in gen_reference.sections().values()}
    assert set(gen_reference.EXAMPLES) <= paths


def test_the_cases_and_the_sweep_of_the_readme_load(tmp_path):
    blocks = blocks_of("README.md", (ROOT / "README.md").read_text(encoding="utf-8"))
    cases = [b for b in blocks if b.kind == "toml"]
    notes = ["case: my_case.toml", "case: short.toml", "sweep: my_sweep.toml"]
    for block, note in zip(cases, notes, strict=True):
        block.note = note
        run_block(block, Page(tmp_path))
    assert not make(tmp_path / "my_sweep.toml", tmp_path / "sweep").bad
