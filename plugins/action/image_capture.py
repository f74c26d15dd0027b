# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.troubleshooting import (
    remedies,
    reported_errors,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import (
    WAIT_DELAY,
    History,
    Reconciler,
    Resource,
    converge,
    first_sight,
    wait_config,
)
from ansible_collections.euc.appstream.plugins.plugin_utils import _after_start as after_start
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import (
    CONNECTION_SPEC,
    ask_aws,
    connection_options,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._builder_catalog import is_empty
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import (
    WIN_COMMAND,
    ConnectionLostError,
    outcome_of,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_limits import image_problems
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_output import IMAGE_EXISTS, Outcome
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import Progress
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import run_on_host

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "display_name": {"type": "str"},
    "dynamic_app_catalog": {"type": "bool", "default": False},
    "use_latest_agent_version": {"type": "bool", "default": True},
    "tags": {"type": "dict", "default": {}},
    "builder_name": {"type": "str"},
    "builder_tags": {"type": "dict", "default": {}},
    "image_assistant_path": {"type": "str", "default": commands.IMAGE_ASSISTANT_PATH},
    "appear_timeout": {"type": "int", "default": 600},
    "wait_delay": {"type": "int", "default": WAIT_DELAY},
    "after_start": {"type": "list", "elements": "list", "default": []},
}

NOT_RUN: dict[str, Any] = {"status": None, "message": None, "connection_lost": False}
NOTHING_DONE: dict[str, Any] = {"image_assistant": NOT_RUN, "after_start": after_start.NOT_RUN}
NAME_IS_TAKEN: dict[str, Any] = {"status": 1, "message": IMAGE_EXISTS, "connection_lost": False}

REMEDIES = {
    "RUNNING": "nothing was begun and the same task can be run again",
    "SNAPSHOTTING": "the image is being made, run the same task again with a longer appear_timeout",
    "STOPPED": "see its state_change_reason, start it and run the same task again",
}
"""By the state of the image builder, when no image shows up."""


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Starts the making of an image on its image builder; AWS's answer, not the connection, tells whether it began.

    That the Image Assistant's own answer arrives before the cut is unproven [create_image_answer_arrives].
    """

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, self._options = self.validate_argument_spec(argument_spec={**ARGUMENT_SPEC, **CONNECTION_SPEC})
        self._task_vars = task_vars or {}
        tags = {str(key): str(value) for key, value in self._options["tags"].items()}
        name = self._options["name"]
        self._after_start = [[str(token) for token in command] for command in self._options["after_start"]]
        problems = image_problems(name, self._options["description"], self._options["display_name"], tags)
        problems += after_start.problems(self._after_start)
        if self._options["builder_tags"] and not self._options["builder_name"]:
            problems.append("builder_tags needs builder_name")
        if problems:
            raise AnsibleActionFail("; ".join(problems))
        image = self._find_image()
        if image is not None:
            refuse_failed(image)
            return {**result, "changed": False, "image": image, **NOTHING_DONE}
        if not self._options["dynamic_app_catalog"]:
            self._require_applications()
        if self._task.check_mode:
            return {**result, "changed": True, "image": {"name": name, "state": None}, **NOTHING_DONE}
        name_is_taken = self._dry_run(tags)
        untagged = self._tag_builder()
        answer = NAME_IS_TAKEN if name_is_taken else self._create_image(tags)
        result["after_start"] = self._run_after_start()
        warnings = [text for text in (after_start.warning(result["after_start"]), untagged) if text]
        if warnings:
            result["warnings"] = warnings
        if untagged:
            result["builder_tags_missing"] = untagged
        image = self._wait_for_image(answer)
        refuse_failed(image)
        return {**result, "changed": not name_is_taken, "image": image, "image_assistant": answer}

    def _find_image(self) -> dict[str, Any] | None:
        """The image of the wanted name, if any. Raises AnsibleActionFail when AWS could not be asked."""
        found: list[dict[str, Any]] = self._ask_aws("image_info", self._options["name"])["images"]
        return found[0] if found else None

    def _ask_aws(self, module: str, name: str) -> dict[str, Any]:
        return self._aws(module, {"names": [name], "include_tags": False})

    def _tag_builder(self) -> str | None:
        """Give the image builder its tags, while whoever is to read them can still be sure of them.

        Returns why it did not get them, which is no reason to give up an image whose builder is ready.
        """
        tags = {str(key): str(value) for key, value in self._options["builder_tags"].items()}
        if not tags:
            return None
        name = self._options["builder_name"]
        try:
            self._aws(
                "image_builder", {"name": name, "state": "present", "tags": tags, "purge_tags": False, "wait": False}
            )
        except AnsibleActionFail as error:
            return (
                f"image builder {name} did not get the tags {', '.join(tags)}, so that the next run does not know of "
                f"them in case the image fails: delete the image builder then. {error}"
            )
        return None

    def _aws(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a module says on the controller. Raises AnsibleActionFail when it failed."""
        result = ask_aws(self, self._task_vars, module, {**arguments, **connection_options(self._options)})
        if result.get("failed"):
            raise AnsibleActionFail(
                f"euc.appstream.{module} failed on the controller: {result.get('msg') or result.get('module_stderr')}"
            )
        return result

    def _require_applications(self) -> None:
        """Raise AnsibleActionFail when the application catalog is empty or list-applications fails."""
        try:
            empty = is_empty(self._options["image_assistant_path"], self._run_module)
        except Exception as error:  # connection plugins raise whatever their transport library does
            raise AnsibleActionFail(f"no image was begun: {error}") from error
        if empty:
            raise AnsibleActionFail(
                "the application catalog is empty, create-image needs at least one application. Add one with "
                "euc.appstream.application_catalog, or set dynamic_app_catalog: true"
            )

    def _dry_run(self, tags: Mapping[str, str]) -> bool:
        """Let the Image Assistant check everything. Nothing has begun yet: a lost connection is a failure too.

        True when the image exists although AWS doesn't show it yet, as after a run that was killed at this point.
        """
        try:
            outcome = self._call(self._create_image_command(tags, dry_run=True))
        except Exception as error:  # connection plugins raise whatever their transport library does
            raise AnsibleActionFail(f"create-image --dry-run got no answer, no image was begun: {error}") from error
        if outcome.status == 1 and outcome.message == IMAGE_EXISTS:
            return True
        if not outcome.succeeded:
            raise AnsibleActionFail(f"create-image --dry-run was refused (status {outcome.status}): {outcome.message}")
        return False

    def _create_image(self, tags: Mapping[str, str]) -> dict[str, Any]:
        """Begin for real. No answer at all means pending, because the builder disconnects everybody when it begins."""
        try:
            outcome = self._call(self._create_image_command(tags, dry_run=False))
        except ConnectionLostError as error:
            return {"status": None, "message": str(error), "connection_lost": True}
        except AnsibleActionFail:
            raise
        except Exception as error:  # connection plugins raise whatever their transport library does
            return {"status": None, "message": str(error), "connection_lost": True}
        if not outcome.succeeded:
            raise AnsibleActionFail(f"create-image failed (status {outcome.status}): {outcome.message}")
        return {"status": outcome.status, "message": outcome.message, "connection_lost": False}

    def _run_after_start(self) -> dict[str, Any]:
        """Run the commands in one go, once; the image is begun, so nothing that happens here is a failure.

        Also when the answer of create-image was lost: the builder may still be there.
        """
        if not self._after_start:
            return after_start.NOT_RUN
        arguments = {"_raw_params": after_start.command_line(self._after_start)}
        try:
            return after_start.outcome(self._after_start, self._run_module(WIN_COMMAND, arguments))
        except Exception as error:  # connection plugins raise whatever their transport library does
            return after_start.unknown(str(error))

    def _create_image_command(self, tags: Mapping[str, str], *, dry_run: bool) -> list[str]:
        keys = ("name", "description", "display_name", "dynamic_app_catalog", "use_latest_agent_version")
        values = {key: self._options[key] for key in keys}
        return commands.create_image(self._options["image_assistant_path"], tags=tags, dry_run=dry_run, **values)

    def _call(self, argv: list[str]) -> Outcome:
        return outcome_of(self._run_module(WIN_COMMAND, {"argv": argv}))

    def _run_module(self, module: str, arguments: Mapping[str, Any], *, read_only: bool = False) -> Mapping[str, Any]:
        return run_on_host(self, self._task_vars, module, arguments, read_only=read_only)

    def _wait_for_image(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The image as soon as AWS shows it, whatever its state. Raises AnsibleActionFail after ``appear_timeout``."""
        progress = Progress(self._options["name"])
        if answer["connection_lost"]:
            progress.show("connection lost during create-image, asking AWS for the image", 0, changed=True)
        trouble = ""

        def read() -> Resource:
            nonlocal trouble
            try:
                image, trouble = self._find_image(), ""
            except AnsibleActionFail as error:
                # No reason to give up yet.
                image, trouble = None, f" The last question to AWS failed: {error}"
            return image

        def show(image: Resource, elapsed: int, is_new: bool) -> None:
            text = f"image {image['state']}" if image else "no image yet"
            progress.show(text, elapsed, changed=is_new and image is not None)

        options = {"wait_timeout": self._options["appear_timeout"], "wait_delay": self._options["wait_delay"]}
        config = wait_config({"wait": True, **options})
        history = History(config.clock(), state_changes=first_sight(None))
        appearance = Reconciler(
            about=f"Image {self._options['name']}",
            wanted="known to AWS",
            next_step=lambda image: states.WAIT if image is None else states.DONE,
            act=lambda _step, image: (image, []),
            read=read,
            is_transient=lambda _error: True,
            observe=show,
        )
        try:
            return dict(converge(appearance, read(), config, history).resource or {})
        except AppStreamError as error:
            raise AnsibleActionFail(self._absence_message(answer) + trouble) from error

    def _absence_message(self, answer: Mapping[str, Any]) -> str:
        said = f"got no answer ({answer['message']})" if answer["connection_lost"] else f"answered {answer['message']}"
        return (
            f"no image {self._options['name']} showed up within {self._options['appear_timeout']} seconds after "
            f"create-image, which {said}. {builder_remedy(self._options['builder_name'], self._builder_state())}"
        )

    def _builder_state(self) -> str | None:
        """State of the image builder; None when it was not named, is gone or AWS could not be asked."""
        name = self._options["builder_name"]
        if not name:
            return None
        try:
            builders = self._ask_aws("image_builder_info", name)["image_builders"]
        except AnsibleActionFail:
            return None
        return builders[0]["state"] if builders else None


def builder_remedy(name: str | None, state: str | None) -> str:
    """What to do when no image shows up, by the state of the image builder (None: not known)."""
    if state is None:
        return (
            "Look at the image builder: " + "; ".join(f"if it is {key}, {text}" for key, text in REMEDIES.items()) + "."
        )
    return f"Image builder {name} is {state}: {REMEDIES.get(state, REMEDIES['STOPPED'])}."


def refuse_failed(image: Mapping[str, Any]) -> None:
    """Raise AnsibleActionFail when an image has failed, or is on its way out and still holds the name."""
    if states.image_is(states.FAILED, image["state"]):
        reason = reported_errors(image) or "AWS gives no reason"
        advice = remedies(image) or ""
        raise AnsibleActionFail(
            f"image {image['name']} is FAILED: {reason}. {advice} Its name stays taken: delete it "
            "(euc.appstream.image with state: absent) or choose another name",
            result={"image": dict(image)},
        )
    if image["state"] == "DELETING":
        raise AnsibleActionFail(f"image {image['name']} is being deleted; wait until it is gone or choose another name")
