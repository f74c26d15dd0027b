# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How cmd.exe reads a line: quotes, `^`, operators, redirections, blocks, `if`, `for` and `rem`.

Percent signs have been expanded before. A block or a `^` at the end of a line asks for further lines.
"""

from __future__ import annotations

from collections.abc import Callable

from .syntax import Block, Chain, Condition, For, If, Node, Redirection, Simple, UnsupportedError

_DELIMITERS = " \t,;=\xa0\x0b\x0c"
_OPERATORS = ("&", "||", "&&", "|")
_COMPARISONS = ("equ", "neq", "lss", "leq", "gtr", "geq")
# Blocks, `if` and `for` within each other; what is deeper nobody has written by hand.
_DEEPEST = 40
# Characters of a line once percent signs have been expanded (Microsoft, "Command prompt line string limitation").
_LONGEST = 8191


def parse(text: str, next_line: Callable[[], str | None] = lambda: None) -> Node | None:
    """The commands of a line; None when there is nothing to do.

    Args:
        next_line: gives the next line, percent signs expanded, and None behind the last one.

    Raises:
        UnsupportedError: it is beyond the simulator, or cmd.exe would refuse it.
    """

    def next_short_line() -> str | None:
        line = next_line()
        return None if line is None else _short(line)

    return _Parser(_short(text), next_short_line).line()


def _short(line: str) -> str:
    if len(line) > _LONGEST:
        raise UnsupportedError(f"a line of more than {_LONGEST} characters")
    return line


class _Parser:
    def __init__(self, text: str, next_line: Callable[[], str | None]) -> None:
        self.text = text
        self.position = 0
        self.next_line = next_line
        # Blocks that are open, and these together with `if` and `for`.
        self.blocks = 0
        self.depth = 0

    def line(self) -> Node | None:
        self.skip_delimiters()
        if self.ended() or self.peek() == ":":
            return None
        node = self.chain(0)
        if not self.ended():
            raise UnsupportedError(f"{self.rest()} was unexpected")
        return node

    # Characters

    def ended(self) -> bool:
        return self.position >= len(self.text)

    def peek(self, length: int = 1) -> str:
        return self.text[self.position : self.position + length]

    def rest(self) -> str:
        return self.text[self.position : self.position + 40]

    def skip_delimiters(self) -> None:
        while not self.ended() and self.peek() in _DELIMITERS:
            self.position += 1

    def continue_with_next_line(self) -> bool:
        line = self.next_line()
        if line is None:
            return False
        self.text, self.position = line, 0
        return True

    # Chains

    def chain(self, level: int) -> Node:
        parts = [self.part(level)]
        while self.operator() == _OPERATORS[level]:
            self.position += len(_OPERATORS[level])
            self.skip_delimiters()
            if level == 0 and (self.ended() or (self.blocks and self.peek() == ")")):
                break  # a line may end with `&`
            parts.append(self.part(level))
        node = parts[-1]
        for left in reversed(parts[:-1]):
            node = Chain(_OPERATORS[level], left, node)
        return node

    def part(self, level: int) -> Node:
        node = self.chain(level + 1) if level < len(_OPERATORS) - 1 else self.command()
        self.skip_blanks()
        return node

    def deeper(self, parse: Callable[[], Node]) -> Node:
        """What is within a block, `if` or `for`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnsupportedError("blocks within blocks")
        node = parse()
        self.depth -= 1
        return node

    def skip_blanks(self) -> None:
        while not self.ended() and self.peek() in " \t":
            self.position += 1

    def operator(self) -> str:
        return self.peek(2) if self.peek(2) in ("&&", "||") else self.peek()

    # Commands

    def command(self) -> Node:
        quiet = False
        redirections: list[Redirection] = []
        while True:
            self.skip_delimiters()
            if self.peek() == "@":
                quiet, self.position = True, self.position + 1
            elif found := self.redirection():
                redirections.append(found)
            else:
                break
        if self.peek() == "(":
            return self.block(redirections, quiet)
        special = {"if": self.if_command, "for": self.for_command}.get(self.word_ahead())
        if special and not redirections:
            self.position += len(self.word_ahead())
            return special(quiet)
        if special or self.ended() or self.peek() in "&|)":
            raise UnsupportedError(f"{self.rest() or 'the end of the line'} was unexpected")
        if self.word_ahead() == "rem":
            return self.remark(redirections, quiet)
        text = self.simple(redirections)
        return Simple(text, tuple(redirections), quiet)

    def word_ahead(self) -> str:
        """The plain word that begins here, lower case."""
        end = self.position
        while end < len(self.text) and (self.text[end].isalnum() or self.text[end] in "_$#-.\\/:+[]{}'!~%"):
            end += 1
        return self.text[self.position : end].lower()

    def remark(self, redirections: list[Redirection], quiet: bool) -> Node:
        """`rem`, whose text goes to the end of the line, unless an operator follows at once."""
        self.position += len("rem")
        self.skip_blanks()
        if self.peek() in ("&", "|") and not self.ended():
            return Simple("rem", tuple(redirections), quiet)
        self.position = len(self.text)
        return Simple("rem", tuple(redirections), quiet)

    def simple(self, redirections: list[Redirection]) -> str:
        """The text of a command up to what ends it; redirections within it are put into the list."""
        characters: list[str] = []
        quoted = False
        while not self.ended():
            character = self.peek()
            if character == '"':
                quoted = not quoted
            elif not quoted and character == "^":
                characters.append(self.escaped())
                continue
            elif not quoted and (character in "&|" or (character == ")" and self.blocks)):
                break
            elif not quoted and character in "<>":
                stream = self.stream_before(characters)
                found = self.redirection(stream)
                assert found is not None
                redirections.append(found)
                continue
            characters.append(character)
            self.position += 1
        return "".join(characters)

    def stream_before(self, characters: list[str]) -> int | None:
        """The number of a stream that stands before a redirection, taken away from the command."""
        if not characters or characters[-1] not in "0123456789":
            return None
        if self.text[self.position - 1] != characters[-1] or self.text[self.position - 2 : self.position - 1] == "^":
            return None
        if len(characters) > 1 and characters[-2] not in _DELIMITERS:
            return None
        return int(characters.pop())

    def escaped(self) -> str:
        """What a `^` stands for; at the end of a line it joins the next one to it, whose first character is plain."""
        self.position += 1
        if self.ended():
            if not self.continue_with_next_line():
                return ""
            if self.ended():
                return ""
        self.position += 1
        return self.text[self.position - 1]

    def redirection(self, stream: int | None = None) -> Redirection | None:
        begin = self.position
        if stream is None and self.peek().isdigit() and self.text[begin + 1 : begin + 2] in ("<", ">"):
            stream = int(self.peek())
            self.position += 1
        if self.peek() not in ("<", ">") or self.ended():
            self.position = begin
            return None
        operator = ">>" if self.peek(2) == ">>" else self.peek()
        self.position += len(operator)
        self.skip_delimiters()
        default = 0 if operator == "<" else 1
        number = default if stream is None else stream
        if self.peek() == "&":
            target = self.peek(2)
            self.position += 2
            if target not in ("&0", "&1", "&2"):
                raise UnsupportedError(f"{target} was unexpected")
            return Redirection(number, operator, target)
        target = self.word()
        if not target:
            raise UnsupportedError("a redirection without a target")
        return Redirection(number, operator, target)

    def word(self) -> str:
        """A word up to a delimiter or an operator, escapes resolved and quotes kept."""
        characters: list[str] = []
        quoted, parentheses = False, 0
        while not self.ended():
            character = self.peek()
            if character == '"':
                quoted = not quoted
            elif not quoted:
                if character == "^":
                    characters.append(self.escaped())
                    continue
                if character in "&|<>" or character in _DELIMITERS:
                    break
                parentheses += (character == "(") - (character == ")")
                if parentheses < 0:
                    break
            characters.append(character)
            self.position += 1
        return "".join(characters)

    def block(self, redirections: list[Redirection], quiet: bool) -> Node:
        self.position += 1
        self.blocks += 1
        commands = []
        while True:
            self.skip_delimiters()
            if self.peek() == ")" and not self.ended():
                break
            if self.ended():
                if not self.continue_with_next_line():
                    raise UnsupportedError("a block without an end")
                continue
            if self.peek() == ":":
                raise UnsupportedError("a label within a block")
            commands.append(self.deeper(lambda: self.chain(0)))
        self.position += 1
        self.blocks -= 1
        while True:
            self.skip_blanks()
            found = self.redirection()
            if found is None:
                break
            redirections.append(found)
        if not commands:
            raise UnsupportedError("a block without commands")
        if not self.ended() and self.peek() not in "&|)" and self.word_ahead() != "else":
            raise UnsupportedError(f"{self.rest()} was unexpected")
        return Block(tuple(commands), tuple(redirections), quiet)

    # if and for

    def if_command(self, quiet: bool) -> Node:
        condition = self.condition()
        then = self.deeper(lambda: self.chain(0))
        otherwise = None
        self.skip_blanks()
        if isinstance(_last(then), Block) and self.word_ahead() == "else":
            self.position += len("else")
            otherwise = self.deeper(lambda: self.chain(0))
        return If(condition, then, otherwise, quiet)

    def condition(self) -> Condition:
        negated = ignores_case = False
        word = self.next_word()
        while word.lower() in ("/i", "not"):
            ignores_case = ignores_case or word.lower() == "/i"
            negated = negated != (word.lower() == "not")
            word = self.next_word()
        if word.lower() in ("exist", "defined", "errorlevel", "cmdextversion"):
            return Condition(word.lower(), self.needed_word(), "", negated, ignores_case)
        self.skip_blanks()
        if self.peek(2) == "==":
            self.position += 2
            return Condition("==", word, self.needed_word(), negated, ignores_case)
        comparison = self.next_word().lower()
        if comparison not in _COMPARISONS:
            raise UnsupportedError(f"if {word} {comparison}")
        return Condition(comparison, word, self.needed_word(), negated, ignores_case)

    def next_word(self) -> str:
        self.skip_delimiters()
        return self.word()

    def needed_word(self) -> str:
        word = self.next_word()
        if not word:
            raise UnsupportedError("a condition without its second half")
        return word

    def for_command(self, quiet: bool) -> Node:
        kind, options = "", ""
        word = self.next_word()
        if word.lower() in ("/l", "/d", "/r", "/f"):
            kind, word = word[1].lower(), self.next_word()
        if kind in ("r", "f") and not _is_variable(word):
            options, word = word, self.next_word()
        if not _is_variable(word) or self.next_word().lower() != "in":
            raise UnsupportedError(f"for {word}")
        self.skip_delimiters()
        if self.peek() != "(":
            raise UnsupportedError("for without a set")
        self.position += 1
        items = self.items()
        if self.next_word().lower() != "do":
            raise UnsupportedError("for without do")
        return For(kind, options, word[1], items, self.deeper(lambda: self.chain(0)), quiet)

    def items(self) -> str:
        """What stands between the parentheses of `for`, which may go over several lines."""
        characters: list[str] = []
        quoted = False
        while True:
            if self.ended():
                if not self.continue_with_next_line():
                    raise UnsupportedError("a set without an end")
                characters.append(" ")
                quoted = False
                continue
            character = self.peek()
            if character == "^" and not quoted:
                characters.append(self.escaped())
                continue
            self.position += 1
            if character == ")" and not quoted:
                return "".join(characters)
            quoted = quoted != (character == '"')
            characters.append(character)


def _is_variable(word: str) -> bool:
    return len(word) == 2 and word[0] == "%"


def _last(node: Node) -> Node:
    while isinstance(node, Chain):
        node = node.right
    return node
