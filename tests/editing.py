"""An editor, as far as the tests need one: it speaks to `ftlint server` and applies the edits that it is given."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

from lsprotocol.types import Position, Range, TextDocumentContentChangePartial

from ftlint.editor.text import Document

PATIENCE = 120
"""Seconds after which a server that does not answer is ended, so that a test fails instead of waiting."""


class Editor:
    """An editor with a server of its own.

    Attributes:
        shown: The diagnostics of each document, as they were published last.
        said: The sentences that the server showed.
    """

    def __init__(self, folder, *, capabilities=None, options=None):
        command = [sys.executable, "-m", "ftlint", "server"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()
        self.asked, self.texts, self.shown, self.said, self.registered = 0, {}, {}, [], []
        params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities or {}}
        self.hello = self.ask("initialize", {**params, "initializationOptions": options})
        self.tell("initialized", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self):
        """Take leave; return the exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait()

    def ask(self, method, params):
        """Return the answer to a request."""
        self.asked += 1
        self._send({"id": self.asked, "method": method, "params": params})
        while True:
            got = self._receive()
            if got.get("id") == self.asked and "method" not in got:
                assert "error" not in got, got
                return got["result"]

    def tell(self, method, params):
        self._send({"method": method, "params": params})

    def open(self, path, text, language="jsonl"):
        uri = path.as_uri()
        self.texts[uri] = Document(uri, str(path), text, 1)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri, *changes):
        """Replace texts, each given as line, first and last character, and new text."""
        document = self.texts[uri]
        sent = []
        for line, start, end, text in changes:
            where = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
            sent.append({"range": where, "text": text})
            document.change(TextDocumentContentChangePartial(Range(Position(line, start), Position(line, end)), text))
        document.version += 1
        self.tell(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": document.version}, "contentChanges": sent},
        )

    def apply(self, action):
        """Apply an action as an editor does: its edits are all of the text as it was."""
        if "edit" not in action:
            action = self.ask("codeAction/resolve", action)
        for uri, edits in action["edit"]["changes"].items():
            document = self.texts[uri]
            for edit in sorted(edits, key=lambda it: (it["range"]["start"]["line"], it["range"]["start"]["character"]))[::-1]:
                start, end = (Position(**edit["range"][side]) for side in ("start", "end"))
                document.change(TextDocumentContentChangePartial(Range(start, end), edit["newText"]))
        return document.content().decode()

    def actions(self, uri, line, only=None):
        where = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 9999}}
        context = {"diagnostics": [], **({"only": only} if only else {})}
        return self.ask("textDocument/codeAction", {"textDocument": {"uri": uri}, "range": where, "context": context})

    def hover(self, uri, line, character):
        where = {"line": line, "character": character}
        found = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": where})
        return found and found["contents"]["value"]

    def until(self, holds):
        """Read what the server says until something holds."""
        while not holds():
            self._receive()

    def codes(self, uri):
        """Return line and code of what is shown in a document."""
        return sorted((one["range"]["start"]["line"], one.get("code", "")) for one in self.shown.get(uri, ()))

    def _send(self, content):
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self):
        size = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        got = json.loads(self.process.stdout.read(size)) if size else None
        assert got is not None, f"the server ended; it showed {list(map(self.codes, self.shown))} and said {self.said}"
        if got.get("method") == "textDocument/publishDiagnostics":
            self.shown[got["params"]["uri"]] = got["params"]["diagnostics"]
        elif got.get("method") == "window/showMessage":
            self.said.append(got["params"]["message"])
        elif got.get("method") == "client/registerCapability":
            self.registered += got["params"]["registrations"]
            self._send({"id": got["id"], "result": None})
        return got
