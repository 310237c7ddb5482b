#!/usr/bin/env bash
# Make or renew .venv with cryosim and all it needs; used by the Makefile.
#
# Python is CRYOSIM_PYTHON if set, else an active conda environment that has DOLFINx, else the
# first interpreter from 3.12 on that can make an environment.  Where that Python has DOLFINx
# already, .venv is laid over it and takes neither the wheel nor the pinned versions.
set -euo pipefail
cd -P "$(dirname "$0")/.."

able() { # can this interpreter make the environment?  (a pyenv shim may exist and yet fail)
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

has_dolfinx() { # to be laid over; what an active virtual environment has cannot be
    "$1" -I -c 'import importlib.util, sys
sys.exit(sys.prefix != sys.base_prefix or importlib.util.find_spec("dolfinx") is None)' \
        >/dev/null 2>&1
}

find_python() {
    local candidate
    if [[ -n ${CRYOSIM_PYTHON:-} ]]; then
        echo "$CRYOSIM_PYTHON"
        return
    fi
    candidate=${CONDA_PREFIX:+$CONDA_PREFIX/bin/python}
    if [[ -n $candidate ]] && able "$candidate" && has_dolfinx "$candidate"; then
        echo "$candidate"
        return
    fi
    local version
    version=$(<.python-version)
    for candidate in "python$version" python3 python python3.13 python3.14 \
        "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version"*/bin/python /usr/bin/python3; do
        if able "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    if command -v uv >/dev/null; then
        uv python find "$version" 2>/dev/null ||
            { uv python install "$version" >&2 && uv python find "$version"; }
    fi
}

no_python() {
    cat >&2 <<'MESSAGE'
cryosim needs Python 3.12 or newer with its venv module, and none was found.  One of:
  Debian 13, Ubuntu 24.04 and newer   sudo apt-get install python3 python3-venv python3-dev
  older Debian and Ubuntu             install pyenv or uv, then: pyenv install 3.12
                                                             or: uv python install 3.12
  macOS, or anywhere with conda       conda create -n cryosim -c conda-forge python=3.12 \
                                        fenics-dolfinx=0.11 'petsc=*=real*' mpich c-compiler
                                      conda activate cryosim
Then run make again; make PYTHON=/path/to/python chooses one by hand.
MESSAGE
    exit 1
}

no_solver() {
    cat >&2 <<'MESSAGE'
The DOLFINx wheel exists for x86-64 Linux only.  On this machine use conda-forge:
  conda create -n cryosim -c conda-forge python=3.12 fenics-dolfinx=0.11 'petsc=*=real*' mpich \
    c-compiler
  conda activate cryosim
and run make again.
MESSAGE
    exit 1
}

# An environment whose interpreter has gone, or whose folder was moved, is made anew.
works() { .venv/bin/python -m pip --version >/dev/null 2>&1 && grep -qF "$PWD/.venv" .venv/bin/activate; }

wanted=${CRYOSIM_PYTHON:-}
if [[ -n $wanted ]] && ! able "$wanted"; then
    echo "$wanted is not a Python from 3.12 on with venv and ensurepip." >&2
    no_python
fi
if ! works || [[ -n $wanted && $(cat .venv/made-from 2>/dev/null) != "$wanted" ]]; then
    python=$(find_python)
    [[ -n $python ]] || no_python
    echo "environment: .venv from $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
    if has_dolfinx "$python"; then
        "$python" -m venv --clear --system-site-packages .venv
    else
        "$python" -m venv --clear .venv
    fi
    echo "$python" >.venv/made-from
fi

install=(.venv/bin/python -m pip install --disable-pip-version-check --no-input --quiet)
if grep -qi 'include-system-site-packages *= *true' .venv/pyvenv.cfg; then
    echo "environment: DOLFINx is that of the Python below; installing the rest"
    "${install[@]}" --editable ".[mesh,dev]"
elif [[ $(uname -sm) == "Linux x86_64" ]]; then
    echo "environment: installing cryosim and DOLFINx's wheel (about 1 GB, a few minutes)"
    "${install[@]}" --constraint constraints.txt --editable ".[solver,mesh,dev]"
else
    no_solver
fi
touch .venv/installed
