# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AppStream service of one account and Region (file and class names are what moto looks for)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from appstream_simulator.aws import regions
from appstream_simulator.aws.base_images import public_images
from appstream_simulator.aws.directory_config import DirectoryConfig
from appstream_simulator.aws.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from appstream_simulator.aws.export_task import ExportTask
from appstream_simulator.aws.fleet import Fleet
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.aws.simulation import Simulation, running
from appstream_simulator.aws.stack import Stack
from appstream_simulator.aws.timetable import Timetable


class AppStreamBackend(BaseBackend):
    """The records of one account and Region.

    Attributes:
        images: the account's own images by name; `public` the base images.
        tags: by ARN.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.image_builders: dict[str, ImageBuilder] = {}
        self.images: dict[str, Image] = {}
        self.public = {image.name: image for image in public_images(self.partition, region_name)}
        self.fleets: dict[str, Fleet] = {}
        self.stacks: dict[str, Stack] = {}
        # Pairs of a fleet's and a stack's name.
        self.associations: set[tuple[str, str]] = set()
        self.directory_configs: dict[str, DirectoryConfig] = {}
        # By task id.
        self.export_tasks: dict[str, ExportTask] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.timetable = Timetable()
        # Own records come after the base images in listings.
        self.serials = itertools.count(len(self.public))
        # Of images that other accounts share with this one, by ARN.
        self.serials_of_shared: defaultdict[str, int] = defaultdict(lambda: next(self.serials))

    @property
    def simulation(self) -> Simulation:
        """What all accounts and Regions share."""
        return running()

    def arn(self, resource: str) -> str:
        """The ARN of one of the account's own resources, such as 'image/name'."""
        return f"arn:{self.partition}:appstream:{self.region_name}:{self.account_id}:{resource}"

    def tick(self) -> None:
        """Do what is due."""
        self.timetable.run(self.simulation.clock.now())

    def image_builder(self, name: str) -> ImageBuilder:
        """An image builder by name.

        Raises:
            ResourceNotFoundException: there is none.
        """
        try:
            return self.image_builders[name]
        except KeyError:
            raise ResourceNotFoundException(f"The image builder {name} does not exist.") from None

    def own_image(self, name: str) -> Image:
        """One of the account's own images that listings show, by name.

        Raises:
            ResourceNotFoundException: there is none.
        """
        image = self.images.get(name)
        if image is None or not image.visible:
            raise ResourceNotFoundException(f"The image {name} does not exist.")
        return image

    def fleet(self, name: str) -> Fleet:
        """A fleet by name.

        Raises:
            ResourceNotFoundException: there is none.
        """
        try:
            return self.fleets[name]
        except KeyError:
            raise ResourceNotFoundException(f"The fleet {name} does not exist.") from None

    def visible_images(self) -> list[Image]:
        """Public and own images as listings show them."""
        return [*self.public.values(), *(image for image in self.images.values() if image.visible)]

    def image_name_exists(self, name: str) -> bool:
        """Whether an image has this name, in whatever state and shown or not yet."""
        return name in self.images or name in self.public

    def require_new_image_name(self, name: str) -> None:
        """Check the name of an image to be.

        Raises:
            ResourceAlreadyExistsException: it is taken.
        """
        if self.image_name_exists(name):
            raise ResourceAlreadyExistsException(f"An image with the name {name} already exists.")

    def taggable(self, arn: str) -> bool:
        """Whether the ARN is that of one of the account's own resources that listings show."""
        visible = (image for image in self.images.values() if image.visible)
        own: Iterator[Any] = itertools.chain(
            self.image_builders.values(), visible, self.fleets.values(), self.stacks.values()
        )
        return any(record.arn == arn for record in own)


appstream_backends = BackendDict(AppStreamBackend, "appstream", additional_regions=sorted(regions.of_appstream()))


def all_backends() -> list[AppStreamBackend]:
    """The back ends of all accounts and Regions in use."""
    return [backend for account in list(appstream_backends.values()) for backend in list(account.values())]
