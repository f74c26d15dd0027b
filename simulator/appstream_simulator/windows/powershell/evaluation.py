# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the statements and expressions of a script do.

Output goes to whatever takes it at once, item by item, as in PowerShell: what a script has written before an error
stays written. Sources: about_Scopes, about_Try_Catch_Finally, about_Preference_Variables, about_Functions_Advanced_Methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import dotnet, members, operators, patterns, syntax
from .conversion import cast, resolved
from .errors import (
    BreakSignal,
    ContinueSignal,
    ErrorRecord,
    ExitSignal,
    ReturnSignal,
    ScriptError,
    UnknownError,
    failure,
)
from .parameters import bound
from .session import PROCESS_IDENTIFIER, Session
from .syntax import Node
from .values import (
    BlockValue,
    CustomObject,
    Hashtable,
    NetObject,
    TypeValue,
    Version,
    is_array,
    items_of,
    to_bool,
    to_text,
    type_name,
    unwrapped,
)

Emit = Callable[[Any], None]
# What a variable holds that got the output of something without output: $null, but a pipeline gets nothing from it.
NOTHING = object()
_PREFERENCES = ("continue", "silentlycontinue", "stop", "ignore", "inquire")


@dataclass
class Scope:
    """Variables by lower-case name, and the types that some of them have for good."""

    variables: dict[str, Any] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


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


