# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The characters of a script: blanks, comments, words, numbers, names of variables, and the escapes of strings.

Sources: about_Parsing, about_Quoting_Rules, about_Numeric_Literals and about_Comments of Windows PowerShell 5.1.
"""

from __future__ import annotations

import re

from .errors import NotParsedError

_BLANK = re.compile(r"(?:[ \t\f\v\u00a0]|`\r?\n)*+")
_LINE_COMMENT = re.compile(r"#[^\r\n]*+")
_NUMBER = re.compile(
    r"(?:(?P<hexadecimal>0x[0-9a-f]++)|(?P<decimal>\d++(?:\.(?!\.)\d*+)?|\.\d++)(?:e(?P<exponent>[+-]?\d++))?)"
    r"(?P<long>l)?(?P<multiplier>[kmgtp]b)?",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[^{}]++)\}|(?:(?P<scope>\w++):(?!:))?(?P<name>\w++)|(?P<special>[?]))")
_WORD = re.compile(r"\w++(?:-\w++)*+")
_TYPE = re.compile(r"\[(?P<name>[A-Za-z_][\w.`+]*+(?:\[[\w., \[\]]*?\])?)\]")
_HERE_STRING_END = re.compile(r"\r?\n'@")
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_MULTIPLIERS = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}
# What may follow a number, or any other argument.
_DELIMITERS = frozenset(" \t\r\n\f\v\u00a0;|(){},&`")
# Quotation marks and dashes of word processors count as plain ones for PowerShell; here they are refused.
_TYPOGRAPHIC = frozenset("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2013\u2014\u2015")


class Scanner:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def failed(self, reason: str, position: int | None = None) -> NotParsedError:
        """The error that something is wrong here."""
        place = self.position if position is None else position
        line = self.text.count("\n", 0, place) + 1
        rest = self.text[place : place + 40].split("\n")[0]
        return NotParsedError(f"line {line}: {reason} at '{rest}'" if rest else f"line {line}: {reason}", place)

    def peek(self, length: int = 1) -> str:
        """The next characters."""
        return self.text[self.position : self.position + length]

    def at_end(self) -> bool:
        """Whether the text is over."""
        return self.position >= len(self.text)

    def skip_blanks(self) -> None:
        """Go to the next character of the line that counts."""
        while True:
            blank = _BLANK.match(self.text, self.position)
            assert blank
            self.position = blank.end()
            if self.peek() == "#":
                comment = _LINE_COMMENT.match(self.text, self.position)
                assert comment
                self.position = comment.end()
            elif self.peek(2) == "<#":
                end = self.text.find("#>", self.position + 2)
                if end < 0:
                    raise self.failed("a comment without its end")
                self.position = end + 2
            else:
                if self.peek() in _TYPOGRAPHIC:
                    raise self.failed("a typographic quotation mark or dash")
                return

    def skip_lines(self, also: str = "") -> None:
        """Go to the next character that counts, over the ends of lines too, and over those in `also`."""
        while True:
            self.skip_blanks()
            if self.peek() and (self.peek() in "\r\n" or self.peek() in also):
                self.position += 1
            else:
                return

    def take(self, text: str) -> bool:
        """Go over these characters if they are next."""
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Go over these characters. Raises NotParsedError."""
        if not self.take(text):
            raise self.failed(f"'{text}' is missing")

    def word(self) -> str:
        """The word that is next, in lower case; empty when there is none. The place stays."""
        found = _WORD.match(self.text, self.position)
        return found[0].lower() if found else ""

    def take_word(self, *words: str) -> str:
        """Go over one of these words if it is next, and give it."""
        word = self.word()
        if word not in words:
            return ""
        self.position += len(word)
        return word

    def at_delimiter(self, more: str = "") -> bool:
        """Whether an argument cannot go on here."""
        return self.at_end() or self.peek() in _DELIMITERS or self.peek() in more

    def number(self, *, argument: bool = False) -> int | float | None:
        """Go over a number; None when there is none, or a word that only begins like one."""
        found = _NUMBER.match(self.text, self.position)
        if not found:
            return None
        following = self.text[found.end() : found.end() + 1]
        if following and (following.isalnum() or following in "_:\\"):
            return None
        if argument and following and following not in _DELIMITERS:
            return None
        self.position = found.end()
        return _value(found)

    def variable(self) -> tuple[str, str] | None:
        """Go over a variable: its scope and name; None when there is none."""
        found = _VARIABLE.match(self.text, self.position)
        if not found:
            return None
        self.position = found.end()
        if found["braced"]:
            scope, colon, name = found["braced"].partition(":")
            return (scope.lower(), name.lower()) if colon else ("", scope.lower())
        return (found["scope"] or "").lower(), (found["name"] or found["special"]).lower()

    def type_name(self) -> str | None:
        """Go over a type in brackets; None when there is none, as for an attribute."""
        found = _TYPE.match(self.text, self.position)
        if not found:
            return None
        self.position = found.end()
        return found["name"]

    def escaped(self) -> str:
        """Go over what stands behind a backtick in a string, and give what it means."""
        character = self.peek()
        if not character:
            raise self.failed("a string without its end")
        self.position += 1
        return _ESCAPES.get(character, character)

    def verbatim(self) -> str:
        """Go over a single-quoted string."""
        start = self.position
        self.expect("'")
        parts: list[str] = []
        while True:
            end = self.text.find("'", self.position)
            if end < 0:
                raise self.failed("a string without its end", start)
            parts.append(self.text[self.position : end])
            self.position = end + 1
            if not self.take("'"):
                return "".join(parts)
            parts.append("'")

    def verbatim_here(self) -> str:
        """Go over a single-quoted here-string."""
        start = self.here_string_start()
        end = _HERE_STRING_END.search(self.text, self.position - 1)
        if not end:
            raise self.failed("a here-string without its end", start)
        text = self.text[self.position : max(end.start(), self.position)]
        self.position = end.end()
        return text

    def here_string_start(self) -> int:
        """Go over the first line of a here-string; gives where it began."""
        start = self.position
        self.position += 2
        while self.peek() and self.peek() in " \t":
            self.position += 1
        self.take("\r")
        if not self.take("\n"):
            raise self.failed("a here-string that begins on its first line", start)
        return start


def _value(found: re.Match[str]) -> int | float:
    multiplier = _MULTIPLIERS.get((found["multiplier"] or "").lower(), 1)
    if found["hexadecimal"]:
        digits = found["hexadecimal"][2:][:17]
        number = int(digits, 16)
        # 0xFFFFFFFF is -1: hexadecimal literals of up to eight digits are the bits of an Int32.
        if len(digits) <= 8 and number > 0x7FFFFFFF and not found["long"]:
            number -= 1 << 32
        return number * multiplier
    if "." not in found["decimal"] and not found["exponent"] and len(found["decimal"]) < 20:
        return int(found["decimal"]) * multiplier
    return float(f"{found['decimal']}e{(found['exponent'] or '0')[:5]}") * multiplier
