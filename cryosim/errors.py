"""Every error raised on purpose; the command line prints them without a traceback."""


class CryosimError(Exception):
    """Something the user can act on; ``exit_code`` is what the command line returns."""

    exit_code = 3


class CaseError(CryosimError):
    """A case, mesh or library file asks for something impossible."""

    exit_code = 2


class NumericalError(CryosimError):
    """The march could not go on: a step underflow, a NaN, a temperature outside its data."""

    exit_code = 3


class MissingTool(CryosimError):
    """Something of the system is missing; the message names the command that installs it."""

    exit_code = 2


class LimitExceeded(CryosimError):
    """A strict run came to an end with a limit of safety in error; its result is written."""

    exit_code = 4


class Interrupted(CryosimError):
    """The run was asked to stop; a restart file was left behind."""

    exit_code = 130
