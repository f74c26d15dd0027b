# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the statements and expressions of a script do.

Output goes to whatever takes it at once, item by item, as in PowerShell: what a script has written before an error
stays written. Sources: about_Scopes, about_Try_Catch_Finally, about_Preference_Variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import members, operators, patterns, syntax
from .conversion import cast, resolved
from .errors import (
    PYTHON_ERRORS,
    BreakSignal,
    ContinueSignal,
    ErrorRecord,
    ExitSignal,
    ReturnSignal,
    ScriptError,
    UnknownError,
)
from .expression_values import Evaluator
from .parameters import bound
from .state import NOTHING, Emit, Scope
from .syntax import Node
from .values import (
    BlockValue,
    NetObject,
    items_of,
    to_bool,
    to_text,
    unwrapped,
)


@dataclass
class Outcome:
    """What a script leaves behind besides the streams of its session.

    Attributes:
        error: what ended it.
        exit_code: what it exited with, None when it did not.
    """

    output: list[Any] = field(default_factory=list)
    error: ErrorRecord | None = None
    exit_code: int | None = None


class Interpreter(Evaluator):
    """Runs one script."""

    def run(self, script: syntax.Script, parameters: Mapping[str, Any]) -> Outcome:
        """Run a script with parameters by name.

        Raises:
            UnknownError: it turns out to do something outside of the subset. `output` of the exception is what it had
                written by then.
        """
        outcome = Outcome()
        try:
            values = bound(self, script, parameters, ())
            self.scopes[0].variables.update(values)
            self.scopes[0].types.update(_types(script))
            self.scopes[0].variables["pscmdlet"] = self._cmdlet_object(script)
            self.what_if = script.supports_should_process and self.session.check_mode
            self.execute(script.body, outcome.output.append)
        except ScriptError as error:
            outcome.error = error.record
        except ExitSignal as signal:
            outcome.exit_code = signal.code
        except (ReturnSignal, BreakSignal, ContinueSignal):
            pass
        except RecursionError as error:
            raise self._unknown(UnknownError("a script with so many levels"), outcome) from error
        except UnknownError as error:
            raise self._unknown(error, outcome) from error
        except PYTHON_ERRORS as error:
            raise self._unknown(UnknownError(f"values of these kinds ({error})"), outcome) from error
        return outcome

    def _unknown(self, error: UnknownError, outcome: Outcome) -> UnknownError:
        error.output = outcome.output  # type: ignore[attr-defined]
        return error

    def _cmdlet_object(self, script: syntax.Script) -> Any:
        if not script.advanced:
            return None

        def should_process(*_texts: Any) -> bool:
            return not self.what_if

        return NetObject("System.Management.Automation.PSScriptCmdlet", {}, {"shouldprocess": should_process})

    # Statements

    def execute(self, node: Node, emit: Emit) -> None:
        """Carry out a statement or a block."""
        self.tick()
        method = _STATEMENTS.get(type(node))
        if method is not None:
            method(self, node, emit)
        else:
            self._output(node, emit)

    def _output(self, node: Node, emit: Emit) -> None:
        if isinstance(node, syntax.Increment):
            self.evaluate(node)
            return
        value = self.raw_value(node)
        self.succeeded = True
        if value is NOTHING:
            return
        if value is None and _gives_nothing(node):
            return
        for item in items_of(value):
            emit(item)

    def collected(self, node: Node) -> list[Any]:
        """What a statement outputs."""
        output: list[Any] = []
        self.execute(node, output.append)
        return output

    def _block(self, node: syntax.Block, emit: Emit) -> None:
        for statement in node.statements:
            try:
                self.execute(statement, emit)
            except ScriptError as error:
                preference = self.preference()
                if error.ends_script or self.attempts or preference == "stop":
                    raise
                self.report(error.record, preference)

    def _pipeline(self, node: syntax.Pipeline, emit: Emit) -> None:
        from .pipelines import run_pipeline  # it imports this module

        self.succeeded = True
        run_pipeline(self, node, emit)

    def _assignment(self, node: syntax.Assignment, _emit: Emit) -> None:
        self.assign(node)

    def assign(self, node: syntax.Assignment) -> Any:
        """Carry out an assignment; gives what has been assigned."""
        value = self.assigned_value(node.value)
        if node.operator != "=":
            before = self.evaluate(node.target)
            value = operators.binary(node.operator[0], before, None if value is NOTHING else value)
        self.store(node.target, value)
        return None if value is NOTHING else value

    def assigned_value(self, node: Node) -> Any:
        """What the right side of an assignment gives."""
        if isinstance(node, syntax.Assignment):
            return self.assign(node)
        if type(node) in _STATEMENTS:
            output = self.collected(node)
            return unwrapped(output) if output else NOTHING
        return self.raw_value(node)

    def _if(self, node: syntax.If, emit: Emit) -> None:
        for condition, body in node.clauses:
            if to_bool(self.evaluate(condition)):
                self.execute(body, emit)
                return
        if node.otherwise:
            self.execute(node.otherwise, emit)

    def _looped(self, body: Node, emit: Emit) -> bool:
        """Carry out a loop's body once; false when the loop ends with it."""
        try:
            self.execute(body, emit)
        except ContinueSignal:
            return True
        except BreakSignal:
            return False
        return True

    def _foreach(self, node: syntax.Foreach, emit: Emit) -> None:
        if type(node.items) in _STATEMENTS:
            items = self.collected(node.items)
        else:
            value = self.raw_value(node.items)
            items = [] if value is None or value is NOTHING else list(items_of(value))
        for item in items:
            self.tick()
            self.set_variable(node.variable.name, item)
            if not self._looped(node.body, emit):
                return

    def _while(self, node: syntax.While, emit: Emit) -> None:
        while to_bool(self.evaluate(node.condition)):
            self.tick()
            if not self._looped(node.body, emit):
                return

    def _do(self, node: syntax.DoLoop, emit: Emit) -> None:
        while True:
            self.tick()
            if not self._looped(node.body, emit) or to_bool(self.evaluate(node.condition)) == node.until:
                return

    def _for(self, node: syntax.For, emit: Emit) -> None:
        if node.start:
            self.execute(node.start, _nowhere)
        while node.condition is None or to_bool(self.evaluate(node.condition)):
            self.tick()
            if not self._looped(node.body, emit):
                return
            if node.step:
                self.execute(node.step, _nowhere)

    def _switch(self, node: syntax.Switch, emit: Emit) -> None:
        for item in items_of(self.evaluate(node.value)):
            try:
                self._switch_item(node, item, emit)
            except ContinueSignal:
                continue
            except BreakSignal:
                return

    def _switch_item(self, node: syntax.Switch, item: Any, emit: Emit) -> None:
        before = {name: self.raw_variable(name) for name in ("_", "psitem")}
        self.scopes[-1].variables.update({"_": item, "psitem": item})
        try:
            matched = False
            for condition, body in node.clauses:
                if self._fits(node.mode, item, condition):
                    matched = True
                    self.execute(body, emit)
            if not matched and node.otherwise:
                self.execute(node.otherwise, emit)
        finally:
            self.scopes[-1].variables.update(before)

    def _fits(self, mode: str, item: Any, condition: Node) -> bool:
        if isinstance(condition, syntax.BlockLiteral):
            return to_bool(unwrapped(self.collected(condition.script.body)))
        wanted = self.evaluate(condition)
        if mode == "regex":
            return self.matched(to_text(item), to_text(wanted), ignore_case=True)
        if mode == "wildcard":
            return patterns.like(to_text(item), to_text(wanted))
        return operators.equal(item, wanted)

    def _jump(self, node: syntax.Jump, emit: Emit) -> None:
        if node.keyword == "break":
            raise BreakSignal
        if node.keyword == "continue":
            raise ContinueSignal
        if node.keyword == "return":
            if node.value:
                self.execute(node.value, emit)
            raise ReturnSignal
        value = unwrapped(self.collected(node.value)) if node.value else None
        if node.keyword == "exit":
            raise ExitSignal(cast(value, "System.Int32"))
        raise self._thrown(value)

    def _thrown(self, value: Any) -> ScriptError:
        if value is None:
            current = self.variable("_")
            value = (
                current if isinstance(current, NetObject) and isinstance(current.data, ErrorRecord) else "ScriptHalted"
            )
        if isinstance(value, NetObject) and isinstance(value.data, ErrorRecord):
            return ScriptError(value.data, ends_script=True)
        record = ErrorRecord(to_text(value), thrown=value, target=value, identifier=to_text(value))
        return ScriptError(record, ends_script=True)

    def _try(self, node: syntax.Try, emit: Emit) -> None:
        try:
            self.attempts += bool(node.catches)
            try:
                self.execute(node.body, emit)
            finally:
                self.attempts -= bool(node.catches)
        except ScriptError as error:
            body = self._catch(node.catches, error)
            if body is None:
                raise
            before = self.raw_variable("_")
            self.scopes[-1].variables["_"] = self.scopes[-1].variables["psitem"] = members.error_of(error)
            try:
                self.execute(body, emit)
            finally:
                self.scopes[-1].variables["_"] = self.scopes[-1].variables["psitem"] = before
        finally:
            if node.ending:
                self.execute(node.ending, emit)

    def _catch(self, catches: Sequence[syntax.Catch], error: ScriptError) -> syntax.Block | None:
        for clause in catches:
            if any(error.record.is_a(resolved(kind.name)) for kind in clause.types):
                return clause.body
        return next((clause.body for clause in catches if not clause.types), None)

    def _function(self, node: syntax.Function, _emit: Emit) -> None:
        self.functions[node.name] = node.script

    # Calls of functions and script blocks

    def call(self, script: syntax.Script, values: Mapping[str, Any], emit: Emit) -> None:
        """Run a function or a script block in a scope of its own."""
        self._calls += 1
        if self._calls > self.deepest_call:
            raise UnknownError(f"functions that call each other more than {self.deepest_call} levels deep")
        variables = {"pscmdlet": self._cmdlet_object(script), **values} if script.advanced else dict(values)
        self.scopes.append(Scope(variables, _types(script)))
        try:
            self.execute(script.body, emit)
        except ReturnSignal:
            pass
        finally:
            self.scopes.pop()
            self._calls -= 1

    def run_block(self, block: BlockValue, item: Any, emit: Emit) -> None:
        """Run a script block of ForEach-Object or Where-Object for an item, in the scope it stands in."""
        scope = self.scopes[-1]
        before = {name: scope.variables.get(name, NOTHING) for name in ("_", "psitem")}
        scope.variables["_"] = scope.variables["psitem"] = item
        try:
            self.execute(block.script.body, emit)
        except ReturnSignal:
            pass
        finally:
            scope.variables.update(before)


