# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Commands with their arguments, and the pipelines they stand in."""

from __future__ import annotations

from . import syntax
from .expressions import ExpressionParser
from .syntax import Node

_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=")


class CommandParser(ExpressionParser):
    """Reads pipelines, the simplest statements; the parser of all statements is derived from it."""

    def pipeline_or_assignment(self, start: int) -> Node:
        """A pipeline, an expression or an assignment."""
        first = self._element(first=True)
        self.skip_blanks()
        if not isinstance(first, syntax.Command):
            operator = next((item for item in _ASSIGNMENTS if self.text.startswith(item, self.position)), "")
            if operator:
                self._require_assignable(first)
                self.position += len(operator)
                self.skip_lines()
                with self.deeper():
                    return syntax.Assignment(start, first, operator, self.statement())
        elements = [first]
        while self.peek() == "|":
            if self.peek(2) == "||":
                raise self.failed("an operator of PowerShell 7")
            self.position += 1
            self.skip_lines()
            elements.append(self._element(first=False))
            self.skip_blanks()
        if self.peek() == "&":
            raise self.failed("an operator of PowerShell 7")
        if len(elements) == 1 and not isinstance(first, syntax.Command):
            return first
        return syntax.Pipeline(start, tuple(elements))

    def _require_assignable(self, node: Node) -> None:
        if isinstance(node, syntax.Cast):
            node = node.operand
        if isinstance(node, syntax.ArrayLiteral) and all(isinstance(item, syntax.Variable) for item in node.items):
            return
        if not isinstance(node, (syntax.Variable, syntax.Member, syntax.Index)):
            raise self.failed("nothing can be assigned to this", node.position)

    def _element(self, *, first: bool) -> Node:
        start = self.position
        if self.peek() in ("&", ".") and self.peek(2)[1:] and self.peek(2)[1:] in " \t$'\"({":
            if self.take("."):
                raise self.failed("dot-sourcing is outside of the subset", start)
            self.position += 1
            self.skip_blanks()
            return self._command(start, self._called())
        if self.peek() and self.peek() in "%?" and not first:
            self.position += 1
            return self._command(start, syntax.Literal(start, self.text[start]))
        if self._begins_expression():
            if not first:
                raise self.failed("expressions are only allowed as the first element of a pipeline")
            return self.expression()
        name = self._bare_word()
        if not name:
            raise self.failed("a command is missing or not known")
        return self._command(start, syntax.Literal(start, name))

    def _begins_expression(self) -> bool:
        character = self.peek()
        if character and (character in "$('\"[{@!,+" or self.peek(2)[:1] == "-"):
            return True
        place = self.position
        number = self.number()
        here, self.position = self.position, place
        return number is not None and (here >= len(self.text) or not self.text[here].isalpha())

    def _called(self) -> Node:
        if self.peek() and self.peek() in "$('\"{@":
            node = self.postfix(self.primary())
            if not self.at_delimiter():
                raise self.failed("what is called is outside of the subset")
            return node
        start, name = self.position, self._bare_word()
        if not name:
            raise self.failed("what is to be called is missing")
        return syntax.Literal(start, name)

    def _bare_word(self) -> str:
        start = self.position
        while not self.at_delimiter():
            if self.peek() in "'\"$":
                raise self.failed("a command's name with quotation marks or variables in it", start)
            self.position += 1
        return self.text[start : self.position]

    def _command(self, start: int, name: Node) -> Node:
        arguments: list[syntax.Argument] = []
        silenced: set[str] = set()
        while True:
            self.skip_blanks()
            if self.at_end() or self.peek() in "\r\n;|)}&":
                return syntax.Command(start, name, tuple(arguments), frozenset(silenced))
            stream = self._redirection()
            if stream:
                silenced.add(stream)
            else:
                arguments.append(self._command_argument())

    def _redirection(self) -> str:
        for stream, symbol in (("2", "2>"), ("*", "*>"), ("1", "1>"), ("3", "3>"), ("4", "4>"), ("1", ">")):
            if self.take(symbol):
                self.skip_blanks()
                if self.variable() != ("", "null"):
                    raise self.failed("a redirection to something else than $null")
                return stream
        return ""

    def _command_argument(self) -> syntax.Argument:
        start = self.position
        if self.peek() == "@" and self.peek(2)[1:].isidentifier():
            self.position += 1
            name = self.word()
            self.position += len(name)
            return syntax.Argument(start, None, syntax.Variable(start, name), splat=True)
        if self.peek() == "-" and (self.peek(2)[1:].isalpha() or self.peek(2) == "--"):
            return self._named(start)
        return syntax.Argument(start, None, self._argument_array())

    def _named(self, start: int) -> syntax.Argument:
        self.position += 1
        name = self.word()
        if not name or self.peek() == "-":
            raise self.failed("an argument that begins with two dashes", start)
        self.position += len(name)
        if self.take(":"):
            self.skip_blanks()
            return syntax.Argument(start, self.text[start + 1 : start + 1 + len(name)], self._argument_array())
        if not self.at_delimiter():
            # No name of a parameter: an argument such as -Dname=value of a program.
            self.position = start
            return syntax.Argument(start, None, self._generic())
        return syntax.Argument(start, self.text[start + 1 : self.position], None)

    def _argument_array(self) -> Node:
        start = self.position
        items = [self._command_value()]
        while True:
            place = self.position
            self.skip_blanks()
            if not self.take(","):
                self.position = place
                return items[0] if len(items) == 1 else syntax.ArrayLiteral(start, tuple(items))
            self.skip_lines()
            items.append(self._command_value())

    def _command_value(self) -> Node:
        start, character = self.position, self.peek()
        if (character and character in "'\"({@") or self.peek(2) == "$(":
            node = self.postfix(self.primary())
            if not self.at_delimiter():
                raise self.failed("what follows a closed argument without a blank")
            return node
        if character == "$":
            variable = self.primary()
            node = self.postfix(variable)
            if self.at_delimiter():
                return node
            if node is not variable:
                raise self.failed("what follows a member without a blank")
            self.position = start
        number = self.number(argument=True)
        return self._generic() if number is None else syntax.Literal(start, number)

    def _generic(self) -> Node:
        """A bare argument, in which variables are expanded."""
        start = self.position
        parts: list[str | Node] = []
        while not self.at_delimiter() or (self.peek() == "`" and self.peek(2)[1:] not in ("", "\r", "\n")):
            if self.take("`"):
                parts.append(self.escaped())
            elif self.peek() in "'\"":
                inner = self.primary()
                parts += [str(inner.value)] if isinstance(inner, syntax.Literal) else [inner]
            elif self.peek() == "$":
                parts.append(self.expanded())
            else:
                parts.append(self.peek())
                self.position += 1
        if not parts:
            raise self.failed("an argument is missing or not known")
        if all(isinstance(part, str) for part in parts):
            return syntax.Literal(start, "".join(str(part) for part in parts))
        return syntax.Text(start, tuple(parts))
