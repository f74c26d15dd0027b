# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of a script's expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import dotnet, members, operators, patterns, streams, syntax
from .conversion import cast, resolved
from .errors import UnknownError, failure
from .state import NOTHING, Emit, State
from .syntax import Node
from .values import (
    BlockValue,
    CustomObject,
    Hashtable,
    TypeValue,
    is_array,
    items_of,
    to_bool,
    to_text,
    type_name,
    unwrapped,
)


class Evaluator(State):
    """Evaluates expressions; the interpreter of all statements is derived from it."""

    def collected(self, node: Node) -> list[Any]:
        """What a statement outputs; see `Interpreter`."""
        raise NotImplementedError

    def assign(self, node: syntax.Assignment) -> Any:
        """Carry out an assignment; see `Interpreter`."""
        raise NotImplementedError

    def run_block(self, block: BlockValue, item: Any, emit: Emit) -> None:
        """Run a script block for an item; see `Interpreter`."""
        raise NotImplementedError

    def assigned_value(self, node: Node) -> Any:
        """What the right side of an assignment gives; see `Interpreter`."""
        raise NotImplementedError

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
        self.store(node.target, after)
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
        if name.lower() in ("where", "foreach") and is_array(target) and not node.static:
            return self._for_all(target, name.lower(), arguments)
        if node.static:
            streams.require_assembly(self.session, self._static(target))
            method = dotnet.static_method(self._static(target), name)
            return members.invoked(name, lambda *given: method(self.session, *given), arguments)
        return members.call(target, name, arguments)

    def _for_all(self, items: Any, name: str, arguments: Sequence[Any]) -> list[Any]:
        """The methods Where and ForEach of arrays, with a script block alone."""
        if len(arguments) != 1 or not isinstance(arguments[0], BlockValue):
            raise UnknownError(f"the method {name} with something else than a script block")
        found: list[Any] = []
        for item in list(items):
            output: list[Any] = []
            self.run_block(arguments[0], item, output.append)
            if name == "foreach":
                found += output
            elif to_bool(unwrapped(output)):
                found.append(item)
        return found

    def _index(self, node: syntax.Index) -> Any:
        return operators.indexed(self.evaluate(node.target), self.evaluate(node.index))

    def raw_value(self, node: Node) -> Any:
        """The value of an expression; NOTHING for a variable that got no output."""
        if isinstance(node, syntax.Variable) and not node.scope:
            self.tick()
            return self.raw_variable(node.name)
        return self.evaluate(node)

    def store(self, target: Node, value: Any) -> None:
        """Put a value where the left side of an assignment says."""
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
                self.store(target, values[place:])
            else:
                self.store(target, values[place] if place < len(values) else None)

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


_EXPRESSIONS: dict[type[Node], Callable[[Evaluator, Any], Any]] = {
    syntax.Literal: Evaluator._literal,
    syntax.Text: Evaluator._text,
    syntax.Variable: Evaluator._variable,
    syntax.ArrayLiteral: Evaluator._array,
    syntax.ArrayExpression: Evaluator._array_expression,
    syntax.SubExpression: Evaluator._subexpression,
    syntax.Parenthesis: Evaluator._parenthesis,
    syntax.HashLiteral: Evaluator._hashtable,
    syntax.BlockLiteral: Evaluator._block_literal,
    syntax.TypeName: Evaluator._type,
    syntax.Cast: Evaluator._cast,
    syntax.Unary: Evaluator._unary,
    syntax.Binary: Evaluator._binary,
    syntax.Increment: Evaluator._increment,
    syntax.Member: Evaluator._member,
    syntax.Call: Evaluator._call,
    syntax.Index: Evaluator._index,
}
