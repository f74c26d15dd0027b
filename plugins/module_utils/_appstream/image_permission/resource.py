# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``image_permission`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core import states
from ..core.calls import LIMIT_EXCEEDED
from ..core.errors import AppStreamError
from ..core.validation import account_id_problems, existing_image_name_problems
from ..image import api as images
from . import api as image_permissions
from .api import Permission, as_list

RESULT_KEY = "permissions"
MOST_ACCOUNTS = 100

Permissions = Mapping[str, Permission]


@dataclass(frozen=True)
class Wish:
    """What the options of module ``image_permission`` ask for: ``accounts`` to be shared with, or not to be."""

    name: str
    state: str
    accounts: Permissions
    purge: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``image_permission``."""
        accounts = {
            one["account_id"]: {key: bool(one[key]) for key in ("allow_fleet", "allow_image_builder")}
            for one in options["accounts"]
        }
        return cls(options["name"], options["state"], accounts, options["purge"])


def problems(options: Mapping[str, Any]) -> list[str]:
    """Check the options the argument spec cannot check; returns what is wrong with them."""
    accounts: Sequence[Mapping[str, Any]] = options["accounts"]
    ids = [str(one["account_id"]) for one in accounts]
    found = existing_image_name_problems(options["name"])
    for account in ids:
        found += account_id_problems("account_id", account)
    found += [f"account_id {account} is listed {times} times" for account, times in Counter(ids).items() if times > 1]
    if options["state"] == "present":
        found += [
            f"account {one['account_id']} is allowed nothing: list it in a task with state=absent to stop sharing"
            for one in accounts
            if not one["allow_fleet"] and not one["allow_image_builder"]
        ]
    return found


def permissions_after(before: Permissions, wish: Wish) -> dict[str, Permission]:
    """Return what the image will be shared for, by account."""
    if wish.state == "absent":
        return {account: permission for account, permission in before.items() if account not in wish.accounts}
    kept = {} if wish.purge else before
    return dict(sorted({**kept, **wish.accounts}.items()))


def require_possible(image: dict[str, Any] | None, before: Permissions, after: Permissions, wish: Wish) -> None:
    """Raise AppStreamError for what the service would refuse, before anything is changed."""
    if image is None:
        if wish.state == "absent":
            return
        raise AppStreamError(f"Image {wish.name} does not exist")
    if not images.is_own(image):
        raise AppStreamError(f"Image {wish.name} is {image.get('visibility')} and not this account's to share")
    if before != after and not states.image_is(states.READY, image.get("state")):
        raise AppStreamError(
            f"Image {wish.name} is {image.get('state')}, only an AVAILABLE image can be shared",
            remedy="Wait for the image with module euc.appstream.image first.",
        )
    if len(after) > MOST_ACCOUNTS and len(after) > len(before):
        raise AppStreamError(
            f"Image {wish.name} would be shared with {len(after)} accounts, the service allows {MOST_ACCOUNTS}",
            remedy=f"It is shared with {len(before)} now: stop sharing it with accounts that no longer need it "
            "(state: absent), or let only the listed ones keep it (purge: true).",
        )


def losing_fleets(before: Permissions, after: Permissions) -> list[str]:
    """Return the accounts that may use the image for fleets, and then no longer."""
    return [
        account
        for account, permission in before.items()
        if permission["allow_fleet"] and not after.get(account, {}).get("allow_fleet")
    ]


def revocation_warning(name: str, accounts: Sequence[str]) -> str:
    """Say what it does to other accounts when fleets may no longer use an image."""
    return (
        f"Fleets may no longer use image {name} in account {', '.join(accounts)}: AWS sets the desired capacity of the "
        "fleets there that use it to 0. They get no new instances until they are given another image; sessions in "
        "progress go on until they end. Image builders, and images made on them, are not affected."
    )


def carry_out(client: Any, image: dict[str, Any], before: Permissions, after: Permissions) -> None:
    """Give, change and take away permissions, one account after the other.

    Raises AppStreamError, which names the accounts done until then; ``permissions`` of its result is how they are.
    """
    name, current = image["name"], dict(before)
    done: list[str] = []
    for account in order(before, after):
        try:
            if account in after:
                image_permissions.update_image_permissions(client, name, account, after[account])
                current[account] = after[account]
            else:
                image_permissions.delete_image_permissions(client, name, account)
                del current[account]
        except AppStreamError as error:
            raise _refused(image, account, done, current, error) from error
        done.append(account)


def order(before: Permissions, after: Permissions) -> list[str]:
    """Return the accounts to be changed in the order to do so.

    What is taken away comes last, so that nobody loses anything when something else is refused, unless that would
    need more accounts for a while than the service allows.
    """
    given = [account for account, permission in after.items() if before.get(account) != permission]
    taken = [account for account in before if account not in after]
    return taken + given if len({*before, *after}) > MOST_ACCOUNTS else given + taken


def _refused(
    image: Mapping[str, Any], account: str, done: Sequence[str], current: Permissions, error: AppStreamError
) -> AppStreamError:
    told = f" (done before: account {', '.join(done)})" if done else ""
    remedy = error.remedy
    if error.code == LIMIT_EXCEEDED:
        remedy = f"An image can be shared with {MOST_ACCOUNTS} accounts: stop sharing it with some first."
    elif error.code == "ResourceNotAvailableException":
        remedy = "An image can be shared only while it is AVAILABLE: see module euc.appstream.image."
    if account == str(image.get("arn")).split(":")[4]:
        remedy = "That account owns the image, and needs no permission to use it: take it out of the list."
    return AppStreamError(
        f"The permissions of account {account} on image {image['name']} could not be changed{told}",
        cause=error.cause,
        remedy=remedy,
        result={RESULT_KEY: as_list(current), "changed": bool(done)},
    )
