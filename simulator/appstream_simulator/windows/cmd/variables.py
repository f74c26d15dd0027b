# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`set` and `path`."""

from __future__ import annotations

import re

from .arithmetic import ArithmeticProblem, evaluate
from .session import Session
from .syntax import UnsupportedError

_SWITCH = re.compile(r"\s*+/(?P<name>[^\s\"]*+)\s*+(?P<rest>.*+)", re.DOTALL)


def change(session: Session, rest: str) -> None:
    """`set NAME=VALUE`, `set "NAME=VALUE"`, `set NAME`, `set`, `set /a EXPRESSION` and `set /p NAME=PROMPT`."""
    if switch := _SWITCH.fullmatch(rest):
        _with_switch(session, switch["name"].lower(), switch["rest"])
        return
    name, equals, value = _assignment(rest)
    if not equals:
        _show(session, name.strip())
    elif not name:
        session.write("The syntax of the command is incorrect.\n", 2)
        session.result = 1
    else:
        session.set_variable(name, value)


def _assignment(text: str) -> tuple[str, str, str]:
    """Name, equals sign and value; what stands behind the last quote is not part of it when it begins with one."""
    text = text.lstrip(" \t,;=")
    if text.startswith('"'):
        text = text[1:]
        text = text.rpartition('"')[0] if '"' in text else text
    return text.partition("=")


def _with_switch(session: Session, name: str, rest: str) -> None:
    if name == "a":
        try:
            value = evaluate(session, rest)
        except ArithmeticProblem as problem:
            session.write(f"{problem}\n", 2)
            session.result = problem.code
            return
        if session.frame is None:
            session.write(str(value))
        return
    if name != "p":
        if name == "?":
            raise UnsupportedError("set /?")
        session.write("The syntax of the command is incorrect.\n", 2)
        session.result = 1
        return
    variable, equals, prompt = _assignment(rest)
    if not equals or not variable:
        raise UnsupportedError(f"set /p {rest}")
    session.write(prompt.strip('"'))
    line = session.stdin.line()
    if not line:
        session.result = 1  # nothing was entered: the variable stays as it is
        return
    session.set_variable(variable, line.decode(errors="replace"))


def _show(session: Session, prefix: str) -> None:
    found = sorted((name for name in session.variables if name.upper().startswith(prefix.upper())), key=str.upper)
    for name in found:
        session.write(f"{name}={session.variables[name]}\n")
    if prefix and not found:
        session.write(f"Environment variable {prefix} not defined\n", 2)
        session.result = 1


def path(session: Session, rest: str) -> None:
    """`path` and `path FOLDER;FOLDER`."""
    value = rest.strip().lstrip("=").strip()
    if not value:
        session.write(f"PATH={session.variable('PATH') or '(null)'}\n")
        return
    session.set_variable("PATH", "" if value == ";" else value)
