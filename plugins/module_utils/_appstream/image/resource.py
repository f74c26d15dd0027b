# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image`` has to do to an image."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import states
from ..core.calls import CHANGED_STATE_CODES
from ..core.errors import AppStreamError
from ..core.waits import Reconciler, Resource, resource_after_refusal, wait_options
from ..image_builder import api as image_builders
from . import api as images

RESULT_KEY = "image"

# The options that say what to bring about, and in what time: read by the module and by its action plugin.
GOAL_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["available", "absent"], "default": "available"},
    "image_builder_name": {"type": "str"},
    "appear_timeout": {"type": "int", "default": 300},
    **wait_options(timeout=7200),
}


@dataclass(frozen=True)
class Wish:
    """What to wait for: ``state`` is ``available`` or ``absent``.

    An image that can't be seen yet may still appear: while its image builder is SNAPSHOTTING, and ``appear_timeout``
    seconds longer.
    """

    name: str
    state: str
    image_builder_name: str | None
    appear_timeout: float

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image``."""
        return cls(options["name"], options["state"], options["image_builder_name"], options["appear_timeout"])


class Appearance:
    """Remembers for how long an image could have been there and was not."""

    def __init__(self, wish: Wish, builder_state: Callable[[], str | None]) -> None:
        self._wish = wish
        self._builder_state = builder_state
        self._missed_since: float | None = None
        self.seen_builder_state: str | None = None

    def next_step(self, image: Resource) -> str:
        """Decide what to do: as ``states.image_step``, but an image to come fails when missed for too long."""
        if image is not None or self._wish.state != "available":
            return states.image_step(image, self._wish.state)
        now = time.monotonic()
        self.seen_builder_state = self._builder_state() if self._wish.image_builder_name else None
        if self._missed_since is None or self.seen_builder_state == "SNAPSHOTTING":
            self._missed_since = now
        return states.FAIL if now - self._missed_since >= self._wish.appear_timeout else states.WAIT

    def failure_reason(self, image: Resource) -> str | None:
        """Say why an image can't become what is wished, None when its state says it all."""
        name, builder = self._wish.name, self._wish.image_builder_name
        if states.image_is(states.FAILED, states.state_of(image)):
            return f"Image {name} has FAILED"
        if image is not None:
            return None
        told = f"Image {name} does not exist and has not appeared for {self._wish.appear_timeout:g} seconds"
        if not builder:
            return told
        return f"{told}; image builder {builder} is {self.seen_builder_state or states.ABSENT}, not SNAPSHOTTING"


def builder_state_reader(client: Any, name: str | None) -> Callable[[], str | None]:
    """Return a function that reads an image builder's state; None when it does not exist or can't be read just now."""

    def read() -> str | None:
        try:
            return states.state_of(image_builders.describe_image_builder(client, name)) if name else None
        except AppStreamError:
            return None

    return read


def goal(client: Any, wish: Wish) -> Reconciler:
    """Return how to bring the image to the wanted state."""
    appearance = Appearance(wish, builder_state_reader(client, wish.image_builder_name))

    def read() -> Resource:
        return images.describe_image(client, wish.name)

    def act(step: str, image: Resource) -> tuple[Resource, list[str]]:
        try:
            return images.delete_image(client, wish.name), [step]
        except AppStreamError as error:
            return resource_after_refusal(error, CHANGED_STATE_CODES, image, read), [step]

    return Reconciler(
        about=f"Image {wish.name}",
        result_key=RESULT_KEY,
        wanted=wish.state,
        next_step=appearance.next_step,
        act=act,
        read=read,
        is_transient=lambda error: error.is_retryable,
        failure_reason=appearance.failure_reason,
    )
