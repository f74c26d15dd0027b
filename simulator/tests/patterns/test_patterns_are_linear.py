# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""No regular expression of the simulator takes long on any text.

Python matches with the global lock held: a pattern that goes through the possibilities of a text stops every machine,
the AWS endpoint and the control plane, for good when their number is exponential.
"""

from __future__ import annotations

import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import adversarial_texts
import pytest
import regular_expressions
from appstream_simulator import given_patterns
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from regular_expressions import Use

# Quadratic patterns need 0.4 s and more for a text of this length, linear ones some milliseconds.
LENGTH = 20_000
# Seconds: far from what a linear one takes on a busy machine, and from what a quadratic one takes on an idle one.
LIMIT = 0.25

# Patterns in tables that are applied by a loop over the table.
METHODS_OF_TABLES = {
    "aws.instance_types._CLASS_AND_SIZE": "fullmatch",
    "aws.instance_types._SIZE": "fullmatch",
    "windows.protocol.powershell._FRAME": "sub",
    "windows.protocol.powershell._RULES": "fullmatch",
    "windows.protocol.powershell_cmdlets.RULES": "fullmatch",
    "windows.protocol.powershell_texts.RULES": "fullmatch",
}
# Where patterns are put together: of names and units of the simulator's own, escaped texts, or table entries that are
# found by the walk. `given_patterns` and the interpreter's `patterns` have a time limit.
PUT_TOGETHER = (
    "given_patterns:re.compile",
    "given_patterns:regex.fullmatch",
    "given_patterns:regex.search",
    "given_patterns:regex.sub",
    "windows.domain.join:re.compile",
    "windows.machine.modules.win_find:re.fullmatch",
    "windows.machine.text_places:re.compile",
    "windows.powershell.patterns:regex.finditer",
    "windows.powershell.patterns:regex.search",
    "windows.powershell.patterns:regex.split",
    "windows.powershell.patterns:regex.sub",
    "windows.protocol.powershell_invocation:re.compile",
)
FOUND = regular_expressions.collect(METHODS_OF_TABLES)


class TooSlowError(BaseException):
    """Raised in the middle of a match; no handler of ordinary errors may keep it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Cut off what takes more of the processor's time. The engine asks for signals while it goes back and forth."""

    def cut_off(_number: int, _frame: Any) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, cut_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds_for(use: Use, text: str) -> float:
    """Processor time that a pattern takes for a text; not much more than the limit, however long it would go on."""
    subject = text if isinstance(use.pattern.pattern, str) else text.encode("latin-1", "replace")
    method = getattr(use.pattern, use.method)
    began = time.thread_time()
    try:
        with limited(2 * LIMIT):
            if use.method in ("sub", "subn"):
                method(subject[:0], subject)
            elif use.method == "finditer":
                list(method(subject))
            else:
                method(subject)
    except TooSlowError:
        pass
    return time.thread_time() - began


@pytest.mark.parametrize("use", FOUND.uses, ids=lambda use: f"{use.place[:80]}-{use.pattern.pattern[:30]!r}")
@settings(max_examples=20, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1))
def test_no_pattern_takes_long(use: Use, seed: int) -> None:
    text = adversarial_texts.text(use.pattern, random.Random(seed), LENGTH)
    seconds = seconds_for(use, text)
    if seconds > LIMIT:
        pytest.fail(f"{seconds:.2f} s for {text[:80]!r} … {text[-40:]!r} with {use.pattern.pattern!r}", pytrace=False)


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"New-Item\s+(?:-Force|\s|(?:-Path\s+)?[\w:\\.-]+)+", "fullmatch"),
        (r"(a+)+b", "match"),
        (r"\s+\|", "search"),
        (r"<#.*?#>", "sub"),
        (r".*a.*b.*", "fullmatch"),
        (r"(?:[^']|'x)*?'", "search"),
    ],
)
def test_a_slow_pattern_is_found_and_cut_off(pattern: str, method: str) -> None:
    use = Use(re.compile(pattern), method, "here")
    texts = (adversarial_texts.text(use.pattern, random.Random(seed), LENGTH) for seed in range(200))
    assert any(seconds_for(use, text) > LIMIT for text in texts)


def test_every_pattern_is_known_beforehand() -> None:
    """A pattern that is put together when it is needed escapes the test above: its place has to be among these."""
    assert FOUND.dynamic == PUT_TOGETHER
    assert len(FOUND.uses) > 200


@pytest.mark.parametrize("method", ["found", "fits"])
def test_a_given_pattern_is_given_up(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(given_patterns, "_SECONDS", 0.1)
    pattern, text = "(a+)+b|(a|aa)+c", "a" * 5000 + "!"
    with pytest.raises(TimeoutError), limited(10):
        getattr(given_patterns, method)(pattern, text)
