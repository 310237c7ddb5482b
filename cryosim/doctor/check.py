"""One thing that was looked at, and what came of it."""

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["ok", "remark", "no"]


@dataclass(frozen=True)
class Check:
    """What was found; if that will not do, what helps; and what works but is worth knowing.

    A remark says what to do by itself.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """``no`` if cryosim cannot do its work so, else ``remark`` or ``ok``."""
        if not self.ok:
            return "no"
        return "remark" if self.remarks else "ok"

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do: the remedy of a failure, then the remarks."""
        return self.remarks if self.ok else (self.remedy, *self.remarks)

    def as_dict(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "detail": self.detail,
            "advice": list(self.advice),
        }
