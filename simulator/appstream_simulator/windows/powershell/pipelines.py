# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Pipelines: commands that pass items on to each other, one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from . import native, syntax
from .commands_table import cmdlet_named
from .errors import EnoughSignal, ErrorRecord, NetError, UnknownError
from .evaluation import Interpreter
from .parameters import Cmdlet, bound, cmdlet_arguments, function_arguments
from .session import Session
from .state import NOTHING, Emit
from .values import BlockValue, NetObject, items_of, to_text


@dataclass
class Run:
    """One call of a cmdlet.

    Attributes:
        given: the options by lower-case name.
        items: what has come through the pipeline, for cmdlets that take all of it.
        emit: for cmdlets that run script blocks; others give what they output.
    """

    interpreter: Interpreter
    cmdlet: Cmdlet
    given: dict[str, Any]
    items: list[Any]
    emit: Emit
    silenced: frozenset[str] = frozenset()

    @property
    def session(self) -> Session:
        """The process."""
        return self.interpreter.session

    def get(self, name: str, default: Any = None) -> Any:
        """An option, by lower-case name."""
        return self.given.get(name, default)

    def texts(self, name: str) -> list[str]:
        """An option that is a list of texts."""
        value = self.given.get(name)
        return [to_text(item) for item in items_of(value)] if value is not None else []

    def error(
        self, message: str, kind: str = "System.Management.Automation.RuntimeException", target: Any = None
    ) -> None:
        """An error that ends the cmdlet's work for one item, at most."""
        preference = self.interpreter.preference(self.given.get("erroraction"))
        if "2" in self.silenced or "*" in self.silenced:
            preference = "stop" if preference == "stop" else "silentlycontinue"
        self.interpreter.report(ErrorRecord(message, kind, target=target), preference)

    def should(self, action: str, target: str) -> bool:
        """Whether to go ahead: -WhatIf only says what would be done."""
        if not self.given.get("whatif", self.interpreter.what_if):
            return True
        text = f'What if: Performing the operation "{action}" on target "{target}".'
        self.session.streams.host_out.append(text)
        return False


