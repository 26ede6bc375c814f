"""LOD005."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftlint.metrics import KeyPaths, numbers
from ftlint.rule import DatasetRule, Location, Violations, bad, good

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftlint.dialects.context import Context
    from ftlint.metrics import Gathered

_OWN = {"target": "mine", "targets": {"mine": {"dialects": ["chat"], "loader": "datasets", "one-schema": True}}}
_TALK = (
    '{{"messages": [{{"role": "user", "content": "Tide?"}}, {{"role": "assistant", "tool_calls": [{{"id": "c1", '
    '"type": "function", "function": {{"name": "tide", "arguments": {}}}}}]}}]}}'
)
_SHOWN = 5


class UnionOfKeys(DatasetRule):
    """Arguments or tool parameters have different keys, and the target's loader gives each object the keys of all.

    ## Why it matters

    The library `datasets` up to 4.0 uses one type for all objects at the same path. Every call then has the arguments of all
    tools, with null for those that are not its own, and the model learns to write them.

    ## How to fix

    Write arguments as JSON in a string, and `tools` too, if the trainer accepts that; or use a trainer with a newer `datasets`.
    """

    code = "LOD005"
    level = "info"
    metrics = (KeyPaths,)
    once = True
    message = "objects at {path} have different keys ({keys}); the loader of {target} gives every one all of them, as null"
    headline = "objects at one path have different keys, and the loader gives each object all of them"
    examples = (
        good([_TALK.format('{"port": "Oslo"}'), _TALK.format('{"port": "Rome"}')], options=_OWN),
        bad([_TALK.format('{"port": "Oslo"}'), _TALK.format('{"day": 3}')], at=[2], options=_OWN),
    )

    def applies(self, context: Context) -> bool:
        """Be silent where the loader keeps objects as they are, or is not known to change them."""
        return super().applies(context) and context.target.one_schema

    def judge(self, gathered: Gathered) -> Iterator[Violations]:
        """Report each place once, at the first record that differs from what came before."""
        for path, sets in gathered.get(KeyPaths).key_sets().items():
            if len(sets) < 2:
                continue
            keys = list(dict.fromkeys(key for names in sets for key in names))
            shown = ", ".join(keys[:_SHOWN]) + ", …" * (len(keys) > _SHOWN)
            args = {"path": path, "keys": shown, "target": gathered.context.target.name}
            yield Violations(self.level, numbers([sorted(sets.values())[1]]), args)

    def locate(self, row: Mapping[str, Any], args: Mapping[str, Any], context: Context) -> Location | None:
        """Point at the place, where it is one."""
        return Location(None if "*" in args["path"] else args["path"])
