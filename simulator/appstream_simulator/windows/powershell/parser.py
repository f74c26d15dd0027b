# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The statements of a script."""

from __future__ import annotations

from . import syntax
from .commands import CommandParser
from .errors import NotParsedError
from .param_block import CMDLET_BINDING, Attribute, parameter
from .syntax import Block, Node

# Longer texts than anybody's tasks have.
LONGEST = 100_000
_KEYWORDS = frozenset(
    [
        "if",
        "foreach",
        "while",
        "do",
        "for",
        "switch",
        "break",
        "continue",
        "return",
        "throw",
        "try",
        "function",
        "exit",
        "param",
    ]
)
_REFUSED = frozenset(
    [
        "begin",
        "process",
        "end",
        "dynamicparam",
        "trap",
        "data",
        "class",
        "enum",
        "using",
        "workflow",
        "parallel",
        "sequence",
        "inlinescript",
        "filter",
        "configuration",
        "define",
        "var",
        "from",
        "until",
        "else",
        "elseif",
        "catch",
        "finally",
        "in",
        "clean",
        "hidden",
        "static",
        "assembly",
        "module",
    ]
)


def parse(text: str) -> syntax.Script:
    """The syntax tree of a script.

    Raises:
        NotParsedError: the text is outside of the subset's grammar.
    """
    if len(text) > LONGEST:
        raise NotParsedError(f"the simulator takes no script that is longer than {LONGEST} characters", 0)
    parser = Parser(text.removeprefix("\ufeff"))
    try:
        return parser.script()
    except RecursionError as error:
        raise parser.failed("the simulator reads no script with so many levels") from error


