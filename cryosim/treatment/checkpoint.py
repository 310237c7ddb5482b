"""Restart files: the whole state of a treatment, on any number of ranks."""

import json
from pathlib import Path

import h5py
import numpy as np

from cryosim.errors import CaseError, CryosimError
from cryosim.fem.export import node_gather
from cryosim.output.history import History
from cryosim.parallel import Gather, on_root
from cryosim.thermal.network import Values
from cryosim.treatment.model import Treatment

RESTART_FILE = "restart.h5"

_FORMAT = 5

_TEXTS = ("history", "events")

_WORK = ("steps", "rejected", "products", "most_stages")


class Checkpoint:
    """Saves and restores a treatment in a folder; two generations are never half-written."""

    def __init__(self, treatment: Treatment, folder: Path) -> None:
        """Prepare for ``treatment``.  Collective."""
        self._treatment, self._path = treatment, folder / RESTART_FILE
        operators = treatment.frame.operators
        self._comm = operators.team.comm
        self._nodes = node_gather(operators)
        lipid = operators.input_node[treatment.injury.nodes]
        self._lipid = Gather(self._comm, lipid)

    def save(self, history: History) -> None:
        """Write the state now.  Collective."""
        treatment, balance = self._treatment, self._treatment.balance
        n, team = balance.body.n_mesh, treatment.frame.operators.team
        arrays = {
            "enthalpy": self._nodes(balance.H[:n]),
            "coldest": self._nodes(balance.coldest[:n]),
            **{f"injury {i}": self._lipid(row) for i, row in enumerate(treatment.injury.state)},
            "pads": self._pad_gather()(balance.H[n:]),
            "ledger": team.total(balance.entries),
            "plates": balance.devices.states,
            "plate_origin": balance.devices.origin,
            "plates_since": balance.devices.since,
            "stored_at_start": team.total(treatment.stored_at_start),
            **{name: self._nodes(one) for name, one in treatment.safety.sums.items()},
        }
        if balance.crystals is not None:
            arrays["crystallised"] = self._lipid(balance.crystals.X)
            arrays["crystal power"] = self._lipid(balance.crystals.power)
        last = treatment.control.last or (np.nan, np.nan)
        work = balance.work
        numbers = {
            "format": _FORMAT, "time": treatment.t, "next_step": treatment.control.dt,
            "last_step": last[0], "last_error": last[1],
            "phase": treatment.phases.index(treatment.phase),
            **{name: getattr(work, name) for name in _WORK},
        }  # fmt: skip
        texts = {"history": history.to_json(), "events": json.dumps(treatment.memory())}
        on_root(self._comm, lambda: self._write(arrays, numbers, texts))

    def _write(
        self,
        arrays: dict[str, Values | None],
        numbers: dict[str, float],
        texts: dict[str, str],
    ) -> None:
        temporary = self._path.with_name(f".{RESTART_FILE}.tmp")
        try:
            with h5py.File(temporary, "w", locking=False) as file:
                file.attrs.update(numbers)
                file.attrs["case_hash"] = self._treatment.frame.loaded.hash
                for name, array in arrays.items():
                    file.create_dataset(name, data=array)
                for name, text in texts.items():
                    file.create_dataset(name, data=text)
            temporary.replace(self._path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise CryosimError(f"{self._path} could not be written: {error}") from error

    def load(self) -> History:
        """Bring the treatment to the saved state; return the history so far.  Collective."""
        treatment, balance = self._treatment, self._treatment.balance
        numbers, arrays, texts = on_root(self._comm, self._read)
        whole = arrays if self._comm.rank == 0 else dict.fromkeys(arrays)
        treatment.recall(json.loads(texts["events"]))
        treatment.phase = treatment.phases[int(numbers["phase"])]
        treatment.t = float(numbers["time"])
        mesh = self._nodes.scatter(whole["enthalpy"])
        coldest = self._nodes.scatter(whole["coldest"])
        balance.devices.states, balance.devices.origin = arrays["plates"], arrays["plate_origin"]
        balance.devices.since = arrays["plates_since"]
        balance.restore(
            treatment.setting,
            treatment.t,
            mesh,
            coldest,
            lambda: self._pad_gather().scatter(whole["pads"]),
        )
        for i, row in enumerate(treatment.injury.state):
            row[:] = self._lipid.scatter(whole[f"injury {i}"])
        if balance.crystals is not None:
            balance.crystals.X = self._lipid.scatter(whole["crystallised"])
            balance.crystals.power = self._lipid.scatter(whole["crystal power"])
        for name, one in treatment.safety.sums.items():
            one[:] = self._nodes.scatter(whole[name])
        mine = float(self._comm.rank == 0)
        balance.ledger[:] = mine * arrays["ledger"][:-2]
        balance.pad_heat, balance.shape_heat = (mine * float(x) for x in arrays["ledger"][-2:])
        treatment.stored_at_start = mine * arrays["stored_at_start"]
        control, work = treatment.control, balance.work
        control.dt = float(numbers["next_step"])
        last = (float(numbers["last_step"]), float(numbers["last_error"]))
        control.last = None if np.isnan(last[0]) else last
        for name in _WORK:
            setattr(work, name, int(numbers[name]))
        return History.from_json(texts["history"], treatment.frame.line_depth)

    def _read(self) -> tuple[dict[str, float], dict[str, Values], dict[str, str]]:
        """Contents of the restart file; raises CaseError if it is not one of this case."""
        try:
            with h5py.File(self._path, "r", locking=False) as file:
                numbers = dict(file.attrs)
                arrays = {k: v[()] for k, v in file.items() if k not in _TEXTS}
                texts = {k: file[k].asstr()[()] for k in _TEXTS}
        except (OSError, KeyError) as error:
            raise CaseError(f"{self._path} cannot be read as a restart file: {error}") from error
        if numbers.get("format") != _FORMAT:
            raise CaseError(f"{self._path} was written by another version; run without --resume")
        if numbers["case_hash"] != self._treatment.frame.loaded.hash:
            raise CaseError(
                f"{self._path} belongs to another case (or the case was changed since); "
                "run without --resume"
            )
        return numbers, arrays, texts

    def _pad_gather(self) -> Gather:
        """Gathers pad nodes of the setting by surface, level and surface node.  Collective."""
        operators, balance = self._treatment.frame.operators, self._treatment.balance
        n_global = operators.space.dofmap.index_map.size_global
        keys = [np.empty(0, dtype=np.int64)]
        offset = 0
        for s, pad in balance.setting.pads.items():
            nodes = operators.input_node[balance.body.surfaces[s].node]
            levels = offset + np.arange(pad.cells)[:, None]
            keys.append((levels * n_global + nodes[None, :]).ravel())
            offset += pad.cells
        return Gather(self._comm, np.concatenate(keys))
