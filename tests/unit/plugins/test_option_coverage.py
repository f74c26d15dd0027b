# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the API can do is an option, a return value, or left out for a reason that option_coverage.yml gives."""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import option_coverage
import pytest
import yaml
from botocore import xform_name
from botocore.model import ServiceModel

_PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
_TABLE = option_coverage.read_table()
_SERVICES = list(_TABLE["operations"])
# What takes a client and the name of an operation.
_CALLS = {"call", "call_if_there", "call_known", "call_pages", "call_tokens", "_by_id", "write"}


@functools.cache
def model(service: str) -> ServiceModel:
    """Botocore's model of a service."""
    return ServiceModel(botocore.session.get_session().get_service_data(service), service)


@functools.cache
def module(name: str) -> Any:
    """The module of a name, None when there is none."""
    if not (_PLUGINS / "modules" / f"{name}.py").exists():
        return None
    return importlib.import_module(f"ansible_collections.euc.appstream.plugins.modules.{name}")


def specification_of(name: str) -> Mapping[str, Any] | None:
    found = module(name)
    return found and dict(found.ARGUMENT_SPEC)


@functools.cache
def returned_by(name: str) -> Mapping[str, Any] | None:
    found = module(name)
    return found and dict(yaml.safe_load(found.RETURN))


