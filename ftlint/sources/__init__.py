"""Where bytes come from: files, standard input, pipes, gzip, zstd, tables, bytes in memory; cut into blocks of whole lines.

Whatever cannot be read at any place (a pipe, a compressed file) is first copied, unpacked, to a temporary file, so that
survey, check and report read every source in the same way.
"""

from ftlint.sources.opening import content_of, open_source, parts_of, temporary_source, unpacking
from ftlint.sources.source import (
    BLOCK,
    BOM,
    FRAME_NAME,
    LINE_NAME,
    PACKED,
    RECORDS_NAME,
    STDIN,
    SUFFIXES,
    TABLES,
    Source,
    Span,
)

__all__ = [
    "BLOCK",
    "BOM",
    "FRAME_NAME",
    "LINE_NAME",
    "PACKED",
    "RECORDS_NAME",
    "STDIN",
    "SUFFIXES",
    "TABLES",
    "Source",
    "Span",
    "content_of",
    "open_source",
    "parts_of",
    "temporary_source",
    "unpacking",
]
