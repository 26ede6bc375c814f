"""Separators that datasets are given where they have none."""

from __future__ import annotations

CANDIDATES = (
    "\n\n###\n\n",
    "\n\n===\n\n",
    "\n\n>>>\n\n",
    "\n\n---\n\n",
    "\n\n###=>\n\n",
    "\n\n<<sep>>\n\n",
    "\n\n@@@@\n\n",
    "\n\n%%%%\n\n",
)
"""Of these the first whose mark occurs nowhere in the data."""