class Interpreter:
    """Runs one script.

    Attributes:
        steps: how many statements and expressions a script may have carried out until it is given up.
        attempts: how many `try` blocks are being carried out.
        succeeded: `$?`.
    """

    steps = 5_000_000
    deepest_call = 12

    def __init__(self, session: Session, *, preference: str = "Continue") -> None:
        self.session = session
        self.scopes = [Scope(self._automatic(preference))]
        self.functions: dict[str, syntax.Script] = {}
        self.attempts = 0
        self.succeeded = True
        self.exit_code: int | None = None
        self.what_if = False
        self._done = 0
        self._calls = 0

    def _automatic(self, preference: str) -> dict[str, Any]:
        version = Hashtable({"PSVersion": Version((5, 1, 20348, 1)), "PSEdition": "Desktop", "CLRVersion": None})
        return {
            "null": None,
            "true": True,
            "false": False,
            "erroractionpreference": preference,
            "warningpreference": "Continue",
            "verbosepreference": "SilentlyContinue",
            "debugpreference": "SilentlyContinue",
            "progresspreference": "Continue",
            "pid": PROCESS_IDENTIFIER,
            "psversiontable": version,
            "ofs": " ",
            "home": self.session.variables.get("USERPROFILE"),
            "pwd": NetObject(
                "System.Management.Automation.PathInfo", {"Path": self.session.folder}, text=self.session.folder
            ),
        }

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
            self.scopes[0].variables["psboundparameters"] = Hashtable(parameters)
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

    def tick(self) -> None:
        """Count a step. Raises UnknownError when there have been too many."""
        self._done += 1
        if self._done > self.steps:
            raise UnknownError(f"a script that has not ended after {self.steps} steps")

    # Errors

    def preference(self, given: Any = None) -> str:
        """What happens at an error that ends nothing, in lower case."""
        text = to_text(self.variable("erroractionpreference") if given is None else given).lower()
        if text not in _PREFERENCES[:4]:
            raise UnknownError(f"the error action {text!r}")
        return text

    def report(self, record: ErrorRecord, preference: str) -> None:
        """An error that ends nothing by itself. Raises ScriptError when it is to end the script."""
        self.succeeded = False
        if preference == "stop":
            raise ScriptError(record, ends_script=True)
        if preference == "continue":
            self.session.streams.errors.append(record)

    # Variables

    def variable(self, name: str) -> Any:
        """A variable's value, `$null` when there is none."""
        value = self.raw_variable(name)
        return None if value is NOTHING else value

    def raw_variable(self, name: str) -> Any:
        """A variable's value, NOTHING when nothing had been output for it."""
        for scope in reversed(self.scopes):
            if name in scope.variables:
                return scope.variables[name]
        if name == "?":
            return self.succeeded
        return self.exit_code if name == "lastexitcode" else None

    def set_variable(self, name: str, value: Any, scope: str = "", kind: str = "") -> None:
        """Assign to a variable of the present scope, or of the script's."""
        if name in ("null",):
            return
        if name in ("true", "false", "pid", "psversiontable", "home", "?"):
            raise failure(f"Cannot overwrite variable {name} because it is read-only or constant.")
        place = self.scopes[0] if scope in ("script", "global") else self.scopes[-1]
        if kind:
            place.types[name] = kind
        wanted = place.types.get(name)
        if wanted:
            value = cast(None if value is NOTHING else value, wanted)
        place.variables[name] = value

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
        if value is NOTHING:
            return
        if value is None and _gives_nothing(node):
            return
        for item in items_of(value):
            emit(item)

    def raw_value(self, node: Node) -> Any:
        """The value of an expression; NOTHING for a variable that got no output."""
        if isinstance(node, syntax.Variable) and not node.scope:
            self.tick()
            return self.raw_variable(node.name)
        return self.evaluate(node)

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
        self._store(node.target, value)
        return None if value is NOTHING else value

    def assigned_value(self, node: Node) -> Any:
        """What the right side of an assignment gives."""
        if isinstance(node, syntax.Assignment):
            return self.assign(node)
        if type(node) in _STATEMENTS:
            output = self.collected(node)
            return unwrapped(output) if output else NOTHING
        return self.raw_value(node)

    def _store(self, target: Node, value: Any) -> None:
        if isinstance(target, syntax.Cast):
            if not isinstance(target.operand, syntax.Variable):
                raise UnknownError("a typed assignment to something else than a variable")
            self.set_variable(target.operand.name, value, target.operand.scope, resolved(target.type_name.name))
        elif isinstance(target, syntax.Variable):
            if target.scope == "env":
                dotnet.static_method("System.Environment", "SetEnvironmentVariable")(
                    self.session, target.name, None if value is NOTHING else value
                )
            else:
                self.set_variable(target.name, value, target.scope)
        elif isinstance(target, syntax.ArrayLiteral):
            self._store_all(target.items, value)
        elif isinstance(target, syntax.Member):
            members.put(self.evaluate(target.target), self._name(target.name), None if value is NOTHING else value)
        elif isinstance(target, syntax.Index):
            self._store_item(
                self.evaluate(target.target), self.evaluate(target.index), None if value is NOTHING else value
            )

    def _store_all(self, targets: Sequence[Node], value: Any) -> None:
        values = list(items_of(value)) if value is not NOTHING else []
        for place, target in enumerate(targets):
            if place == len(targets) - 1 and len(values) > len(targets):
                self._store(target, values[place:])
            else:
                self._store(target, values[place] if place < len(values) else None)

    def _store_item(self, target: Any, index: Any, value: Any) -> None:
        if isinstance(target, Hashtable):
            target[index] = value
        elif isinstance(target, list):
            place = cast(index, "System.Int32")
            if not -len(target) <= place < len(target):
                raise failure("Index was outside the bounds of the array.", "System.IndexOutOfRangeException")
            target[place] = value
        else:
            raise failure(f"Unable to index into an object of type {type_name(target)}.")

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
        self.scopes.append(Scope({"_": item, "psitem": item}))
        scope = self.scopes.pop()
        before = {name: self.raw_variable(name) for name in ("_", "psitem")}
        self.scopes[-1].variables.update(scope.variables)
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

    # Expressions

    def evaluate(self, node: Node) -> Any:
        """The value of an expression, or of a statement that stands for one."""
        self.tick()
        method = _EXPRESSIONS.get(type(node))
        if method is not None:
            return method(self, node)
        return unwrapped(self.collected(node))

    def _literal(self, node: syntax.Literal) -> Any:
        return node.value

    def _text(self, node: syntax.Text) -> str:
        return "".join(part if isinstance(part, str) else to_text(self.evaluate(part)) for part in node.parts)

    def _variable(self, node: syntax.Variable) -> Any:
        if node.scope == "env":
            return self.session.variables.get(node.name)
        if node.scope in ("script", "global"):
            value = self.scopes[0].variables.get(node.name)
            return None if value is NOTHING else value
        return self.variable(node.name)

    def _array(self, node: syntax.ArrayLiteral) -> list[Any]:
        return [self.evaluate(item) for item in node.items]

    def _array_expression(self, node: syntax.ArrayExpression) -> list[Any]:
        return self.collected(node.body)

    def _subexpression(self, node: syntax.SubExpression) -> Any:
        return unwrapped(self.collected(node.body))

    def _parenthesis(self, node: syntax.Parenthesis) -> Any:
        if isinstance(node.inner, syntax.Assignment):
            return self.assign(node.inner)
        return self.evaluate(node.inner)

    def _hashtable(self, node: syntax.HashLiteral) -> Hashtable:
        table = Hashtable()
        for key_node, value_node in node.pairs:
            key, value = self.evaluate(key_node), self.assigned_value(value_node)
            if key in table:
                raise failure(f"Duplicate key '{to_text(key)}' is not allowed in hash literals.")
            table[key] = None if value is NOTHING else value
        return table

    def _block_literal(self, node: syntax.BlockLiteral) -> BlockValue:
        return BlockValue(node.script)

    def _type(self, node: syntax.TypeName) -> TypeValue:
        return TypeValue(resolved(node.name))

    def _cast(self, node: syntax.Cast) -> Any:
        target = resolved(node.type_name.name)
        if target == "ordered":
            table = self.evaluate(node.operand)
            if not isinstance(table, Hashtable) or not isinstance(node.operand, syntax.HashLiteral):
                raise failure("The ordered attribute can be specified only on a hash literal node.")
            table.ordered = True
            return table
        value = self.evaluate(node.operand)
        if target.endswith("PSObject") and isinstance(value, Hashtable):
            return CustomObject(value)
        return cast(value, target)

    def _unary(self, node: syntax.Unary) -> Any:
        return operators.unary(node.operator, self.evaluate(node.operand))

    def _binary(self, node: syntax.Binary) -> Any:
        left = self.evaluate(node.left)
        if node.operator == "and":
            return to_bool(left) and to_bool(self.evaluate(node.right))
        if node.operator == "or":
            return to_bool(left) or to_bool(self.evaluate(node.right))
        right = self.evaluate(node.right)
        if node.operator in ("match", "imatch", "cmatch") and not is_array(left):
            return self.matched(to_text(left), to_text(right), ignore_case=node.operator != "cmatch")
        return operators.binary(node.operator, left, right)

    def matched(self, text: str, pattern: str, *, ignore_case: bool) -> bool:
        """`-match` of one text, which leaves `$Matches` behind."""
        found = patterns.search(pattern, text, ignore_case=ignore_case)
        if found is None:
            return False
        self.scopes[-1].variables["matches"] = Hashtable(patterns.as_matches(found))
        return True

    def _increment(self, node: syntax.Increment) -> Any:
        before = self.evaluate(node.target)
        after = operators.binary("+", 0 if before is None else before, node.step)
        if not isinstance(after, (int, float)):
            raise failure("The '++' operator works only on numbers.")
        self._store(node.target, after)
        return after if node.prefix else before

    def _name(self, node: Node) -> str:
        return to_text(self.evaluate(node))

    def _member(self, node: syntax.Member) -> Any:
        target, name = self.evaluate(node.target), self._name(node.name)
        if node.static:
            return dotnet.static_property(self.session, self._static(target), name)
        return members.get(target, name)

    def _static(self, target: Any) -> str:
        if isinstance(target, TypeValue):
            return target.name
        raise UnknownError("a static member of something else than a type")

    def _call(self, node: syntax.Call) -> Any:
        target, name = self.evaluate(node.target), self._name(node.name)
        arguments = [self.evaluate(argument) for argument in node.arguments]
        if node.static:
            method = dotnet.static_method(self._static(target), name)
            return members.invoked(name, lambda *given: method(self.session, *given), arguments)
        return members.call(target, name, arguments)

    def _index(self, node: syntax.Index) -> Any:
        return operators.indexed(self.evaluate(node.target), self.evaluate(node.index))


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
_EXPRESSIONS: dict[type[Node], Callable[[Interpreter, Any], Any]] = {
    syntax.Literal: Interpreter._literal,
    syntax.Text: Interpreter._text,
    syntax.Variable: Interpreter._variable,
    syntax.ArrayLiteral: Interpreter._array,
    syntax.ArrayExpression: Interpreter._array_expression,
    syntax.SubExpression: Interpreter._subexpression,
    syntax.Parenthesis: Interpreter._parenthesis,
    syntax.HashLiteral: Interpreter._hashtable,
    syntax.BlockLiteral: Interpreter._block_literal,
    syntax.TypeName: Interpreter._type,
    syntax.Cast: Interpreter._cast,
    syntax.Unary: Interpreter._unary,
    syntax.Binary: Interpreter._binary,
    syntax.Increment: Interpreter._increment,
    syntax.Member: Interpreter._member,
    syntax.Call: Interpreter._call,
    syntax.Index: Interpreter._index,
}
