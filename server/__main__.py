"""The command line: `tramxa COMMAND`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from server import (
    config,
    demo,
    doctor,
    first_administrator,
    migrating,
    reference_data,
    running,
    serving,
    worker,
)
from server.config import BadSetting, Settings
from server.embedded.refusals import EngineRefusal
from server.records.icd10_import import import_file
from signaling.__main__ import main as run_signaling

Run = Callable[[Settings, argparse.Namespace], int | None]


def main() -> None:
    """Run one command; what cannot be done ends in one sentence and status 2."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(config.load(), arguments))
    except (BadSetting, EngineRefusal) as refusal:
        print(f"tramxa: {refusal}", file=sys.stderr)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tramxa", description="Trạm Xa – khám, hội chẩn từ xa cho trạm y tế xã"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(
        commands, "run", _run, "chạy mọi chương trình và hai máy chủ dữ liệu"
    ).add_argument(
        "--demo",
        action="store_true",
        help="nạp dữ liệu mẫu nếu cơ sở dữ liệu còn trống",
    )
    _add(commands, "demo", _demo, "nạp dữ liệu mẫu vào cơ sở dữ liệu trống")
    _add(commands, "serve", _serve, "chạy trang web và API")
    _add(commands, "worker", _worker, "chạy việc nền: hạn trả lời, chuông, sự kiện gọi")
    _add(commands, "signaling", _signaling, "chạy máy chủ báo hiệu cuộc gọi")
    _add(commands, "migrate", _migrate, "đưa cơ sở dữ liệu lên bản này").add_argument(
        "--check", action="store_true", help="chỉ so sánh bảng với mô hình"
    )
    admin = _add(
        commands, "create-admin", _create_admin, "tạo quản trị hệ thống đầu tiên"
    )
    admin.add_argument("username", help="tên đăng nhập, chữ không dấu")
    admin.add_argument("full_name", help="họ và tên")
    admin.add_argument("province", help="mã tỉnh, ví dụ 92")
    stations = _add(
        commands,
        "add-stations",
        _add_stations,
        "thêm trạm y tế cho mỗi xã chưa có trạm",
    )
    stations.add_argument("province", help="mã tỉnh, ví dụ 92")
    _add(commands, "doctor", _doctor, "kiểm tra máy và nói việc cần làm")
    icd = _add(
        commands, "import-icd10", _import_icd10, "nhập danh mục ICD-10 chính thức (CSV)"
    )
    icd.add_argument("file", type=Path)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Run,
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _run(settings: Settings, arguments: argparse.Namespace) -> None:
    running.run(settings, with_demo=arguments.demo)


def _serve(settings: Settings, _arguments: argparse.Namespace) -> None:
    serving.serve(settings)


def _worker(settings: Settings, _arguments: argparse.Namespace) -> None:
    worker.run(settings)


def _signaling(_settings: Settings, _arguments: argparse.Namespace) -> int:
    return run_signaling([])


def _migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    with running.owner_url(settings, throw_away=arguments.check) as url:
        migrating.upgrade(url)
        if arguments.check:
            migrating.check(url)
            return
        asyncio.run(reference_data.load(url))


def _demo(settings: Settings, _arguments: argparse.Namespace) -> None:
    with running.owner_url(settings) as url:
        migrating.upgrade(url)
        asyncio.run(reference_data.load(url))
        added = asyncio.run(demo.load(url))
    print(
        "Đã nạp dữ liệu mẫu." if added else "Cơ sở dữ liệu đã có dữ liệu; giữ nguyên."
    )


def _create_admin(settings: Settings, arguments: argparse.Namespace) -> None:
    with running.owner_url(settings) as url:
        password = asyncio.run(
            first_administrator.create(
                url, arguments.username, arguments.full_name, arguments.province
            )
        )
    print(f"Mật khẩu dùng một lần: {password}")


def _add_stations(settings: Settings, arguments: argparse.Namespace) -> None:
    with running.owner_url(settings) as url:
        count = asyncio.run(reference_data.add_stations(url, arguments.province))
    print(f"Đã thêm {count} trạm y tế.")


def _doctor(settings: Settings, _arguments: argparse.Namespace) -> int:
    return asyncio.run(doctor.examine(settings))


def _import_icd10(settings: Settings, arguments: argparse.Namespace) -> None:
    with running.owner_url(settings) as url:
        count = asyncio.run(import_file(arguments.file, url))
    print(f"Đã nhập {count} mã ICD-10.")


if __name__ == "__main__":
    main()
