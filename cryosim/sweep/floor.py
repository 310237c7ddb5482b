"""Where points run: the cores there are, the processes at them, and the claims that they hold."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from cryosim.sweep.attempt import Attempt
from cryosim.sweep.claims import BEAT, Claim, take
from cryosim.sweep.launch import Launch, environment_alone
from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.seat import GRACE, Seat, Why
from cryosim.sweep.states import CRASHED, RUNNING, TAKEN, State, at_rest

_WORKER, _GUARD = "cryosim.sweep.worker", "cryosim.sweep.guard"


@dataclass(frozen=True)
class Going:
    """A point that is being run."""

    point: Point
    claim: Claim
    seat: Seat
    ranks: int
    """Cores that it takes."""
    thread: Thread


class Floor:
    """Runs several points at once, each watched by a thread; used by one thread only.

    ``wake`` is for anybody, signal handlers too.
    """

    def __init__(self, plan: Plan, cores: int, launch: Launch, grace: float = GRACE) -> None:
        """Begin nothing yet."""
        self._plan, self._cores, self._launch, self._grace = plan, cores, launch, grace
        self.going: dict[str, Going] = {}
        self.held: list[Claim] = []
        """Other claims to keep alive."""
        self._idle: list[Seat] = []
        self._ended: SimpleQueue[tuple[str, State] | None] = SimpleQueue()
        self._beaten = monotonic()

    @property
    def free(self) -> int:
        """Cores that no rank takes."""
        return self._cores - sum(one.ranks for one in self.going.values())

    def cores_of(self, point: Point) -> int:
        """Cores that a point takes; one with more ranks than there are cores takes all."""
        return min(point.ranks, self._cores)

    def begin(self, point: Point, tell: Callable[[], None]) -> State | None:
        """Begin a point, or say why it is passed over: another runs it, or has run it."""
        folder = self._plan.folder_of(point)
        try:
            claim = take(folder)
        except OSError as error:
            return State(CRASHED, f"{folder}: {error.strerror or error}", 0)
        if claim is None:
            return State(RUNNING, "", 0)
        now = at_rest(folder)
        if now.kind not in TAKEN:
            claim.release()
            return now
        self._start(point, claim)
        tell()
        return None

    def _start(self, point: Point, claim: Claim) -> None:
        launched = self._launch.starts(point.ranks)
        if launched:
            seat = Seat(_GUARD, self._launch.environment(point.ranks), self._grace)
        elif self._idle:
            seat = self._idle.pop()
        else:
            seat = Seat(_WORKER, environment_alone(), self._grace)
        seat.ready()
        attempt = Attempt(point, claim, self._plan.running, self._launch if launched else None)
        thread = Thread(target=self._run, args=(point.name, attempt, seat), daemon=True)
        self.going[point.name] = Going(point, claim, seat, self.cores_of(point), thread)
        thread.start()

    def _run(self, name: str, attempt: Attempt, seat: Seat) -> None:
        try:
            state = attempt.run(seat)
        except Exception as error:  # noqa: BLE001  (a full disk, perhaps: the other points go on)
            state = State(CRASHED, f"{type(error).__name__}: {error}", 1)
        self._ended.put((name, state))

    def wait(self, timeout: float = BEAT) -> tuple[Point, State] | None:
        """A point that has ended, None after ``timeout`` (s) or when woken; keeps claims alive."""
        until_beat = max(0.0, self._beaten + BEAT - monotonic())
        try:
            ended = self._ended.get(timeout=min(timeout, until_beat))
        except Empty:
            ended = None
        if monotonic() - self._beaten >= BEAT:
            self._beat()
        if ended is None:
            return None
        name, state = ended
        going = self.going.pop(name)
        going.thread.join()
        if self._launch.starts(going.point.ranks):
            going.seat.close()
        else:
            self._idle.append(going.seat)
        going.claim.release()
        return going.point, state

    def wake(self) -> None:
        """Let ``wait`` return now."""
        self._ended.put(None)

    def stop(self, why: Why = "stopped") -> None:
        """Ask all points to write restart files and end."""
        for one in self.going.values():
            one.seat.stop(why)

    def kill(self) -> None:
        """Kill all points."""
        for one in self.going.values():
            one.seat.stop("stopped")
            one.seat.kill()

    def close(self) -> None:
        """End everything, at once."""
        self.kill()
        while self.going:
            self.wait()
        for seat in self._idle:
            seat.close()
        for claim in self.held:
            claim.release()

    def _beat(self) -> None:
        """Touch the claims; a point that another took over meanwhile is his alone."""
        self._beaten = monotonic()
        for claim in self.held:
            claim.touch()
        for one in self.going.values():
            if not one.claim.touch():
                one.seat.stop("lost")
                one.seat.kill()
