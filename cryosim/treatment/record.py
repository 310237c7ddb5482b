"""Keeps what a run leaves behind up to date: tables, fields, restart file."""

from pathlib import Path
from time import monotonic

import numpy as np

from cryosim.fem.export import node_gather
from cryosim.output.fields import FieldFile
from cryosim.output.history import History
from cryosim.parallel import on_root, on_root_only
from cryosim.treatment.checkpoint import Checkpoint
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import Observation, crystal_and_survival, observe
from cryosim.treatment.preamble import mesh_data
from cryosim.units import ZERO_CELSIUS

CHECKPOINT_EVERY = 30.0
"""Wall time between restart files (s)."""


class Recorder:
    """Observes a treatment and writes its result folder; every method is collective."""

    def __init__(self, treatment: Treatment, folder: Path, *, resume: bool) -> None:
        """Begin the folder, or take up the run that was interrupted there."""
        self._treatment, self._folder = treatment, folder
        self._comm = treatment.frame.operators.team.comm
        self._gather = node_gather(treatment.frame.operators)
        self._checkpoint = Checkpoint(treatment, folder)
        self._saved = monotonic()
        self._wants_fields = treatment.frame.loaded.case.output.fields
        if resume:
            self.history = self._checkpoint.load()
        else:
            self.history = History(treatment.frame.line_depth)
        self._fields = self._open_fields(resume=resume)
        if not resume:
            self.observe()

    def _open_fields(self, *, resume: bool) -> FieldFile | None:
        """Field file on rank 0, if fields are wanted."""
        if not self._wants_fields:
            return None
        if resume:
            t = self._treatment.t
            return on_root_only(self._comm, lambda: FieldFile.reopen(self._folder, t))
        mesh = mesh_data(self._treatment.frame)
        return on_root_only(
            self._comm,
            lambda: FieldFile.create(self._folder, mesh) if mesh is not None else None,
        )

    def observe(self) -> Observation:
        """Add the present time to tables and fields; save a restart file now and then."""
        seen = observe(self._treatment)
        rows = {
            "probes": seen.probes, "layers": seen.layers, "device": seen.device,
            "front": seen.front, "ledger": seen.ledger, "fat": seen.fat,
        }  # fmt: skip
        self.history.append(seen.time, rows, seen.line.tolist())
        if self._wants_fields:
            self._write_fields(seen.time)
        if self._comm.bcast(monotonic() - self._saved) > CHECKPOINT_EVERY:
            self.save()
        return seen

    def _write_fields(self, time: float) -> None:
        crystallised, viable = crystal_and_survival(self._treatment)
        local = {
            "temperature": self._treatment.balance.T_mesh - ZERO_CELSIUS,
            "crystallised": crystallised,
            "survival": viable,
        }
        if not self._treatment.injury.any_lipid:
            local = {"temperature": local["temperature"]}
        whole = {name: self._gather(np.ascontiguousarray(v)) for name, v in local.items()}
        fields = self._fields
        on_root_only(
            self._comm,
            lambda: fields.append(time, whole) if fields is not None else None,  # type: ignore[arg-type]
        )

    def save(self) -> None:
        """Write a restart file and the tables so far."""
        self._checkpoint.save(self.history)
        on_root(self._comm, lambda: self.history.write(self._folder))
        self._saved = monotonic()

    def close(self) -> None:
        """Write the tables; nothing is pending afterwards."""
        on_root(self._comm, lambda: self.history.write(self._folder))
        if self._fields is not None:
            self._fields.close()