class Parser(CommandParser):
    """Reads statements."""

    def script(self) -> syntax.Script:
        """The whole text."""
        script = self._script_until("")
        if not self.at_end():
            raise self.failed("what stands behind the script's end is not known")
        return script

    def script_block(self) -> syntax.Script:
        """A script block in braces."""
        self.expect("{")
        with self.deeper():
            return self._script_until("}")

    def _script_until(self, end: str) -> syntax.Script:
        start = self.position
        attributes: list[Attribute] = []
        self.skip_lines(";")
        place = self.position
        while self.peek() == "[" and (attribute := self._attribute()):
            attributes.append(attribute)
            self.skip_lines()
        if self.word() != "param":
            attributes, self.position = [], place
        parameters = self._param_block()
        body = self.block_until(end)
        binding = next((item for item in attributes if item.name in CMDLET_BINDING), None)
        advanced = binding is not None or any(item.mandatory for item in parameters)
        text = self.text[start : self.position - len(end)]
        supports = bool(binding and binding.supports_should_process)
        return syntax.Script(start, parameters, body, advanced, supports, text)

    def _attribute(self) -> Attribute | None:
        """Go over `[Name(...)]`; None when this is a type instead."""
        start = self.position
        self.expect("[")
        word = self.word()
        self.position += len(word)
        if not word or not self.take("("):
            self.position = start
            return None
        positional: list[Node] = []
        named: dict[str, Node | None] = {}
        self.skip_lines()
        while not self.take(")"):
            if positional or named:
                self.expect(",")
                self.skip_lines()
            name = self.word()
            if name and not name[0].isdigit():
                self.position += len(name)
                self.skip_blanks()
                named[name] = self.unary() if self.take("=") else None
            else:
                positional.append(self.unary())
            self.skip_lines()
        self.skip_blanks()
        self.expect("]")
        try:
            return Attribute.known(start, word, positional, named)
        except NotParsedError as error:
            raise self.failed(str(error), start) from error

    def _param_block(self) -> tuple[syntax.Parameter, ...]:
        if not self.take_word("param"):
            return ()
        self.skip_lines()
        self.expect("(")
        return self._parameters()

    def _parameters(self) -> tuple[syntax.Parameter, ...]:
        parameters: list[syntax.Parameter] = []
        self.skip_lines()
        while not self.take(")"):
            if parameters:
                self.expect(",")
                self.skip_lines()
            parameters.append(self._parameter())
            self.skip_lines()
        return tuple(parameters)

    def _parameter(self) -> syntax.Parameter:
        start = self.position
        attributes: list[Attribute] = []
        type_name: syntax.TypeName | None = None
        while self.peek() == "[":
            attribute = self._attribute()
            if attribute:
                attributes.append(attribute)
            else:
                place, name = self.position, self.type_name()
                if name is None or type_name is not None:
                    raise self.failed("an attribute or a type is not known")
                type_name = syntax.TypeName(place, name)
            self.skip_lines()
        begin, variable = self.position, self.variable()
        if variable is None or variable[0]:
            raise self.failed("the name of a parameter is missing")
        place = self.position
        spelling = self.text[begin:place].strip("${}")
        self.skip_lines()
        default: Node | None = None
        if self.take("="):
            self.skip_lines()
            default = self.argument()
        else:
            self.position = place
        return parameter(start, spelling, type_name, default, attributes)

    # Statements

    def block_until(self, end: str) -> Block:
        """Statements up to this character, which is gone over; up to the end of the text when it is empty."""
        start = self.position
        statements: list[Node] = []
        while True:
            self.skip_lines(";")
            if self.at_end():
                if end:
                    raise self.failed(f"'{end}' is missing", start)
                return Block(start, tuple(statements))
            if end and self.take(end):
                return Block(start, tuple(statements))
            statements.append(self.statement())
            self.skip_blanks()
            # A block's brace ends its statement.
            if not (self.at_end() or self.peek() in "\r\n;" or (end and self.peek() == end)):
                if self._behind_brace():
                    continue
                raise self.failed("a statement does not end")

    def _behind_brace(self) -> bool:
        place = self.position - 1
        while place > 0 and self.text[place] in " \t":
            place -= 1
        return self.text[place] == "}"

    def _body(self) -> Block:
        self.skip_lines()
        self.expect("{")
        with self.deeper():
            return self.block_until("}")

    def statement(self) -> Node:
        """One statement."""
        self.skip_blanks()
        start, word = self.position, self.word()
        if word in _REFUSED and self._stands_alone(word):
            raise self.failed("a keyword outside of the subset")
        if word not in _KEYWORDS or not self._stands_alone(word):
            return self.pipeline_or_assignment(start)
        self.position += len(word)
        with self.deeper():
            if word in ("break", "continue"):
                return self._jump(start, word, None)
            if word in ("return", "throw", "exit"):
                return self._jump(start, word, self._optional_value())
            return self._compound(start, word)

    def _stands_alone(self, word: str) -> bool:
        following = self.text[self.position + len(word) : self.position + len(word) + 1]
        return not following or following.isspace() or following in "{(;})|[\"'$@`#"

    def _compound(self, start: int, word: str) -> Node:
        if word == "if":
            return self._if(start)
        if word == "foreach":
            return self._foreach(start)
        if word == "while":
            condition = self._condition()
            return syntax.While(start, condition, self._body())
        if word == "do":
            return self._do(start)
        if word == "for":
            return self._for(start)
        if word == "switch":
            return self._switch(start)
        if word == "try":
            return self._try(start)
        if word == "function":
            return self._function(start)
        raise self.failed(f"'{word}' in a place where the simulator does not know it", start)

    def _jump(self, start: int, word: str, value: Node | None) -> Node:
        self.skip_blanks()
        if not self.at_end() and self.peek() not in "\r\n;)}":
            raise self.failed(f"what stands behind '{word}' is outside of the subset")
        return syntax.Jump(start, word, value)

    def _optional_value(self) -> Node | None:
        self.skip_blanks()
        if self.at_end() or self.peek() in "\r\n;)}":
            return None
        return self.statement()

    def _condition(self) -> Node:
        self.skip_lines()
        self.expect("(")
        self.skip_lines()
        condition = self.statement()
        self.skip_lines()
        self.expect(")")
        return condition

    def _if(self, start: int) -> Node:
        clauses = [(self._condition(), self._body())]
        while True:
            place = self.position
            self.skip_lines()
            if self.take_word("elseif"):
                clauses.append((self._condition(), self._body()))
            elif self.take_word("else"):
                return syntax.If(start, tuple(clauses), self._body())
            else:
                self.position = place
                return syntax.If(start, tuple(clauses), None)

    def _foreach(self, start: int) -> Node:
        self.skip_lines()
        self.expect("(")
        self.skip_lines()
        place, variable = self.position, self.variable()
        if variable is None or variable[0]:
            raise self.failed("the variable of foreach is missing")
        self.skip_lines()
        if not self.take_word("in"):
            raise self.failed("'in' is missing")
        self.skip_lines()
        items = self.statement()
        self.skip_lines()
        self.expect(")")
        return syntax.Foreach(start, syntax.Variable(place, variable[1]), items, self._body())

    def _do(self, start: int) -> Node:
        body = self._body()
        self.skip_lines()
        keyword = self.take_word("while", "until")
        if not keyword:
            raise self.failed("'while' or 'until' is missing")
        return syntax.DoLoop(start, body, self._condition(), keyword == "until")

    def _for(self, start: int) -> Node:
        self.skip_lines()
        self.expect("(")
        parts: list[Node | None] = []
        for end in ";;)":
            self.skip_lines()
            parts.append(None if self.peek() == end else self.statement())
            self.skip_lines()
            self.expect(end)
        return syntax.For(start, parts[0], parts[1], parts[2], self._body())

    def _switch(self, start: int) -> Node:
        self.skip_blanks()
        mode = ""
        while self.take("-"):
            word = self.take_word("regex", "wildcard", "exact")
            if not word:
                raise self.failed("a parameter of switch that is outside of the subset")
            mode = word if word != "exact" else ""
            self.skip_blanks()
        value = self._condition()
        self.skip_lines()
        self.expect("{")
        clauses: list[tuple[Node, Block]] = []
        otherwise: Block | None = None
        while True:
            self.skip_lines(";")
            if self.take("}"):
                return syntax.Switch(start, mode, value, tuple(clauses), otherwise)
            if self.word() == "default":
                self.position += len("default")
                otherwise = self._body()
            else:
                clauses.append((self._clause(), self._body()))

    def _clause(self) -> Node:
        start, word = self.position, self.word()
        if word and not word[0].isdigit():
            self.position += len(word)
            return syntax.Literal(start, self.text[start : self.position])
        return self.postfix(self.primary())

    def _try(self, start: int) -> Node:
        body = self._body()
        catches: list[syntax.Catch] = []
        ending: Block | None = None
        while True:
            place = self.position
            self.skip_lines()
            here = self.position
            if self.take_word("catch"):
                catches.append(syntax.Catch(here, self._caught_types(), self._body()))
            elif self.take_word("finally"):
                ending = self._body()
                break
            else:
                self.position = place
                break
        if not catches and ending is None:
            raise self.failed("'catch' or 'finally' is missing")
        return syntax.Try(start, body, tuple(catches), ending)

    def _caught_types(self) -> tuple[syntax.TypeName, ...]:
        types: list[syntax.TypeName] = []
        while True:
            self.skip_lines()
            place, name = self.position, self.type_name()
            if name is None:
                return tuple(types)
            types.append(syntax.TypeName(place, name))
            self.skip_lines()
            if not self.take(","):
                return tuple(types)

    def _function(self, start: int) -> Node:
        self.skip_blanks()
        name = self.word()
        if not name or name[0].isdigit():
            raise self.failed("the name of a function is missing")
        self.position += len(name)
        self.skip_lines()
        parameters = self._parameters() if self.take("(") else None
        self.skip_lines()
        script = self.script_block()
        if parameters is not None:
            if script.parameters:
                raise self.failed("a function with parameters in two places", start)
            script = syntax.Script(script.position, parameters, script.body, script.advanced, text=script.text)
        return syntax.Function(start, name, script)