@functools.cache
def words_in_code() -> set[str]:
    """Every string the code that runs on the controller consists of, but for the questions of service_probe.

    These are put to operations that no module has options for, too.
    """
    return {
        node.value
        for path in _PLUGINS.rglob("*.py")
        if path.parent.name != "verify_service"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def called(service: str) -> set[str]:
    """The operations of a service that the code names as boto3 does."""
    own = set(model(service).operation_names)
    others = {name for one in _SERVICES if one != service for name in model(one).operation_names}
    # Where two services have an operation of one name the table tells whose it is.
    candidates = own - (others - set(_TABLE["operations"][service]))
    return {name for name in candidates if xform_name(name) in words_in_code()}


@pytest.mark.parametrize("service", _SERVICES)
def test_every_operation_is_used_or_left_out(service: str) -> None:
    found = option_coverage.unlisted_operations(_TABLE, service, set(model(service).operation_names), called(service))
    assert sorted(found) == []


def test_every_call_is_in_the_table() -> None:
    names = {name for _service, name, _entry in option_coverage.operations(_TABLE)}
    names |= {name for listed in _TABLE["looked_up"].values() for name in listed}
    handed_on = {
        node.args[1].value
        for path in _PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _CALLS
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    }
    assert handed_on - {xform_name(name) for name in names} == set()


@pytest.mark.parametrize("service", _SERVICES)
def test_every_member_is_an_option_or_left_out(service: str) -> None:
    assert option_coverage.missing_members(_TABLE, model(service)) == []


@pytest.mark.parametrize("service", _SERVICES)
def test_every_value_can_be_chosen(service: str) -> None:
    assert option_coverage.missing_values(_TABLE, model(service), specification_of) == []


def test_options_in_the_table_exist() -> None:
    assert option_coverage.unknown_options(_TABLE, specification_of) == []


@pytest.mark.parametrize(
    ("operation", "settings"),
    [
        ("CreateImageBuilder", "image_builder.settings"),
        ("UpdateImageBuilder", "image_builder.settings"),
        ("CreateFleet", "fleet.settings"),
        ("UpdateFleet", "fleet.settings"),
        ("CreateStack", "stack.settings"),
        ("UpdateStack", "stack.settings"),
        ("CreateImportedImage", "image_import.settings"),
    ],
)
def test_what_the_table_promises_is_what_the_module_sends(operation: str, settings: str) -> None:
    path = f"ansible_collections.euc.appstream.plugins.module_utils._appstream.{settings}"
    known = importlib.import_module(path).SETTINGS
    sent = {one.option for one in known if operation.startswith("Create") or one.change == "update"}
    assert option_coverage.options_of(_TABLE, operation) - {"name", "tags"} == sent


@pytest.mark.parametrize("service", _SERVICES)
def test_every_member_is_returned_and_documented(service: str) -> None:
    assert option_coverage.missing_return_values(_TABLE, model(service), returned_by) == []


def test_the_page_is_current() -> None:
    made = option_coverage.page(_TABLE)
    assert option_coverage.PAGE.read_text() == made, "run: python tests/shared/option_coverage.py"


class TestNotices:
    """What AWS adds is noticed, what an older botocore lacks is not."""

    shape = {
        "metadata": {"serviceId": "Tiny"},
        "operations": {
            "Make": {"name": "Make", "input": {"shape": "MakeRequest"}, "output": {"shape": "MakeResult"}},
            "New": {"name": "New", "input": {"shape": "MakeRequest"}},
        },
        "shapes": {
            "MakeRequest": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Parts": {"shape": "Parts"}}},
            "Parts": {"type": "list", "member": {"shape": "Part"}},
            "Part": {"type": "structure", "members": {"Kind": {"shape": "Kind"}, "Size": {"shape": "Text"}}},
            "MakeResult": {"type": "structure", "members": {"Thing": {"shape": "Thing"}}},
            "Thing": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Parts": {"shape": "Parts"}}},
            "Text": {"type": "string"},
            "Kind": {"type": "string", "enum": ["A", "B"]},
        },
    }
    tiny = ServiceModel(shape, "tiny")
    specification = {"name": {}, "parts": {"options": {"kind": {"choices": ["A"]}, "size": {}}}}

    def table(self, **members: Any) -> dict[str, Any]:
        entry = {"module": "thing", "input": {"Name": "name", "Old": "name", **members}}
        return {
            "everywhere": {},
            "operations": {"tiny": {"Make": entry, "Gone": entry}},
            "returned": {"tiny": {"Thing": {"places": ["thing.thing"]}}},
            "not_used": {"tiny": []},
        }

    def test_a_member(self) -> None:
        covered = self.table(**{"Parts.Size": "parts.size"})
        assert option_coverage.missing_members(covered, self.tiny) == [
            "Make has a new member Parts.Kind, which option_coverage.yml does not have"
        ]
        assert option_coverage.missing_members(self.table(Parts={"left_out": "why"}), self.tiny) == []

    @pytest.mark.parametrize(
        ("covered", "found"),
        [
            ("parts.kind", ["B"]),
            ({"option": "parts.kind", "values_left_out": {"B": "why"}}, []),
            ({"by_module": "what", "values": {"A": "name"}}, ["B"]),
            ({"left_out": "why"}, []),
            ("parts.size", []),
        ],
    )
    def test_a_value(self, covered: Any, found: list[str]) -> None:
        table = self.table(**{"Parts.Kind": covered})
        problems = option_coverage.missing_values(table, self.tiny, lambda name: self.specification)
        assert problems == [f"Make has a new value {value} of Parts.Kind" for value in found]

    def test_an_option_that_is_none(self) -> None:
        problems = option_coverage.unknown_options(self.table(X="parts.other"), lambda name: self.specification)
        assert {problem.split(", ")[0] for problem in problems} == {
            "Make: X goes by parts.other",
            "Gone: X goes by parts.other",
        }

    def test_an_operation(self) -> None:
        names = set(self.tiny.operation_names)
        assert [
            one.split(",")[0] for one in option_coverage.unlisted_operations(self.table(), "tiny", names, {"Make"})
        ] == ["tiny has a new operation New"]

    def test_a_return_value(self) -> None:
        part = {"description": "With C(size).", "type": "list"}
        documented = {"thing": {"contains": {"name": {}, "parts": part}}}
        problems = option_coverage.missing_return_values(self.table(), self.tiny, lambda name: documented)
        assert problems == ["Thing.Parts.Kind is not documented as thing.thing.parts.kind"]

    def test_a_module_that_is_none(self) -> None:
        problems = option_coverage.unknown_options(self.table(), lambda name: None)
        assert "Make: there is no module thing" in problems
