# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fuzzes every parser, guided by coverage: what tests/hostile holds against them at random, searched for.

Usage: python tests/fuzz/run.py [--seconds N] [--jobs N] [READER ...]

Each reader is a process of its own that runs for so long, or until it has found something; its corpus stays below
.build/fuzz and is gone on with next time. Ends with 1 when anything was found, and says how to run it again.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".build" / "fuzz"
# The parts, and what is instrumented in each: the product, not what it is built on.
PARTS = {
    "collection": (REPOSITORY / "tests/hostile/collection_readers.py", "ansible_collections.euc.appstream"),
    "simulator": (REPOSITORY / "simulator/tests/hostile/simulator_readers.py", "appstream_simulator"),
}
_LONGEST = 4096
_SECONDS_FOR_ONE = 10


def main() -> int:
    options = _options()
    if options.one:
        return _fuzz(options.part, options.one, options.seconds, options.inputs)
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("Atheris is not installed: there are wheels for Linux and Python 3.11 to 3.14, none for this Python.")
        return 1
    wanted = [(part, name) for part in PARTS for name in _names(part) if not options.readers or name in options.readers]
    print(f"{len(wanted)} readers, {options.seconds} seconds each, {options.jobs} at a time", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        failed = sum(pool.map(lambda one: _run(*one, options.seconds), wanted))
    print(f"{failed} of {len(wanted)} readers failed" if failed else "Nothing found")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS", "30")))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--input", dest="inputs", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("readers", nargs="*", help="names of readers, all by default")
    return parser.parse_args()


def _make_importable(part: str) -> None:
    """What the conftest.py of the part's tests does."""
    sys.path[:0] = [str(REPOSITORY / "tests/shared"), str(REPOSITORY / "simulator")]
    if part == "collection":
        finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")
        finder._AnsibleCollectionFinder(paths=[str(REPOSITORY / ".build/collections"), *sys.path])._install()


def _names(part: str) -> list[str]:
    """Names of a part's readers, asked of a process of its own: each part changes how things are imported."""
    code = f"import run; run._make_importable({part!r}); import hostile_inputs; from pathlib import Path\n"
    code += f"print(*[one.name for one in hostile_inputs.loaded(Path({str(PARTS[part][0])!r}))])"
    folder = Path(__file__).parent
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()


def _run(part: str, name: str, seconds: int) -> bool:
    """Fuzz one reader in a process of its own; whether it failed."""
    command = [sys.executable, __file__, "--part", part, "--one", name, "--seconds", str(seconds)]
    finished = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    log = FOLDER / part / name / "log.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(finished.stdout + finished.stderr)
    rounds = [line for line in finished.stderr.splitlines() if line.startswith(("Done ", "#"))]
    print(
        f"{'FAILED' if finished.returncode else 'ok    '} {part}/{name}: {(rounds or ['no round'])[-1][:80]}",
        flush=True,
    )
    if finished.returncode:
        found = sorted(log.parent.glob("found-*"), key=lambda path: path.stat().st_mtime)
        again = f" --input {found[-1].relative_to(REPOSITORY)}" if found else ""
        print(
            f"       {log.relative_to(REPOSITORY)}; again: python tests/fuzz/run.py --part {part} --one {name}{again}"
        )
    return finished.returncode != 0


def _fuzz(part: str, name: str, seconds: int, inputs: Iterable[str]) -> int:
    """Never comes back unless inputs are given: the fuzzer ends the process."""
    _make_importable(part)
    path, package = PARTS[part]
    if inputs:
        reader = _reader(path, name)
        for one in inputs:
            print(f"{one}: {'taken' if reader.takes(Path(one).read_bytes()) else 'refused'}")
        return 0
    import atheris

    with atheris.instrument_imports(include=[package]):
        reader = _reader(path, name)
    folder = FOLDER / part / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(reader.samples):
        (corpus / f"sample-{number}").write_bytes(sample)
    dictionary = folder / "dictionary.txt"
    dictionary.write_text("".join(f'"{_escaped(one)}"\n' for one in reader.fragments if 0 < len(one) <= 64))
    arguments = [
        f"-max_total_time={seconds}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-max_len={_LONGEST}",
        f"-dict={dictionary}",
        f"-artifact_prefix={folder}/found-",
        "-print_final_stats=0",
    ]

    def test_one_input(data: bytes) -> None:
        try:
            reader.read(data)
        except reader.documented:
            return

    atheris.Setup([sys.argv[0], *arguments, str(corpus)], test_one_input)
    atheris.Fuzz()
    return 0


def _reader(path: Path, name: str) -> Any:  # a Reader, whose module is found at run time
    from hostile_inputs import loaded

    return next(reader for reader in loaded(path) if reader.name == name)


def _escaped(data: bytes) -> str:
    """Bytes as dictionaries of libFuzzer have them."""
    return "".join(chr(one) if 32 <= one < 127 and one not in b'\\"' else f"\\x{one:02x}" for one in data)


if __name__ == "__main__":
    sys.exit(main())
