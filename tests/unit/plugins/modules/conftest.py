# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a module's main() against an AppStream that lives in a few dictionaries, or against the simulated AWS."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from botocore.exceptions import ClientError
from return_values import return_value_problems
from simulated_account import Simulated

PREFIX = "arn:aws:appstream:eu-central-1:123456789012"
MEMBERS = {
    "describe_image_builders": "ImageBuilders",
    "describe_images": "Images",
    "describe_fleets": "Fleets",
    "describe_directory_configs": "DirectoryConfigs",
    "describe_subnets": "Subnets",
    "describe_security_groups": "SecurityGroups",
}


class FakeAws:
    """AppStream and EC2 as far as the modules use them.

    ``paths`` says through which states an image builder or image goes, one at every look, after an operation.
    ``errors`` holds, per operation, error codes to answer with before anything else.
    """

    def __init__(self) -> None:
        self.image_builders: dict[str, dict[str, Any]] = {}
        self.images: dict[str, dict[str, Any]] = {}
        self.fleets: list[dict[str, Any]] = []
        self.permissions: list[dict[str, Any]] = []
        self.directory_configs: list[dict[str, Any]] = []
        self.subnets: dict[str, dict[str, Any]] = {}
        self.security_groups: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.moves: dict[str, list[Any]] = {}
        self.errors: dict[str, list[str]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.paths = {
            "create_image_builder": ["PENDING", "PENDING", "RUNNING"],
            "start_image_builder": ["PENDING", "RUNNING"],
            "stop_image_builder": ["STOPPING", "STOPPED"],
            "delete_image_builder": ["DELETING", None],
            "delete_image": ["DELETING", None],
        }
        self.meta = boto3.client("appstream", region_name="eu-central-1").meta

    def operations(self) -> list[str]:
        """The operations called that change something."""
        return [name for name, parameters in self.calls if not name.startswith(("describe_", "list_"))]

    def parameters(self, operation: str) -> dict[str, Any]:
        """The parameters of the last call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation][-1]

    def add_image_builder(self, name: str, state: str = "RUNNING", **more: Any) -> None:
        tags = more.pop("Tags", {})
        arn = f"{PREFIX}:image-builder/{name}"
        self.tags[arn] = dict(tags)
        base = f"{PREFIX[: -len('123456789012')]}:image/AppStream-WinServer2022-10-10-2025"
        self.image_builders[name] = {
            "Name": name,
            "Arn": arn,
            "State": state,
            "ImageArn": base,
            "InstanceType": "stream.standard.large",
            **more,
        }

    def add_image(self, name: str, state: str = "AVAILABLE", visibility: str = "PRIVATE", **more: Any) -> None:
        tags = more.pop("Tags", {})
        arn = f"{PREFIX if visibility == 'PRIVATE' else PREFIX[: -len('123456789012')]}:image/{name}"
        self.tags[arn] = dict(tags)
        self.images[name] = {
            "Name": name,
            "Arn": arn,
            "State": state,
            "Visibility": visibility,
            "Platform": "WINDOWS_SERVER_2022",
            "ImageBuilderSupported": True,
            "SupportedInstanceFamilies": ["General Purpose", "Memory Optimized"],
            **more,
        }

    def get_paginator(self, operation: str) -> Any:
        def paginate(**parameters: Any) -> Any:
            answer = getattr(self, operation)(**parameters)
            return SimpleNamespace(build_full_result=lambda: answer)

        return SimpleNamespace(paginate=paginate)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**parameters: Any) -> Any:
            self.calls.append((operation, parameters))
            pending = self.errors.get(operation)
            if pending:
                self._raise(pending.pop(0), operation)
            return copy.deepcopy(getattr(self, f"_{operation}")(**parameters))

        return call

    def _raise(self, code: str, operation: str) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "told by AWS"}}, operation)

    def _describe(self, store: dict[str, dict[str, Any]], operation: str, names: Any) -> dict[str, Any]:
        for name in names or list(store):
            self._move(store, name)
        if names and not all(name in store for name in names):
            self._raise("ResourceNotFoundException", operation)
        return {MEMBERS[operation]: [store[name] for name in names or store]}

    def _move(self, store: dict[str, dict[str, Any]], name: str) -> None:
        script = self.moves.get(name)
        if not script or name not in store:
            return
        state = script.pop(0)
        if state is None:
            del store[name]
        else:
            store[name].update(state if isinstance(state, dict) else {"State": state})

    def _begin(self, operation: str, name: str) -> dict[str, Any]:
        if name not in self.image_builders:
            self._raise("ResourceNotFoundException", operation)
        first, *rest = self.paths[operation]
        self.image_builders[name]["State"] = first
        self.moves[name] = list(rest)
        return {"ImageBuilder": self.image_builders[name]}

    def _describe_image_builders(self, Names: Any = None) -> dict[str, Any]:
        return self._describe(self.image_builders, "describe_image_builders", Names)

    def _create_image_builder(self, **request: Any) -> dict[str, Any]:
        if request["Name"] in self.image_builders:
            self._raise("ResourceAlreadyExistsException", "create_image_builder")
        image = request.pop("ImageName", None)
        if image:
            request["ImageArn"] = f"{PREFIX[: -len('123456789012')]}:image/{image}"
        self.add_image_builder(request.pop("Name"), **request)
        return self._begin("create_image_builder", list(self.image_builders)[-1])

    def _start_image_builder(self, Name: str, AppstreamAgentVersion: str | None = None) -> dict[str, Any]:
        if AppstreamAgentVersion:
            self.image_builders[Name]["AppstreamAgentVersion"] = AppstreamAgentVersion
        return self._begin("start_image_builder", Name)

    def _stop_image_builder(self, Name: str) -> dict[str, Any]:
        return self._begin("stop_image_builder", Name)

    def _delete_image_builder(self, Name: str) -> dict[str, Any]:
        return self._begin("delete_image_builder", Name)

    def _update_image_builder(self, Name: str, **changes: Any) -> dict[str, Any]:
        if self.image_builders[Name]["State"] != "STOPPED":
            self._raise("OperationNotPermittedException", "update_image_builder")
        self.image_builders[Name].update(changes)
        return {"ImageBuilder": self.image_builders[Name]}

    def _describe_images(self, Names: Any = None, Arns: Any = None, Type: Any = None) -> dict[str, Any]:
        if Arns:
            Names = [arn.rsplit("/", 1)[-1] for arn in Arns]
        found = self._describe(self.images, "describe_images", Names)["Images"]
        return {"Images": [image for image in found if Type in (None, image["Visibility"])]}

    def _delete_image(self, Name: str) -> dict[str, Any]:
        first, *rest = self.paths["delete_image"]
        self.images[Name]["State"] = first
        self.moves[Name] = list(rest)
        return {"Image": self.images[Name]}

    def _describe_image_permissions(self, Name: str, NextToken: str = "0") -> dict[str, Any]:
        position = int(NextToken)
        more = {"NextToken": str(position + 1)} if position + 1 < len(self.permissions) else {}
        return {"SharedImagePermissionsList": self.permissions[position : position + 1], **more}

    def _describe_fleets(self) -> dict[str, Any]:
        return {"Fleets": self.fleets}

    def _describe_directory_configs(self) -> dict[str, Any]:
        return {"DirectoryConfigs": self.directory_configs}

    def _describe_subnets(self, Filters: Any) -> dict[str, Any]:
        return {"Subnets": [self.subnets[one] for one in Filters[0]["Values"] if one in self.subnets]}

    def _describe_security_groups(self, Filters: Any) -> dict[str, Any]:
        wanted = Filters[0]["Values"]
        return {"SecurityGroups": [self.security_groups[one] for one in wanted if one in self.security_groups]}

    def _list_tags_for_resource(self, ResourceArn: str) -> dict[str, Any]:
        return {"Tags": self.tags.get(ResourceArn, {})}

    def _tag_resource(self, ResourceArn: str, Tags: dict[str, str]) -> dict[str, Any]:
        self.tags[ResourceArn].update(Tags)
        return {}

    def _untag_resource(self, ResourceArn: str, TagKeys: list[str]) -> dict[str, Any]:
        for key in TagKeys:
            del self.tags[ResourceArn][key]
        return {}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr(AnsibleAppStreamModule, "client", lambda self, service, **_: fake)
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    return fake


def run_module(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    check_mode: bool,
    options: dict[str, Any],
    whole_resources: bool = True,
) -> dict[str, Any]:
    """What the module prints; waits take no time unless told otherwise."""
    if "wait" in module.ARGUMENT_SPEC:
        options.setdefault("wait_delay", 0)
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)
    with patch_module_args({**options, "_ansible_check_mode": check_mode}), pytest.raises(SystemExit):
        module.main()
    result: dict[str, Any] = json.loads(printed.getvalue())
    assert return_value_problems(module.RETURN, result, whole_resources and not check_mode) == []
    return result


@pytest.fixture
def run(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """run(module, check_mode=False, **options)."""

    def run_with_fake(module: ModuleType, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return run_module(monkeypatch, module, check_mode, options, whole_resources=False)

    return run_with_fake


@pytest.fixture
def simulated(simulator: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    simulator.server.reset()
    monkeypatch.setattr(
        AnsibleAppStreamModule, "client", lambda self, service, **more: simulator.client(service, **more)
    )
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    return simulator


@pytest.fixture
def run_simulated(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """run_simulated(module, check_mode=False, **options): as run, against the simulated AWS."""

    def run_with_simulator(module: ModuleType, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return run_module(monkeypatch, module, check_mode, options)

    return run_with_simulator
