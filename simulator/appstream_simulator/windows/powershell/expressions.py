# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The expressions of a script.

Operators bind as about_Operator_Precedence of Windows PowerShell 5.1 says; the comma binds more tightly than
arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import syntax
from .scanner import Scanner
from .syntax import Node

# What Python's stack bears by far.
_DEEPEST = 30
_MOST = 150
_COMPARISONS = (
    "eq ne gt ge lt le like notlike match notmatch replace contains notcontains in notin split join is isnot as"
)
_CASE = ("eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch", "replace", "contains")
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"-and", "-or", "-xor"}),
    frozenset({"-band", "-bor", "-bxor"}),
    frozenset(
        {
            *(f"-{name}" for name in _COMPARISONS.split()),
            *(f"-{case}{name}" for case in "ic" for name in (*_CASE, "notcontains", "in", "notin", "split")),
            "-shl",
            "-shr",
        }
    ),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
    frozenset({"-f"}),
    frozenset({".."}),
)
_WORD_OPERATORS = frozenset(operator for level in _LEVELS for operator in level if operator[1:].isalpha())
_UNARY_WORDS = frozenset({"-not", "-bnot", "-split", "-join", "-csplit", "-isplit"})
_SYMBOLS = ("..", "+", "-", "*", "/", "%")


