# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Inputs that a reader was not written for: what tests and fuzzer hold against every parser.

A reader may refuse what it gets, by the exceptions it documents, and by no other; and it comes to an end at once.
"""

from __future__ import annotations

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis_profiles
from hypothesis import given
from hypothesis import strategies as st

SECONDS = 1.0
"""Processor time that any input of a few kilobytes may take."""
LONG = 100_000
"""Bytes of the long inputs."""
LONG_SECONDS = 5.0
"""Processor time that a long input may take."""


@dataclass(frozen=True)
class Reader:
    """A parser under test.

    Attributes:
        name: how tests and fuzzer name it.
        read: takes the bytes apart; what it returns is of no interest.
        samples: inputs it takes, from which hostile ones are made.
        fragments: what its format consists of.
        documented: the exceptions by which it refuses an input.
        longest: bytes of the longest input that it may get.
        long_seconds: processor time that a long input may take.
    """

    name: str
    read: Callable[[bytes], Any]
    samples: tuple[bytes, ...]
    fragments: tuple[bytes, ...]
    documented: tuple[type[Exception], ...] = ()
    longest: int = LONG
    long_seconds: float = LONG_SECONDS

    def takes(self, data: bytes, seconds: float = SECONDS) -> bool:
        """Whether it takes the input rather than refuses it. Fails for any other exception, and after that time."""
        with limited(seconds):
            try:
                self.read(data)
            except Exception as error:
                if isinstance(error, self.documented):
                    return False
                raise
            return True


class TooSlowError(BaseException):
    """The reader is still at work when its time is up; no handler of ordinary errors may keep it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Cut off what takes more of the processor's time."""

    def cut_off(_number: int, _frame: Any) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, cut_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def texts(*values: str, encoding: str = "utf-8") -> tuple[bytes, ...]:
    """Samples or fragments of a format of text."""
    return tuple(value.encode(encoding) for value in values)


def of_text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """A reader of text as one of bytes; bytes that are no UTF-8 become halves of surrogate pairs."""
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


def check_any(reader: Reader) -> None:
    """Give a reader thousands of inputs, see :func:`inputs`: each is taken, or refused as documented."""

    @hypothesis_profiles.HOSTILE
    @given(inputs(reader))
    def holds(data: bytes) -> None:
        reader.takes(data)

    holds()


def check_long(reader: Reader) -> None:
    """Give a reader long inputs, see :func:`long_inputs`: each is taken, or refused as documented."""
    for data in long_inputs(reader):
        reader.takes(data, reader.long_seconds)


def inputs(reader: Reader) -> st.SearchStrategy[bytes]:
    """Bytes for a reader, see :func:`made`. One draw for each: a strategy of many parts takes several times as long."""
    return st.binary(min_size=4, max_size=48).map(lambda choices: made(reader, choices))


def made(reader: Reader, choices: bytes) -> bytes:
    """The input that these choices stand for: a sample with changes, fragments in any order, or themselves."""
    kind, rest = choices[0] % 4 if choices else 0, iter(choices[1:])
    kind = kind if reader.samples else max(kind, 2)
    if kind == 3:
        return choices[1:]
    data = reader.samples[next(rest, 0) % len(reader.samples)] if kind < 2 else b""
    for choice in rest:
        start = (choice << 8 | next(rest, 0)) % (len(data) + 1) if kind < 2 else len(data)
        piece = _piece(reader, choice if kind == 2 else next(rest, 0), rest)
        data = data[:start] + piece + data[start + (next(rest, 0) % 16 if kind < 2 else 0) :]
    return data


def _piece(reader: Reader, choice: int, rest: Iterator[int]) -> bytes:
    """A fragment, or a few bytes."""
    if choice >= 0xC0:
        return bytes(next(rest, 0) for _position in range(choice % 8))
    return reader.fragments[choice % len(reader.fragments)]


def long_inputs(reader: Reader) -> Iterator[bytes]:
    """Few things very often: what nests, repeats or goes on without an end."""
    for sample in reader.samples:
        middle = len(sample) // 2
        yield (sample * (reader.longest // max(1, len(sample)) + 1))[: reader.longest]
        for fragment in reader.fragments:
            yield sample[:middle] + fragment * (reader.longest // max(1, len(fragment))) + sample[middle:]
    for fragment in reader.fragments:
        yield fragment * (reader.longest // max(1, len(fragment)))


def loaded(path: Path) -> tuple[Reader, ...]:
    """The READERS of a file, which may import others beside it."""
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    readers: tuple[Reader, ...] = module.READERS
    return readers
