# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Measures the search for secrets, by Mono, beside `grep -rF` with its patterns; see docs/docsite/rst/benchmark.rst.

Settings come from the environment, where `make benchmark-scan NAME=value` puts them:

    FILES        how many there are (default: 400000); they are made once, below .build
    RUNS         of which the fastest counts (default: 3)
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import table
from benchmarks.measure import REPOSITORY

SECRETS = (
    "Corr3ct-horse.battery",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "N0t-a-real-Passw0rd!",
    "h&xter<14>örd",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
)
PLACES = 40
FILES_IN_A_FOLDER = 100
# Bytes of most files, and how many times as much a few of them have.
_SIZES = (200, 800, 1500, 3000, 4000, 9000, 16000)


@dataclasses.dataclass(frozen=True)
class Usage:
    """Seconds that a search took, and those of the processor."""

    wall: float
    cpu: float


def main() -> int:
    """Make the files unless they are there, search them in both ways, print the figures; returns the exit code."""
    count, runs = int(os.environ.get("FILES") or 400_000), int(os.environ.get("RUNS") or 3)
    sys.path.insert(0, str(REPOSITORY / "tests" / "secret_scan"))
    search: Any = importlib.import_module("linux_search")
    if not search.mono.is_installed():
        print(f"benchmark: Mono is missing (Debian: {' '.join(search.mono.PACKAGES)})", file=sys.stderr)
        return 77
    folder = REPOSITORY / ".build" / "secret_scan" / str(count)
    size = made(folder, count, search.forms)
    print(f"{table.machine()}\n{count} files, {size / 1e6:.0f} MB, {len(SECRETS)} secrets\n")
    patterns = folder.with_suffix(".patterns")
    patterns.write_bytes(b"".join(sorted({form + b"\n" for secret in SECRETS for form in search.forms(secret)})))
    program = search.program()
    given = search.written(folder, search.Search(SECRETS))
    found: dict[str, Any] = {}

    def by_mono() -> int:
        output = subprocess.run(["mono", str(program)], input=given, stdout=subprocess.PIPE, check=True).stdout
        found.update(json.loads(output))
        return len(found["findings"])

    def by_grep() -> int:
        command = ["grep", "-rlaF", "-f", str(patterns), str(folder)]
        ended = subprocess.run(
            command, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}, check=True, stdin=subprocess.DEVNULL
        )
        return len(ended.stdout.splitlines())

    results = {}
    for name, work in (("grep -rF", by_grep), ("secret_scan, with Mono", by_mono)):
        usages = [measured(work) for _run in range(runs)]
        results[name] = best = Usage(min(usage.wall for usage in usages), min(usage.cpu for usage in usages))
        print(
            f"{name}: {best.wall:.2f} s, {best.cpu:.2f} s of the processor,"
            f" {count / best.wall:.0f} files/s, {size / best.wall / 1e6:.0f} MB/s",
            flush=True,
        )
    if (found["files"], found["bytes"]) != (count, size) or found["not_searched"]:
        print(
            f"benchmark: not everything was searched: {found['files']} files, {found['bytes']} bytes", file=sys.stderr
        )
        return 1
    grep, ours = results.values()
    print(f"\nof the speed of grep: {grep.wall / ours.wall:.2f}, by time of the processor {grep.cpu / ours.cpu:.2f}")
    return 0


def measured(work: Callable[[], int]) -> Usage:
    """What a search takes that finds every secret."""
    before, began = os.times(), time.monotonic()
    found = work()
    wall, after = time.monotonic() - began, os.times()
    if found != PLACES:
        raise SystemExit(f"benchmark: {found} findings instead of {PLACES}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Usage(wall, cpu)


def made(folder: Path, count: int, forms: Callable[[str], list[bytes]]) -> int:
    """Bytes of the files, which are made unless they are there: texts, UTF-16 and binary data, with PLACES secrets."""
    stamp = folder.with_suffix(".json")
    if stamp.is_file():
        return int(json.loads(stamp.read_text())["bytes"])
    shutil.rmtree(folder, ignore_errors=True)
    chance = random.Random(15)
    words = [bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz", k=chance.randrange(2, 12))) for _word in range(5000)]
    text = b" ".join(chance.choices(words, k=100_000))
    pools = (text, text, text.decode().encode("utf-16-le"), chance.randbytes(1 << 20), bytes(1 << 20))
    places = set(chance.sample(range(count), PLACES))
    total = 0
    for first in range(0, count, FILES_IN_A_FOLDER):
        below = folder / f"{first // 10_000:03}" / f"Folder {first // FILES_IN_A_FOLDER:05}"
        below.mkdir(parents=True)
        for number in range(first, min(count, first + FILES_IN_A_FOLDER)):
            size = chance.choice(_SIZES) * (25 if number % 500 == 0 else 1)
            pool = chance.choice(pools)
            start = chance.randrange(len(pool) - size) if size < len(pool) else 0
            content = pool[start : start + size]
            if number in places:
                form = chance.choice(forms(chance.choice(SECRETS)))
                content = content[: size // 2] + form + content[size // 2 :]
            (below / f"file-{number:06}.dat").write_bytes(content)
            total += len(content)
    stamp.write_text(json.dumps({"bytes": total}))
    return total


if __name__ == "__main__":
    sys.exit(main())