class ExpressionParser(Scanner):
    """Reads expressions; the parser of statements is derived from it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def block_until(self, end: str) -> syntax.Block:
        """Statements up to this character, which is gone over; see `Parser`."""
        raise NotImplementedError

    def script_block(self) -> syntax.Script:
        """A script block in braces; see `Parser`."""
        raise NotImplementedError

    def statement(self) -> Node:
        """One statement; see `Parser`."""
        raise NotImplementedError

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Inside of brackets. Raises NotParsedError when there are too many of them."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.failed(f"the simulator reads no script with more than {_DEEPEST} levels")
        try:
            yield
        finally:
            self._depth -= 1

    def expression(self) -> Node:
        """An expression."""
        return self._binary(0)

    def _operator(self) -> str:
        """The binary operator that is next, empty when there is none. The place stays."""
        if self.peek() == "-" and self.peek(2)[1:].isalpha():
            end = self.position + 1
            while end < len(self.text) and self.text[end].isalpha():
                end += 1
            name = self.text[self.position : end].lower()
            return name if name in _WORD_OPERATORS else ""
        if self.peek(2) in ("++", "--"):
            return ""
        for symbol in _SYMBOLS:
            if self.text.startswith(symbol, self.position):
                return "" if self.text.startswith("=", self.position + len(symbol)) else symbol
        return ""

    def _binary(self, level: int, *, commas: bool = True) -> Node:
        """Precedence climbing: operators of this level and those that bind more tightly."""
        left = self._array() if commas else self.unary()
        for _count in range(_MOST):
            self.skip_blanks()
            operator = self._operator()
            found = next((place for place, names in enumerate(_LEVELS) if operator in names), -1)
            if found < level:
                return left
            start = self.position
            self.position += len(operator)
            self.skip_lines()
            with self.deeper():
                right = self._binary(found + 1, commas=commas)
            left = syntax.Binary(start, operator.lstrip("-") or "-", left, right)
        raise self.failed(f"the simulator reads no expression with more than {_MOST} operators")

    def _array(self) -> Node:
        start = self.position
        items = [self.unary()]
        while True:
            place = self.position
            self.skip_blanks()
            if not self.take(","):
                self.position = place
                break
            self.skip_lines()
            items.append(self.unary())
        return items[0] if len(items) == 1 else syntax.ArrayLiteral(start, tuple(items))

    def unary(self) -> Node:
        """An operand with what stands before it: casts, signs, negations."""
        self.skip_blanks()
        start = self.position
        with self.deeper():
            if self.take(","):
                self.skip_lines()
                return syntax.ArrayLiteral(start, (self.unary(),))
            if self.take("!"):
                return syntax.Unary(start, "not", self.unary())
            if self.peek() == "-" and self.peek(2)[1:].isalpha():
                word = f"-{self._word_behind_dash()}"
                if word in _UNARY_WORDS:
                    self.position += len(word)
                    self.skip_lines()
                    return syntax.Unary(start, word[1:], self.unary())
                raise self.failed("an operator without its left side")
            for symbol, step in (("++", 1), ("--", -1)):
                if self.take(symbol):
                    return syntax.Increment(start, self.unary(), step, prefix=True)
            if self.take("-"):
                return syntax.Unary(start, "-", self.unary())
            if self.take("+"):
                return syntax.Unary(start, "+", self.unary())
            return self._operand(start)

    def _word_behind_dash(self) -> str:
        end = self.position + 1
        while end < len(self.text) and self.text[end].isalpha():
            end += 1
        return self.text[self.position + 1 : end].lower()

    def _operand(self, start: int) -> Node:
        name = self.type_name()
        if name is None:
            return self.postfix(self.primary())
        type_name = syntax.TypeName(start, name)
        if self.peek(2) == "::":
            return self.postfix(type_name)
        place = self.position
        self.skip_blanks()
        if self.peek() and (self.peek() in "$@'\"([{-+!." or self.peek().isdigit() or self._is_number_sign()):
            if self.peek() == "-" and self.peek(2)[1:].isalpha() and self._word_behind_dash() not in ("not", "join"):
                self.position = place
                return self.postfix(type_name)
            if self.peek(2) == ".." or (self.peek() == "." and not self.peek(2)[1:].isdigit()):
                self.position = place
                return self.postfix(type_name)
            return syntax.Cast(start, type_name, self.unary())
        self.position = place
        return self.postfix(type_name)

    def _is_number_sign(self) -> bool:
        return self.peek(2)[:1] in ("-", "+") and self.peek(2)[1:].isdigit()

    def primary(self) -> Node:
        """An operand without anything behind it."""
        start, character = self.position, self.peek()
        variable = self.variable() if character == "$" else None
        if variable:
            return syntax.Variable(start, variable[1], variable[0])
        readers: dict[str, Callable[[int], Node]] = {
            "$": self._subexpression,
            "(": self._parenthesis,
            "@": self._at_sign,
            "'": lambda place: syntax.Literal(place, self.verbatim()),
            '"': self.expandable,
            "{": lambda place: syntax.BlockLiteral(place, self.script_block()),
        }
        if character in readers:
            with self.deeper():
                return readers[character](start)
        number = self.number()
        if number is None:
            raise self.failed("an expression is missing or not known")
        return syntax.Literal(start, number)

    def _subexpression(self, start: int) -> Node:
        if not self.take("$("):
            raise self.failed("no variable")
        return syntax.SubExpression(start, self.block_until(")"))

    def _parenthesis(self, start: int) -> Node:
        self.expect("(")
        self.skip_lines()
        inner = self.statement()
        self.skip_lines()
        self.expect(")")
        return syntax.Parenthesis(start, inner)

    def _at_sign(self, start: int) -> Node:
        following = self.peek(2)
        if following == "@(":
            self.position += 2
            return syntax.ArrayExpression(start, self.block_until(")"))
        if following == "@{":
            return self._hashtable(start)
        if following == "@'":
            return syntax.Literal(start, self.verbatim_here())
        if following == '@"':
            self.here_string_start()
            return self._parts(start, here=True)
        raise self.failed("what begins with @ here is not known")

    def _hashtable(self, start: int) -> Node:
        self.position += 2
        pairs: list[tuple[Node, Node]] = []
        while True:
            self.skip_lines(";")
            if self.take("}"):
                return syntax.HashLiteral(start, tuple(pairs))
            key = self._key()
            self.skip_blanks()
            self.expect("=")
            self.skip_lines()
            pairs.append((key, self.statement()))
            self.skip_blanks()
            if not self.at_end() and self.peek() not in "\r\n;}":
                raise self.failed("a pair of a hashtable does not end")

    def _key(self) -> Node:
        start, word = self.position, self.word()
        if word and not word[0].isdigit():
            self.position += len(word)
            return syntax.Literal(start, self.text[start : self.position])
        return self.unary()

    # Strings

    def expandable(self, start: int) -> Node:
        """A double-quoted string."""
        self.expect('"')
        return self._parts(start, here=False)

    def _parts(self, start: int, *, here: bool) -> Node:
        parts: list[str | Node] = []
        texts: list[str] = []
        begin = self.position
        while True:
            if self.at_end():
                raise self.failed("a string without its end", start)
            if here and self._at_end_of_here_string(begin):
                break
            if not here and self.take('"'):
                if not self.take('"'):
                    break
                texts.append('"')
            elif self.take("`"):
                texts.append(self.escaped())
            elif self.peek() == "$":
                part = self.expanded()
                if isinstance(part, str):
                    texts.append(part)
                else:
                    parts += ["".join(texts), part]
                    texts = []
            else:
                texts.append(self.peek())
                self.position += 1
        if not parts:
            return syntax.Literal(start, "".join(texts))
        return syntax.Text(start, tuple(part for part in (*parts, "".join(texts)) if part != ""))

    def _at_end_of_here_string(self, begin: int) -> bool:
        for end in ('\r\n"@', '\n"@'):
            if self.take(end):
                return True
        # An empty here-string: its last line follows its first one.
        return self.position == begin and self.take('"@')

    def expanded(self) -> str | Node:
        """A variable or subexpression in a string, or the dollar sign itself."""
        start = self.position
        if self.peek(2) == "$(":
            with self.deeper():
                return self._subexpression(start)
        variable = self.variable()
        if variable is None:
            self.position += 1
            return "$"
        if self.peek() == ":" and self.peek(2) != "::" and self.text[self.position - 1] != "}":
            raise self.failed("a variable's name with a colon behind it", start)
        return syntax.Variable(start, variable[1], variable[0])

    # What stands behind an operand

    def postfix(self, node: Node) -> Node:
        """An operand with its members, indices, and `++`."""
        count = 0
        while True:
            start = self.position
            if self.take("::"):
                node = self._member(node, start, static=True)
            elif self.peek() == "." and self._begins_member():
                self.position += 1
                node = self._member(node, start, static=False)
            elif self.take("["):
                with self.deeper():
                    self.skip_lines()
                    index = self.expression()
                    self.skip_lines()
                    self.expect("]")
                node = syntax.Index(start, node, index)
            elif self.peek(2) in ("++", "--"):
                step = 1 if self.peek() == "+" else -1
                self.position += 2
                return syntax.Increment(start, node, step, prefix=False)
            else:
                return node
            count += 1
            if count > _DEEPEST:
                raise self.failed("the simulator reads no expression with so many members")

    def _begins_member(self) -> bool:
        following = self.peek(2)[1:]
        return bool(following) and (following.isalpha() or following in "_$'\"(")

    def _member(self, target: Node, start: int, *, static: bool) -> Node:
        place, word = self.position, self.word().partition("-")[0]
        name: Node
        if word:
            self.position += len(word)
            name = syntax.Literal(place, self.text[place : self.position])
        else:
            name = self.primary()
        if not self.take("("):
            return syntax.Member(start, target, name, static)
        with self.deeper():
            return syntax.Call(start, target, name, self._arguments(), static)

    def _arguments(self) -> tuple[Node, ...]:
        arguments: list[Node] = []
        self.skip_lines()
        while not self.take(")"):
            if arguments:
                self.expect(",")
                self.skip_lines()
            arguments.append(self.argument())
            self.skip_lines()
        return tuple(arguments)

    def argument(self) -> Node:
        """An expression without a comma of its own."""
        return self._binary(0, commas=False)
