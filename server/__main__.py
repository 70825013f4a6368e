"""The command line: `tramxa COMMAND`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from server import config, demo, migrating, reference_data, serving
from server.config import BadSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.config import Settings


def main() -> None:
    """Run one command; a bad setting ends it with one sentence and status 2."""
    arguments = _parser().parse_args()
    try:
        arguments.run(config.load(), arguments)
    except BadSetting as error:
        sys.exit(f"tramxa: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tramxa", description="Trạm Xa – khám, hội chẩn từ xa cho trạm y tế xã"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (run, text) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if name == "migrate":
            command.add_argument(
                "--check", action="store_true", help="only tell whether models and tables agree"
            )
    return parser


def _serve(settings: Settings, arguments: argparse.Namespace) -> None:
    del arguments
    serving.serve(settings)


def _migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    if arguments.check:
        migrating.check(settings.database_owner_url)
        return
    migrating.upgrade(settings.database_owner_url)
    asyncio.run(reference_data.load(settings.database_owner_url))


def _demo(settings: Settings, arguments: argparse.Namespace) -> None:
    del arguments
    added = asyncio.run(demo.load(settings.database_url))
    print("Đã nạp dữ liệu mẫu." if added else "Cơ sở dữ liệu đã có dữ liệu; giữ nguyên.")


_COMMANDS: dict[str, tuple[Callable[[Settings, argparse.Namespace], None], str]] = {
    "serve": (_serve, "pages and API"),
    "migrate": (_migrate, "bring the database to this release"),
    "demo": (_demo, "add demonstration data to an empty database"),
}

if __name__ == "__main__":
    main()
