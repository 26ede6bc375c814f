"""SHP001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.dialects import named
from ftlint.fixes import Relines, renamed_key
from ftlint.metrics import Shapes
from ftlint.rule import DatasetRule, Hits, Place, bad, good, numbers, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.context import Context
    from ftlint.fixes import Fix, Situation
    from ftlint.metrics import Gathered
    from ftlint.rule import Applicability

MEANT = {
    "prompt": ("context", "input", "question", "query", "instruction", "source", "text", "sentence"),
    "completion": ("response", "output", "answer", "label", "target", "class", "category", "reply", "result"),
}
"""Keys that people write where a dialect has another name for the same."""


class MissingKey(DatasetRule):
    """A required key is missing.

    ## Why it matters

    A record without prompt or completion cannot be trained on; the file is refused.

    ## How to fix

    Add the key, or rename the one that is meant: names count to the letter, in lower case. `--fix --unsafe-fixes` renames
    where every record of the file has the same other name.
    """

    code = "SHP001"
    level = "error"
    metrics = (Shapes,)
    fixable = "unsafe"
    message = "no key {missing}; found {found}{hint}"
    headline = "records lack a required key"
    detail = "no {missing}; found {found}{hint}"
    examples = (
        bad(
            ['{"prompt": "vino ->", "label": " edible"}', '{"prompt": "tea ->", "label": " edible"}'],
            at=[1],
            fixed=['{"prompt": "vino ->", "completion": " edible"}', '{"prompt": "tea ->", "completion": " edible"}'],
        ),
        good(pairs(("vino ->", " edible"))),
        bad([*pairs(("vino ->", " edible"), ("tea ->", " edible")), '{"Prompt": "burger ->", "completion": " edible"}'], at=[3]),
    )

    def judge(self, gathered: Gathered) -> Iterator[Hits]:
        """Report each record; where the file has no known shape, once for each set of keys."""
        context = gathered.context
        for keys, lines in gathered.get(Shapes).missing.items():
            args = _arguments(keys, context)
            args["names"] = _names(keys) if len(lines) == gathered.get(Shapes).records else {}
            how: Applicability | None = "unsafe" if args["names"] else None
            if context.recognised:
                yield Hits(self.level, lines, args, applicability=how)
            else:
                args["hint"] += f" (in {len(lines):,} record{'s' * (len(lines) != 1)})"
                yield Hits(self.level, numbers(lines[:1]), args, applicability=how)

    def locate(self, row: Mapping[str, str], args: Mapping[str, Any], context: Context) -> Place | None:
        """Point nowhere in particular."""
        return None

    def fix(self, hits: Hits, situation: Situation) -> Fix | None:
        """Rename a key, where all records of the file have the same other name for it."""
        names = hits.args["names"]
        return Relines(lambda line: _renamed(line, names), everywhere=True)


def _arguments(keys: tuple[str, ...], context: Context) -> dict[str, Any]:
    dialect = named(context.dialect)
    missing = [key for key in dialect.texts if key not in keys]
    meant = [f"{found!r} for {key!r}" for key in missing if (found := _meant(key, keys))]
    hint = f"; did you mean {', '.join(meant)}?".replace("'", '"') if meant else ""
    return {
        "missing": " or ".join(f'"{key}"' for key in missing),
        "found": ", ".join(f'"{key}"' for key in keys[:8]) + ("…" if len(keys) > 8 else "") if keys else "none",
        "hint": hint,
    }


def _names(keys: tuple[str, ...]) -> dict[str, str]:
    """Return the dialect's names for those of the found keys that are meant to be them."""
    return {found: key for key in MEANT if key not in keys and (found := _meant(key, keys))}


def _meant(key: str, found: tuple[str, ...]) -> str | None:
    """Return which of the found keys is meant to be this one."""
    by_lower = {other.strip().lower(): other for other in found}
    return next((by_lower[name] for name in (key, f"{key}s", *MEANT.get(key, ())) if name in by_lower), None)


def _renamed(line: bytes, names: Mapping[str, str]) -> list[bytes] | None:
    """Return an object's line with other names for some keys."""
    text = line.decode("utf-8", "surrogateescape")
    try:
        for old, new in names.items():
            text = renamed_key(text, old, new)
    except (ValueError, IndexError):
        return None
    return [text.encode("utf-8", "surrogateescape")]
