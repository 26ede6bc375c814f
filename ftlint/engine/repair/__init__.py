"""Repairs datasets: check, write with the repairs, and again until nothing that a repair claims is left.

choose    which repairs run, and on which lines
lines     what is done with one part of a file; pure, so that any process may do it
write     a file written anew, part by part, through the engine
loop      turns of check and write, until nothing changes
result    what a repair gives: files, where their lines come from, notes
"""

from ftlint.engine.repair.choose import Allowed, proposed
from ftlint.engine.repair.loop import repair_dataset
from ftlint.engine.repair.result import Note, Repaired

__all__ = ["Allowed", "Note", "Repaired", "proposed", "repair_dataset"]
