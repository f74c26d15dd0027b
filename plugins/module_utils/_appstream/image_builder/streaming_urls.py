# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Streaming URLs of image builders: whoever has one is let in, so they go to no log, no message and no open file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..core import states
from ..core.calls import call
from ..core.errors import AppStreamError
from . import api as image_builders

# CreateImageBuilderStreamingURL.Validity: seconds, in the documentation of the service model only.
VALIDITY = (1, 604800)
DEFAULT_VALIDITY = 3600


def validity_problems(validity: int) -> list[str]:
    """Check for how many seconds a URL is to be valid."""
    shortest, longest = VALIDITY
    if shortest <= validity <= longest:
        return []
    return [f"validity {validity} is not between {shortest} and {longest} seconds (7 days)"]


def require_running(client: Any, name: str) -> None:
    """Raise AppStreamError unless the image builder is RUNNING: there is nothing to stream from otherwise."""
    state = states.state_of(image_builders.describe_image_builder(client, name))
    if states.image_builder_is(states.READY, state):
        return
    condition = f"is {state}" if state else "does not exist"
    raise AppStreamError(
        f"Image builder {name} {condition}, and a streaming URL can be made for a RUNNING one only",
        remedy="Bring it to RUNNING with module euc.appstream.image_builder first.",
    )


def create_streaming_url(client: Any, name: str, validity: int) -> tuple[str, str]:
    """Make a URL valid for so many seconds; returns it and when it expires (ISO 8601, UTC). Raises AppStreamError."""
    operation = "create_image_builder_streaming_url"
    answer = call(client, operation, f"image builder {name}", Name=name, Validity=validity)
    expires: datetime = answer["Expires"]
    return str(answer["StreamingURL"]), expires.astimezone(timezone.utc).isoformat()


@contextmanager
def secret_file(path: str) -> Iterator[Callable[[str], None]]:
    """Give a function that writes a secret, with a line feed, to a file that only its owner can ever read.

    The file is created before there is anything to write, so that no secret is made that could not be kept, and put
    in its place as a whole: an existing file, or symbolic link, is replaced with its permissions. When nothing has been
    written everything stays as it was. Raises AppStreamError.
    """
    require_writable(path)
    try:
        # mkstemp gives the file mode 0600 when it creates it, whatever the umask.
        descriptor, name = tempfile.mkstemp(dir=Path(path).parent, prefix=".streaming_url_")
    except OSError as error:
        raise _cannot_be_written(path, error) from error
    temporary = Path(name)
    file = os.fdopen(descriptor, "w", encoding="utf-8")

    def write(secret: str) -> None:
        try:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise _cannot_be_written(path, error) from error

    try:
        yield write
    finally:
        file.close()
        temporary.unlink(missing_ok=True)


def require_writable(path: str) -> None:
    """Raise AppStreamError when no file can be put there."""
    folder = Path(path).parent
    if Path(path).is_dir():
        raise AppStreamError(f"{path} is a directory, path must be that of a file")
    if not folder.is_dir():
        raise AppStreamError(f"{path} cannot be written, there is no directory {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise AppStreamError(f"{path} cannot be written, the directory {folder} is not writable")


def _cannot_be_written(path: str, error: OSError) -> AppStreamError:
    return AppStreamError(f"{path} cannot be written: {error.strerror}")
