# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What modules say of themselves, beyond what ansible-test looks at: examples, return values, companions, fragments."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from examples import example_problems
from return_values import documentation_problems

_REPOSITORY = Path(__file__).resolve().parents[4]
_MODULES = sorted(path.stem for path in (_REPOSITORY / "plugins" / "modules").glob("*.py"))
_ACTIONS = sorted(path.stem for path in (_REPOSITORY / "plugins" / "action").glob("*.py"))
_PREFIX = "euc.appstream."

# Changing modules that no module ending in _info goes with, and why.
_WITHOUT_INFO = {
    "ad_account": "its own check mode tells what there is",
    "ad_computer_cleanup": "ad_image_builder_info finds the computer accounts",
    "ad_delegation": "ad_preflight tells which rights are missing",
    "ad_organizational_unit": "its own check mode tells what there is",
    "ad_winrm_policy": "ad_preflight tells what the policy lacks",
    "application_catalog": "it returns the catalog, in check mode too",
    "application_tasks": "it writes a temporary file",
    "build_lock": "its own check mode tells who holds it",
    "build_report": "it writes what others found",
    "build_result": "it puts together what others found",
    "builder_connection": "it gathers facts itself",
    "default_profile": "it carries something out",
    "image_builder_streaming_url": "URLs are made, and cannot be looked up",
    "image_capture": "image_info tells of images",
    "image_copy": "image_info tells of images",
    "image_host": "Ansible's own inventory tells of hosts",
    "image_import": "image_info tells of images",
    "image_update": "image_info tells of images",
    "seal": "its own check mode tells what there is",
    "service_probe": "it asks itself",
    "service_report": "it writes what others found",
    "session_settings": "its own check mode tells what there is",
    "windows_probe": "it asks itself",
    "windows_settings": "its own check mode tells what there is",
}
# Modules that are all action plugin.
_ACTIONS_ALONE = {"application", "image_capture", "plan_images", "windows_probe"}
# Modules that only look although their names do not end in _info.
_LOOKING = {"ad_preflight", "capture_preflight", "plan_images", "preflight", "secret_scan"}
_RETURNED_ON_FAILURE = {"error", "retryable", "remedy"}


class _ConstructedError(Exception):
    """Ends a module's main() where its options are known."""


@functools.cache
def imported(name: str) -> ModuleType:
    """The module of a name."""
    return importlib.import_module(f"ansible_collections.euc.appstream.plugins.modules.{name}")


@functools.cache
def documented(name: str) -> dict[str, Any]:
    """The documentation of a module with its fragments merged in."""
    path = _REPOSITORY / "plugins" / "modules" / f"{name}.py"
    merged: dict[str, Any] = get_docstring(str(path), fragment_loader, collection_name="euc.appstream")[0]
    return merged


def fragments(name: str) -> set[str]:
    """The fragments a module's documentation is made of."""
    return set(yaml.safe_load(imported(name).DOCUMENTATION).get("extends_documentation_fragment", []))


def logs_on_to_aws(name: str) -> bool:
    """Say whether a module asks AWS with the options every AWS module has."""
    return "amazon.aws.common.modules" in fragments(name)


@functools.cache
def specification(name: str) -> Mapping[str, Any]:
    """What a module hands to AnsibleModule; modules that are all action plugin have their documentation only."""
    module = imported(name)
    if not hasattr(module, "main"):
        return {"argument_spec": _options(documented(name)["options"])}
    seen: dict[str, Any] = {}

    def construct(self: Any, **arguments: Any) -> None:
        seen.update(arguments)
        raise _ConstructedError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(_ConstructedError):
        patch.setattr(AnsibleModule, "__init__", construct)
        module.main()
    return seen


def _options(described: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            **{key: option[key] for key in ("aliases", "choices", "elements", "required", "type") if key in option},
            **({"options": _options(option["suboptions"])} if "suboptions" in option else {}),
        }
        for name, option in described.items()
    }


def specification_of(full_name: str) -> Mapping[str, Any] | None:
    """As ``specification``, by full name; None for modules of other collections."""
    if not full_name.startswith(_PREFIX):
        return None
    name = full_name[len(_PREFIX) :]
    assert name in _MODULES, f"there is no module {full_name}"
    return specification(name)


def returned_by(full_name: str) -> set[str]:
    """The keys of what a module returns."""
    return set(yaml.safe_load(imported(full_name[len(_PREFIX) :]).RETURN))


@pytest.mark.parametrize("name", _MODULES)
def test_examples_are_tasks_with_options_the_modules_have(name: str) -> None:
    assert example_problems(imported(name).EXAMPLES, specification_of, returned_by) == []


@pytest.mark.parametrize("name", _MODULES)
def test_return_values_have_a_description_and_samples_of_their_type(name: str) -> None:
    assert documentation_problems(imported(name).RETURN) == []


@pytest.mark.parametrize("name", [name for name in _MODULES if logs_on_to_aws(name) and name not in _ACTIONS_ALONE])
def test_what_a_failure_tells_is_documented(name: str) -> None:
    assert returned_by(_PREFIX + name) >= _RETURNED_ON_FAILURE


@pytest.mark.parametrize("name", _MODULES)
def test_see_also_names_modules_that_exist(name: str) -> None:
    named = [str(one.get("module", "")) for one in yaml.safe_load(imported(name).DOCUMENTATION).get("seealso", [])]
    own = {one[len(_PREFIX) :] for one in named if one.startswith(_PREFIX)}
    assert own - set(_MODULES) == set()
    assert name not in own


def test_action_plugins_have_modules() -> None:
    assert set(_ACTIONS) - set(_MODULES) == set()


def test_modules_that_wait_show_their_progress_by_an_action_plugin() -> None:
    waiting = {name for name in _MODULES if "euc.appstream._wait" in fragments(name)}
    assert waiting - set(_ACTIONS) == set()


def test_changing_modules_have_a_looking_one() -> None:
    looking = {name for name in _MODULES if name.endswith("_info")} | _LOOKING
    alone = {name for name in _MODULES if name not in looking and f"{name}_info" not in _MODULES}
    assert alone == set(_WITHOUT_INFO) & set(_MODULES)


@pytest.mark.parametrize("name", [name for name in _MODULES if logs_on_to_aws(name)])
def test_aws_modules_are_documented_with_the_same_fragments(name: str) -> None:
    options = set(specification(name)["argument_spec"])
    wanted = {"euc.appstream._attributes", "euc.appstream._boto3", "amazon.aws.common.modules"}
    wanted.add("amazon.aws.region.modules")
    wanted |= {"euc.appstream._wait"} if {"wait", "wait_delay"} <= options else set()
    wanted |= {"amazon.aws.tags"} if {"tags", "purge_tags"} <= options else set()
    kinds = {"euc.appstream._attributes.info_module", "euc.appstream._attributes.changing_module"}
    assert fragments(name) - kinds == wanted
    kind = "info_module" if name.endswith("_info") or name in _LOOKING else "changing_module"
    assert fragments(name) & kinds <= {f"euc.appstream._attributes.{kind}"}


@pytest.mark.parametrize("name", _MODULES)
def test_what_every_module_says_of_how_it_behaves(name: str) -> None:
    assert {"check_mode", "diff_mode", "idempotent"} <= set(documented(name)["attributes"])


def test_nothing_is_kept_from_sanity_tests() -> None:
    assert list((_REPOSITORY / "tests").glob("sanity/ignore*")) == []
