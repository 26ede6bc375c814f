"""The tree of the package: what is higher imports what is lower, and nothing imports upwards or in circles."""

from __future__ import annotations

import ast
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import ftlint

PACKAGE = Path(ftlint.__file__).parent

LAYERS = [
    {"cli", "editor", "integrations", "mock", "testing", "pytest_plugin", "__main__"},
    {"api"},
    {"session"},
    {"evaluation", "prepare"},
    {"report"},
    {"datasets"},
    {"engine"},
    {"rule"},
    {"metrics"},
    {"records"},
    {"training"},
    {"dialects"},
    {"text"},
    {"sources"},
    {"config", "targets", "options"},
    {"plugins"},
    {"errors"},
]
"""From the shells down to what everything may use; a metric is below the rules that ask for it, a reader above its dialects."""

LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def imports(path, *, typing=False):
    """Yield every module of ftlint that a module imports, wherever in it. typing: for its types too."""
    tree = ast.parse(path.read_text("utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {id(node) for block in blocks if not typing for part in block.body for node in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "ftlint" and id(node) not in skipped:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (
                name if _is_module(name) else node.module for name in names if node.module != "ftlint" or _is_module(name)
            )


def _is_module(name):
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(["ftlint", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
        if name != "ftlint":
            yield name, path


def test_nothing_imports_upwards():
    upwards = []
    for name, path in modules():
        level = LEVEL[name.split(".")[1]]
        for other in imports(path):
            part = other.split(".")[1]
            if LEVEL.get(part, len(LAYERS)) < level:
                upwards.append(f"{name} imports {other}")
    assert upwards == []


def test_no_circles_types_included():
    known = {name for name, _ in modules()}
    graph = {
        name: {other for other in imports(path, typing=True) if other in known and other != name} for name, path in modules()
    }
    assert list(TopologicalSorter(graph).static_order())


PAGES = {("ftlint.mock.server.page", "report"), ("ftlint.mock.server.watching", "report")}
"""The page of the service is of the same make as reports."""


def test_the_mock_uses_little_of_the_rest():
    allowed = {"mock", "dialects", "errors", "evaluation", "targets", "text", "testing", "sources"}
    used = {
        (name, other)
        for name, path in modules()
        if name.startswith("ftlint.mock")
        for other in imports(path)
        if other.split(".")[1] not in allowed and (name, other.split(".")[1]) not in PAGES
    }
    public = {f"ftlint.{name}" for name in ftlint.__all__}
    assert {other for _, other in used} <= public


def test_every_folder_is_packaged():
    listed = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    folders = {path.parent for folder in ("ftlint", "rules") for path in (PACKAGE.parent / folder).rglob("__init__.py")}
    names = {".".join(folder.relative_to(PACKAGE.parent).parts) for folder in folders}
    assert {name.replace("ftlint_rules", "rules") for name in listed} == names
