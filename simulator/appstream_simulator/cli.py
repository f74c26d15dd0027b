# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command `appstream-simulator`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from appstream_simulator import __version__, settings
from appstream_simulator.windows.machine.shelf import Shelf, ShelfError

if TYPE_CHECKING:
    from appstream_simulator.aws.simulation import Simulation
    from appstream_simulator.server import Server


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (settings.SettingsError, ShelfError, OSError) as error:
        print(f"appstream-simulator: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="appstream-simulator", description="A pretend Amazon AppStream 2.0.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the AWS endpoint and the image builders until told to stop")
    serve.add_argument("--host", default="127.0.0.1", help="address of the AWS endpoint (default: %(default)s)")
    serve.add_argument("--port", type=int, default=0, help="its port; 0 takes a free one (default: %(default)s)")
    serve.add_argument("--speed", type=float, help="virtual seconds per real second (default: 1)")
    serve.add_argument(
        "--network", help="addresses of the image builders, such as 127.77.0.0/16; by default a free one"
    )
    serve.add_argument("--state-directory", type=Path, help="where certificates are kept")
    serve.add_argument("--journal-file", type=Path, help="also write the Windows journal to this file")
    serve.add_argument(
        "--ready-file", type=Path, help="written when it answers: JSON with endpoint, network, pid, ca_file"
    )
    _add_settings_option(serve)
    serve.set_defaults(run=_serve)

    shelf = commands.add_parser("shelf", help="the installers that image builders can install")
    actions = shelf.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="print names, URLs and checksums")
    _add_settings_option(listing)
    listing.set_defaults(run=_list_shelf)
    export = actions.add_parser("export", help="write the installer files to a folder")
    export.add_argument("directory", type=Path)
    _add_settings_option(export)
    export.set_defaults(run=_export_shelf)
    return parser


def _add_settings_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", type=Path, help="YAML file with settings")


def _serve(options: argparse.Namespace) -> int:
    given = {name: getattr(options, name) for name in ("speed", "network", "state_directory", "journal_file")}
    loaded = settings.load(options.settings, options=given)
    # Loading moto takes a second, which other commands and mistakes in the settings need not wait for.
    from appstream_simulator.server import Server

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = Server(loaded, host=options.host, port=options.port).start()
    threading.excepthook = lambda failure: _report_thread(server.simulation, failure)
    try:
        print(server.endpoint, flush=True)
        if options.ready_file:
            _write_ready_file(options.ready_file, server)
        stop.wait()
    finally:
        server.stop()
    return 0


def _report_thread(simulation: Simulation, failure: threading.ExceptHookArgs) -> None:
    """A thread that died, such as a machine that could not listen at its address, shows in the health check."""
    threading.__excepthook__(failure)
    if failure.exc_value is not None:
        simulation.report(failure.exc_value)


def _write_ready_file(path: Path, server: Server) -> None:
    ca_file = server.settings.state_directory / "ca.pem"
    places = {"endpoint": server.endpoint, "network": str(server.network), "ca_file": str(ca_file.resolve())}
    content = {**places, "pid": os.getpid()}
    # Whoever waits for the file must not find half of it.
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(content) + "\n", encoding="utf-8")
    partial.replace(path)


def _list_shelf(options: argparse.Namespace) -> int:
    for entry in _shelf(options).listing():
        print(f"{entry['name']}  {entry['display_name']} {entry['display_version']}  sha256:{entry['sha256']}")
        for location in [*entry["urls"], *entry["unc_paths"]]:
            print(f"    {location}")
    return 0


def _export_shelf(options: argparse.Namespace) -> int:
    for path in _shelf(options).export(options.directory):
        print(path)
    return 0


def _shelf(options: argparse.Namespace) -> Shelf:
    return Shelf(settings.load(options.settings).shelf_files)
