"""Every Vietnamese sentence that a page or a refusal can show is marked for translation."""

import ast
import re
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"
_VIETNAMESE = re.compile(r"[À-ÖØ-öø-ỹ]")
# What is Vietnamese in every language: the command line, evidence and forms prescribed by
# law, names in reference and demonstration data, letters as letters.
_NOT_TRANSLATED = {
    "__main__.py",
    "consents/wording.py",
    "core/vietnamese.py",
    "demo.py",
    "doctor.py",
    "embedded",
    "facilities/seed.py",
    "first_administrator.py",
    "interop/openapi.py",
    "patients/codes.py",
    "places/models.py",
    "records/icd10_import.py",
    "records/minutes_facts.py",
    "records/minutes_meeting.py",
    "running.py",
}
# A file or patient without a name of its own is stored under one.
_STORED = {"Tài liệu", "Không rõ"}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def unmarked_in_code(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            silent.update(ast.walk(node.body[0]) if ast.get_docstring(node) else ())
        if isinstance(node, ast.keyword) and node.arg == "comment":
            silent.update(ast.walk(node))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
            silent.update(ast.walk(node))
    return [
        f"{path.relative_to(SERVER)}:{node.lineno} {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in silent
        and _VIETNAMESE.search(node.value)
        and node.value not in _STORED
    ]


def is_translated(path: Path) -> bool:
    name = path.relative_to(SERVER).as_posix()
    return name not in _NOT_TRANSLATED and name.split("/")[0] not in _NOT_TRANSLATED


def test_every_vietnamese_text_in_code_is_marked():
    files = [path for path in sorted(SERVER.rglob("*.py")) if is_translated(path)]
    assert len(files) > 100
    assert [fault for path in files for fault in unmarked_in_code(path)] == []
