"""Keeps a seeded sample of the mutants of a session: `python tests/mutation/sample.py SESSION NUMBER SEED [PART OF PARTS]`.

Mutants of type annotations are left out: nothing runs them. PART and PARTS share a sample out among several copies.
"""

from __future__ import annotations

import sqlite3
import sys
from random import Random

IDLE = ("core/ReplaceBinaryOperator_BitOr_",)


def main() -> None:
    session, number, seed, *share = sys.argv[1:]
    part, parts = map(int, share) if share else (0, 1)
    with sqlite3.connect(session) as db:
        rows = db.execute("SELECT job_id, operator_name FROM mutation_specs ORDER BY job_id").fetchall()
        jobs = db.execute(
            "SELECT job_id FROM mutation_specs WHERE operator_name NOT LIKE ? "
            "ORDER BY module_path, operator_name, occurrence, start_pos_row, start_pos_col",
            (IDLE[0] + "%",),
        ).fetchall()
        kept = {job for (job,) in Random(int(seed)).sample(jobs, int(number))[part::parts]}
        gone = [(job,) for job, _ in rows if job not in kept]
        db.executemany("DELETE FROM mutation_specs WHERE job_id = ?", gone)
        db.executemany("DELETE FROM work_items WHERE job_id = ?", gone)
    print(f"{len(kept)} of {len(rows)} mutants are kept")


if __name__ == "__main__":
    main()