def _nowhere(_item: Any) -> None:
    """Output that nobody takes."""


def _gives_nothing(node: Node) -> bool:
    """Whether an expression is a cast to void, or the call of a method that gives nothing."""
    if isinstance(node, syntax.Cast):
        return node.type_name.name.lower() in ("void", "system.void")
    if isinstance(node, syntax.Call) and isinstance(node.name, syntax.Literal):
        return str(node.name.value).lower() in members.VOID
    return False


def _types(script: syntax.Script) -> dict[str, str]:
    """The types that a script's parameters have for good."""
    return {item.name: resolved(item.type_name.name) for item in script.parameters if item.type_name}


_STATEMENTS: dict[type[Node], Callable[[Interpreter, Any, Emit], None]] = {
    syntax.Block: Interpreter._block,
    syntax.Pipeline: Interpreter._pipeline,
    syntax.Assignment: Interpreter._assignment,
    syntax.If: Interpreter._if,
    syntax.Foreach: Interpreter._foreach,
    syntax.While: Interpreter._while,
    syntax.DoLoop: Interpreter._do,
    syntax.For: Interpreter._for,
    syntax.Switch: Interpreter._switch,
    syntax.Jump: Interpreter._jump,
    syntax.Try: Interpreter._try,
    syntax.Function: Interpreter._function,
}
