"""What is gathered from all records, for the rules that judge the whole dataset; what one rule needs is in its file."""

from ftlint.metrics.base import Block, Metric
from ftlint.metrics.facts import FileFacts
from ftlint.metrics.gathered import Gathered
from ftlint.metrics.key_paths import KeyPaths
from ftlint.metrics.keyed import Fingerprints, Keyed, Sketches
from ftlint.metrics.labels import Labels
from ftlint.metrics.parts import numbers
from ftlint.metrics.shapes import Shapes
from ftlint.metrics.texts import Extremes, Occurrences

__all__ = [
    "Block",
    "Extremes",
    "FileFacts",
    "Fingerprints",
    "Gathered",
    "KeyPaths",
    "Keyed",
    "Labels",
    "Metric",
    "Occurrences",
    "Shapes",
    "Sketches",
    "numbers",
]
