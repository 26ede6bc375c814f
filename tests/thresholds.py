"""Which numbers of the rules no case holds: each is moved a little, and the rule's own examples and cases are tried.

`python tests/thresholds.py [FAMILY/NAME …]` prints the numbers that can be moved without any of these noticing.
"""

from __future__ import annotations

import ast
import copy
import sys
from pathlib import Path
from types import ModuleType

import ftlint_rules
from cases import cases, lines_of

from ftlint.rule import Rule
from ftlint.testing import broken_examples, findings

FOLDER = Path(ftlint_rules.__file__).parent
ftlint_rules.rules()  # loads all modules


class _Numbers(ast.NodeVisitor):
    """The numbers that something is compared with, or that are an option's default.

    Constants with a name of their own bound how much is looked at or shown, and decide nothing.
    """

    def __init__(self):
        self.found = []

    def visit_Compare(self, node):
        for part in [node.left, *node.comparators]:
            self.found += [one for one in ast.walk(part) if _is_number(one)]

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id == "option":
            self.found += [one for one in node.args if _is_number(one)]
        self.generic_visit(node)

    def visit_IfExp(self, node):
        """Leave out what decides how much of a list is shown: `", …" if len(keys) > 8 else ""`."""
        if not (isinstance(node.orelse, ast.Constant) and node.orelse.value == ""):
            self.generic_visit(node)


def _is_number(node):
    return isinstance(node, ast.Constant) and type(node.value) in {int, float} and node.value not in {0, 1, 2}


def numbers(source):
    """Return the places (line, column) and values of the thresholds of a source."""
    visitor = _Numbers()
    visitor.visit(ast.parse(source))
    return sorted({(one.lineno, one.col_offset, one.value) for one in visitor.found})


def mutants(value):
    """Return what a threshold is moved to: to either side, by one or by a fifth."""
    return (value + 1, value - 1) if type(value) is int else (value * 1.25, value * 0.75)


def mutated(name, source, place, value):
    """Return the rule of a module in which the number at a place is another."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if _is_number(node) and (node.lineno, node.col_offset) == place:
            node.value = value
    family, module = name.split("/")
    made = ModuleType(f"ftlint_rules.{family}.{module}")
    made.__package__ = f"ftlint_rules.{family}"
    made.__file__ = str(FOLDER / f"{name}.py")
    # Classes look their module up; for the time of the trial this is the one.
    before = sys.modules[made.__name__]
    sys.modules[made.__name__] = made
    try:
        exec(compile(tree, made.__file__, "exec"), made.__dict__)  # noqa: S102 - our own source, with another number
    finally:
        sys.modules[made.__name__] = before
    return next(one for one in vars(made).values() if isinstance(one, type) and issubclass(one, Rule) and "code" in vars(one))


def holds(rule, own):
    """Whether a rule does what its examples and cases say."""
    try:
        if broken_examples(rule):
            return False
        for case in own:
            valid = lines_of(case, "valid_")
            found = findings(
                rule, lines_of(case), valid=valid, end=case.get("end", "\n"), options=copy.deepcopy(case.get("options"))
            )
            if [one.line or 0 for one in found] != case["at"] or ("message" in case and found[0].message != case["message"]):
                return False
            if "fix" in case and [one.applicability or "" for one in found] != case["fix"]:
                return False
    except Exception:  # noqa: BLE001 - what fails is noticed
        return False
    return True


def survivors(names=()):
    """Yield the thresholds that can be moved unnoticed: rule, line, value, what it was moved to."""
    by_module = {}
    for module, case in cases():
        by_module.setdefault(module, []).append(case)
    for name, own in by_module.items():
        if names and name not in names:
            continue
        source = (FOLDER / f"{name}.py").read_text("utf-8")
        for line, column, value in numbers(source):
            for moved in mutants(value):
                if holds(mutated(name, source, (line, column), moved), own):
                    yield name, line, value, moved


if __name__ == "__main__":
    for name, line, value, moved in survivors(sys.argv[1:]):
        print(f"{name}.py:{line}: {value} can be {moved}", flush=True)