class Stage:
    """A command in a pipeline. `take` gets each item, `end` comes when there are no more."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.fed = False

    def take(self, item: Any) -> None:
        """An item of the pipeline."""
        raise NotImplementedError

    def end(self) -> None:
        """There are no more items; when there have been none at all the command is the first, or got nothing."""


class CmdletStage(Stage):
    """A cmdlet."""

    def __init__(
        self, interpreter: Interpreter, cmdlet: Cmdlet, command: syntax.Command, emit: Emit, first: bool
    ) -> None:
        super().__init__(_nowhere if command.silenced & {"1", "*"} else emit)
        self.first = first
        given = cmdlet_arguments(interpreter, cmdlet, command)
        self.call = Run(interpreter, cmdlet, given, [], self.emit, command.silenced)
        interpreter.preference(given.get("erroraction"))
        self._blocks("begin")

    def _blocks(self, name: str) -> None:
        """Run the script blocks of -Begin or -End of ForEach-Object."""
        for block in items_of(self.call.get(name, [])) if self.call.cmdlet.name == "ForEach-Object" else ():
            if isinstance(block, BlockValue):
                self.call.interpreter.run_block(block, None, self.emit)

    def take(self, item: Any) -> None:
        cmdlet = self.call.cmdlet
        if cmdlet.whole:
            self.call.items.append(item)
            return
        if cmdlet.streams:
            self._run(replace(self.call, items=[item]))
            return
        given = dict(self.call.given)
        if cmdlet.by_path and isinstance(item, NetObject) and "PSPath" in item.properties:
            given["literalpath"] = [item.get("PSPath")]
        elif cmdlet.pipeline:
            given[cmdlet.pipeline] = [to_text(item)] if cmdlet.by_path else item
        else:
            raise UnknownError(f"{cmdlet.name} with items of a pipeline")
        self._run(Run(self.call.interpreter, cmdlet, given, [item], self.emit, self.call.silenced))

    def end(self) -> None:
        if self.call.cmdlet.whole or (self.first and not self.call.cmdlet.streams):
            self._run(self.call)
        self._blocks("end")

    def _run(self, run: Run) -> None:
        run.interpreter.tick()
        try:
            for item in run.cmdlet.run(run):
                self.emit(item)
        except NetError as error:
            run.error(str(error), error.kind)


class FirstStage(CmdletStage):
    """Select-Object -First: it ends the pipeline as soon as it has its items."""

    def __init__(
        self, interpreter: Interpreter, cmdlet: Cmdlet, command: syntax.Command, emit: Emit, first: bool
    ) -> None:
        super().__init__(interpreter, cmdlet, command, emit, first)
        self.left = int(self.call.given["first"])

    def take(self, item: Any) -> None:
        if self.left > 0:
            self.left -= 1
            self._run(replace(self.call, items=[item]))
        if self.left <= 0:
            raise EnoughSignal(self)

    def end(self) -> None:
        """Nothing is left to be done."""


class FunctionStage(Stage):
    """A function of the script, or a script block that is called."""

    def __init__(
        self, interpreter: Interpreter, script: syntax.Script, command: syntax.Command, emit: Emit, first: bool
    ) -> None:
        super().__init__(_nowhere if command.silenced & {"1", "*"} else emit)
        if not first:
            raise UnknownError("a function or a script block that gets items of a pipeline")
        self.interpreter, self.script = interpreter, script
        arguments = function_arguments(interpreter, script, command)
        self.values = bound(interpreter, script, arguments.named, arguments.positional)

    def end(self) -> None:
        self.interpreter.call(self.script, self.values, self.emit)


class NativeStage(Stage):
    """A program."""

    def __init__(
        self, interpreter: Interpreter, program: str, command: syntax.Command, emit: Emit, first: bool
    ) -> None:
        super().__init__(_nowhere if command.silenced & {"1", "*"} else emit)
        self.interpreter, self.program, self.silenced = interpreter, program, command.silenced
        self.items: list[Any] = []
        self.arguments: list[Any] = []
        for argument in command.arguments:
            if argument.splat:
                raise UnknownError("splatting for a program")
            if argument.name is not None:
                colon = ":" if argument.value is not None else ""
                value = to_text(interpreter.evaluate(argument.value)) if argument.value is not None else ""
                self.arguments.append(f"-{argument.name}{colon}{value}")
            elif argument.value is not None:
                self.arguments += [to_text(item) for item in items_of(interpreter.evaluate(argument.value))]

    def take(self, item: Any) -> None:
        self.items.append(item)

    def end(self) -> None:
        silent = bool(self.silenced & {"2", "*"})
        for line in native.run(self.interpreter, self.program, self.arguments, self.items, silent=silent):
            self.emit(line)


def _nowhere(_item: Any) -> None:
    """Output that nobody takes."""


def run_pipeline(interpreter: Interpreter, node: syntax.Pipeline, emit: Emit) -> None:
    """Carry out a pipeline."""
    stages: list[Stage] = []
    sink = emit
    commands = [element for element in node.elements if isinstance(element, syntax.Command)]
    starts_with_command = len(commands) == len(node.elements)
    for command in reversed(commands):
        stage = _stage(interpreter, command, sink, first=starts_with_command and command is commands[0])
        stages.insert(0, stage)
        sink = stage.take
    try:
        if not starts_with_command:
            _feed(interpreter, node.elements[0], sink)
    except EnoughSignal as signal:
        _end(stages, signal)
        return
    _end(stages, None)


def _end(stages: list[Stage], signal: EnoughSignal | None) -> None:
    """End all stages; those before one that has had enough end without anything more."""
    place = 0
    while place < len(stages):
        if signal is not None:
            found = next((number for number, stage in enumerate(stages) if stage is signal.stage), -1)
            if found < 0:
                raise signal
            place, signal = found, None
        try:
            stages[place].end()
            place += 1
        except EnoughSignal as enough:
            signal = enough


def _feed(interpreter: Interpreter, node: syntax.Node, sink: Emit) -> None:
    value = interpreter.raw_value(node)
    if value is NOTHING:
        return
    for item in items_of(value):
        sink(item)


def _stage(interpreter: Interpreter, command: syntax.Command, emit: Emit, *, first: bool) -> Stage:
    name = interpreter.evaluate(command.name)
    if isinstance(name, BlockValue):
        return FunctionStage(interpreter, name.script, command, emit, first)
    text = to_text(name)
    function = interpreter.functions.get(text.lower())
    if function is not None:
        return FunctionStage(interpreter, function, command, emit, first)
    cmdlet = cmdlet_named(text)
    if cmdlet is not None:
        if cmdlet.name == "Select-Object" and _stops_early(command):
            return FirstStage(interpreter, cmdlet, command, emit, first)
        return CmdletStage(interpreter, cmdlet, command, emit, first)
    return NativeStage(interpreter, text, command, emit, first)


def _stops_early(command: syntax.Command) -> bool:
    """Whether this Select-Object has -First, and nothing that needs to see all items."""
    names = [argument.name.lower() for argument in command.arguments if argument.name]
    splatted = any(argument.splat for argument in command.arguments)
    return "first" in names and not splatted and not {"last", "skip", "unique"} & set(names)
