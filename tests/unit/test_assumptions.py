# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The list of assumptions: it has all of the sources, each entry counts somewhere, documents are made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assumptions_page import PAGE, READMES, entries, is_asked, page, read, with_table

_ROOT = Path(__file__).resolve().parents[2]
_SIMULATOR = _ROOT / "simulator" / "appstream_simulator"
_PLUGINS = _ROOT / "plugins"

_WORD = re.compile(r"\b(?:unproven|assumed)\b", re.IGNORECASE)
_MARK = re.compile(r"\b(?:unproven|assumed)\s+(?:#\s+)?\[([a-z0-9_,\s#]+)\]", re.IGNORECASE)
# The name of a module of the simulator, and of a key of the list.
_NO_STATEMENT = re.compile(r"(?:aws\.unproven|unproven\.py|\"assumed\"|assumed there|is assumed\b)")
_SITUATION = re.compile(r"refusal\(\s*\"([^\"]+)\"")
_NAMED_SITUATION = re.compile(r"situation = \"([^\"]+)\"")
# Who acts on the list as a whole.
_READERS = ("assumptions.py", "unproven.py")

_KEYS = {
    "id",
    "question",
    "situation",
    "duration",
    "assumed",
    "settable",
    "other",
    "tolerance",
    "because",
    "probe",
    "known",
    "used",
}

ALL = entries(read())
_PROBES = [path for path in sorted(_PLUGINS.rglob("*.py")) if path.parent.name in ("_verify_service", "verify_service")]
IDS = {entry["id"] for entry in ALL}


def _sources(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        if path.name not in _READERS and "_verify_service" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def _marks(text: str) -> set[str]:
    return {name for found in _MARK.findall(text) for name in re.split(r"[,\s#]+", found) if name}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_tables_of_the_readmes_are_made_of_the_list(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert text == with_table(text, read()), "run: python tests/shared/assumptions_page.py"


def test_the_page_is_made_of_the_list() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read()), "run: python tests/shared/assumptions_page.py"


def test_every_assumption_of_the_simulator_has_an_entry() -> None:
    lacking = []
    for path, text in _sources(_SIMULATOR):
        marked = {found.start() for found in _MARK.finditer(text)}
        for found in _WORD.finditer(text):
            line = text[text.rfind("\n", 0, found.start()) + 1 : text.find("\n", found.start())]
            if found.start() not in marked and not _NO_STATEMENT.search(line):
                lacking.append(f"{path.relative_to(_ROOT)}: {line.strip()}")
    assert lacking == [], "give each an entry in assumptions.yml, and its id in brackets behind the word"


@pytest.mark.parametrize("folder", [_SIMULATOR, _PLUGINS], ids=["simulator", "collection"])
def test_every_id_in_the_sources_is_in_the_list(folder: Path) -> None:
    assert {name for _path, text in _sources(folder) for name in _marks(text)} - IDS == set()


def test_every_refusal_of_the_simulator_has_an_entry() -> None:
    situations = {entry["situation"] for entry in ALL if "situation" in entry}
    said = {
        one
        for _path, text in _sources(_SIMULATOR)
        for one in [*_SITUATION.findall(text), *_NAMED_SITUATION.findall(text)]
    }
    assert said - situations == set()


def test_every_duration_of_the_simulator_has_an_entry() -> None:
    from appstream_simulator.settings import DEFAULT_DURATIONS

    assert {entry["duration"]: entry["assumed"] for entry in ALL if "duration" in entry} == DEFAULT_DURATIONS


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: str(entry["id"]))
def test_an_entry(entry: dict[str, Any]) -> None:
    """It is complete, and every file that it names relies on it."""
    assert set(entry) <= _KEYS and {"id", "question", "assumed", "probe", "used"} <= set(entry)
    assert entry["question"].endswith("?")
    assert entry["used"], "an entry that is used nowhere"
    for answer in entry.get("known", []):
        assert set(answer) == {"answer", "kind", "evidence"} and answer["kind"] in ("confirmed", "refuted", "open")
    missing = [name for name in entry["used"] if not (_ROOT / name).is_file()]
    assert missing == []
    # What a probe asks is named by the probe, and the files say where the answer counts.
    texts = [(_ROOT / name).read_text(encoding="utf-8") for name in entry["used"]]
    asked = [path.read_text(encoding="utf-8") for path in _PROBES] if is_asked(entry) else []
    assert any(_relies_on(entry, text) for text in [*texts, *asked])


def _relies_on(entry: dict[str, Any], text: str) -> bool:
    name, situation = entry["id"], entry.get("situation")
    if situation is not None:
        composed = "{operation} " + situation.partition(" ")[2]
        return f'"{situation}"' in text or composed in text
    if "duration" in entry:
        return f'"{entry["duration"]}"' in text
    return name in _marks(text) or f'"{name}"' in text or f"[{name}]" in text


def test_ids_are_unique() -> None:
    assert len(IDS) == len(ALL)
