# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""cmd.exe: `/c` with a command line, and batch files.

What is not simulated is journalled as `unhandled` and fails. Which commands set ERRORLEVEL, and to what, is what Wine's
tests of the built-in commands found on Windows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from ..machine import command_line
from . import batch, conditions, loops, parser, redirections
from .built_ins import BUILT_INS, SETS_LEVEL_ITSELF, keeps_level
from .programs import run_program
from .redirections import RedirectionError
from .session import ExitError, Input, Memory, Session, Sink
from .syntax import Block, Chain, For, If, Node, Simple, UnsupportedError, is_quiet, shown
from .words import built_in_name

if TYPE_CHECKING:
    from ..machine.processes import Process

# /c or /k after other switches, and the text to run.
_OPTIONS = re.compile(
    r"(?P<switches>(?:/(?:[dqsau]|[efv]:(?:on|off))\s*+)*+)/[ck]\s*+(?P<text>.*+)", re.IGNORECASE | re.DOTALL
)


def run(process: Process) -> ProcessResult:
    """One run of cmd.exe."""
    found = _OPTIONS.fullmatch(command_line.after_program(process.command_line))
    if found is None:
        return process.unhandled("cmd.exe")
    switches = found["switches"].lower()
    session = _session(process)
    session.echo = "/q" not in switches
    session.delayed = "/v:on" in switches
    text = _unwrapped(session, found["text"].strip(), always="/s" in switches)
    return _ended(session, lambda: run_line(session, text))


def run_batch_file(process: Process) -> ProcessResult:
    """A batch file that is started like a program: Windows hands it to cmd.exe /c."""
    session = _session(process)

    def start() -> None:
        batch.start(session, process.program, process.command_line, execute)

    return _ended(session, start)


def _session(process: Process) -> Session:
    streams = {1: Memory(), 2: Memory()}
    return Session(process, dict(process.environment), process.working_directory, dict(streams), Input(process.stdin))


def _ended(session: Session, start: Callable[[], None]) -> ProcessResult:
    """The result of a cmd.exe that has come to its end."""
    out, err = session.streams[1], session.streams[2]
    assert isinstance(out, Memory) and isinstance(err, Memory)
    code, unhandled = 0, False
    try:
        start()
        code = session.result or session.waited
    except ExitError as end:
        code, unhandled = end.exit_code, end.unhandled
    except UnsupportedError as error:
        refused = session.process.unhandled("cmd.exe", reason=str(error))
        err.write(refused.stderr)
        code, unhandled = refused.exit_code, True
    return ProcessResult(code, bytes(out.data), bytes(err.data), unhandled=unhandled)


def _unwrapped(session: Session, text: str, *, always: bool) -> str:
    """What `/c` is given without its outer quotes.

    They stay when they are the only two and there are no special characters, but blanks, within them and it is the
    name of a program (`cmd /?`). Otherwise the first and the last quote go.
    """
    if not text.startswith('"'):
        return text
    end = text.rfind('"')
    if end == 0:
        return text[1:]
    inner = text[1:end]
    plain = text.count('"') == 2 and not any(character in inner for character in "&<>()@^|") and " " in inner
    if not always and plain and end == len(text) - 1 and session.disk.is_file(session.path(inner)):
        return text
    return inner + text[end + 1 :]


def run_line(session: Session, text: str) -> None:
    """Run a line that `/c` was given."""
    node = parser.parse(session.expanded_line(text))
    if node is not None:
        execute(session, node)


def execute(session: Session, node: Node) -> None:
    """Run commands.

    Raises:
        ExitError: it is over.
        GoToError: the batch file goes on elsewhere.
        UnsupportedError: something is not simulated.
    """
    while isinstance(node, Chain) and node.operator != "|":
        execute(session, node.left)
        if node.operator == "||":
            if session.result == 0:
                return
            # Some commands leave ERRORLEVEL alone when they fail, but not before `||`.
            session.level = session.result
        if node.operator == "&&" and session.result != 0:
            return
        node = node.right
    session.count()
    if isinstance(node, Chain):
        _execute_pipe(session, node)
    elif isinstance(node, If):
        branch = node.then if conditions.holds(session, node.condition) else node.otherwise
        session.result = 0
        if branch is not None:
            execute(session, branch)
    elif isinstance(node, For):
        _execute_loop(session, node)
    else:
        _execute_redirected(session, node)


def _execute_pipe(session: Session, node: Node) -> None:
    """Each side runs in a cmd.exe of its own, whose variables nobody sees afterwards."""
    sides = []
    while isinstance(node, Chain) and node.operator == "|":
        sides.append(node.left)
        node = node.right
    sides.append(node)
    stdin = session.stdin
    for side in sides:
        between = Memory()
        streams = session.streams if side is sides[-1] else {**session.streams, 1: between}
        _execute_side(session, side, dict(streams), stdin)
        stdin = Input(bytes(between.data))


def _execute_side(session: Session, side: Node, streams: dict[int, Sink], stdin: Input) -> None:
    own = replace(
        session,
        variables=dict(session.variables),
        streams=streams,
        stdin=stdin,
        loops=dict(session.loops),
        pushed=list(session.pushed),
        echo=False,
    )
    try:
        execute(own, side)
    except ExitError as end:
        if end.unhandled:
            raise
        own.result = end.exit_code
    session.commands = own.commands
    session.result = session.level = own.result


def _execute_loop(session: Session, node: For) -> None:
    session.result = 0
    before = session.loops
    quiet = is_quiet(node.body) or not session.echo
    try:
        for values in loops.rounds(session, node, execute):
            session.loops = {**before, **values}
            if not quiet:
                session.write(f"\n{session.directory}>{session.expanded(shown(node.body))}\n")
            execute(session, node.body)
    finally:
        session.loops = before


def _execute_redirected(session: Session, node: Simple | Block) -> None:
    try:
        with redirections.redirected(session, node.redirections):
            if isinstance(node, Block):
                for command in node.commands:
                    execute(session, command)
            else:
                _execute_simple(session, session.expanded(node.text))
    except RedirectionError as error:
        session.write(f"{error}\n", 2)
        session.result, session.kept_level = 1, True


def _execute_simple(session: Session, text: str) -> None:
    text = text.lstrip(" \t,;=")
    if not text.strip():
        return
    name = built_in_name(text)
    session.kept_level, session.waited = False, 0
    if name is None:
        run_program(session, text, execute)
        return
    session.result = 0
    BUILT_INS[name](session, text[len(name) :], execute)
    if name in SETS_LEVEL_ITSELF:
        return
    if keeps_level(session, name):
        session.kept_level = session.result != 0
    else:
        session.level = session.result
