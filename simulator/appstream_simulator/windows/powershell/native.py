# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that a script runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol.host import ProcessResult

from ..machine import processes
from .errors import UnhandledProgramError, UnknownError, failure
from .values import to_text

if TYPE_CHECKING:
    from .evaluation import Interpreter
    from .session import Session


def is_there(session: Session, name: str) -> bool:
    """Whether there is a program of this name or path; what lies in the working directory needs a path."""
    folder = session.folder if "\\" in name or "/" in name else "C:\\Windows\\System32"
    return session.machine.has_program(name, user=session.user, environment=session.variables, working_directory=folder)


def run(
    interpreter: Interpreter, program: str, arguments: Sequence[Any], items: Sequence[Any], *, silent: bool
) -> list[str]:
    """The lines that a program writes; its exit code is left in `$LASTEXITCODE`.

    Raises:
        ScriptError: there is no such program.
        UnknownError: the simulator cannot do what it is asked for.
    """
    session = interpreter.session
    if program.lower().endswith((".ps1", ".psm1")):
        raise UnknownError(f"the script {program}")
    line = " ".join([f'"{program}"' if " " in program else program, *map(_quoted, filter(None, arguments))])
    stdin = "".join(f"{to_text(item)}\r\n" for item in items).encode()
    result = _result(interpreter, line, program, stdin, session.folder)
    output = result.stdout.decode(errors="replace").splitlines()
    if not silent and result.stderr:
        session.streams.host_err.append(result.stderr.decode(errors="replace"))
    interpreter.exit_code = result.exit_code
    interpreter.succeeded = result.exit_code == 0
    return output


def start(interpreter: Interpreter, line: str, folder: str) -> int:
    """Run a command line in a console of its own to its end; gives the exit code. Raises as `run`."""
    program = line.split('"')[1] if line.startswith('"') else line.split(" ")[0]
    return _result(interpreter, line, program, b"", folder or interpreter.session.folder).exit_code


def _result(interpreter: Interpreter, line: str, program: str, stdin: bytes, folder: str) -> ProcessResult:
    session = interpreter.session
    try:
        result = session.machine.run_process(
            line,
            stdin=stdin,
            user=session.user,
            environment=session.variables,
            working_directory=folder,
        )
    except FileNotFoundError as error:
        raise UnknownError(f"the command {program}") from error
    except processes.BadImageError as error:
        message = f"Program '{program}' failed to run: {error}"
        raise failure(message, "System.Management.Automation.ApplicationFailedException") from error
    if result.unhandled:
        raise UnhandledProgramError(result.stderr.decode(errors="replace").strip() or line)
    return result


def _quoted(argument: Any) -> str:
    """As Windows PowerShell 5.1 hands an argument on: in quotes when there are blanks outside of its own."""
    text = to_text(argument)
    outside = "".join(text.split('"')[::2])
    return f'"{text}"' if any(character.isspace() for character in outside) else text
