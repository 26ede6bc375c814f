"""The conversation with an editor: documents come and change, checks are started and called off."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method
from pygls.uris import to_fs_path

from ftlint import __version__
from ftlint.config import FILES
from ftlint.editor import answers
from ftlint.editor.checks import HEAD, WHOLE, Sessions, check_lines, check_whole, repair, sentence
from ftlint.editor.text import Document
from ftlint.errors import FtlintError
from ftlint.sources.source import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftlint.dialects.context import Context
    from ftlint.editor.checks import Found
    from ftlint.session import Session

PAUSE = 0.6
"""Seconds without a change after which a document is checked as a whole."""

AT_ONCE = 1000
"""Changed lines that are checked before that; more are pasted rather than typed."""

_LANGUAGES = {"jsonl", "jsonlines", "ndjson"}


class _Protocol(LanguageServerProtocol):
    """The protocol without a workspace of texts, which pygls writes anew at each change, and cuts where JSON does not.

    A text of 200 MB would take seconds a key; `Document` replaces the lines that changed.
    """

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class _Open:
    """A document that is open, and the work that is done for it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.context: Context | None = None
        self.beyond: Sequence[str] = ()
        self.failed = ""
        self.task: asyncio.Task[None] | None = None


class Server(LanguageServer):
    """ftlint as a language server.

    Attributes:
        opened: Documents by their address.
        ended: Whether the editor took its leave, as the protocol has it.
    """

    def __init__(self) -> None:
        super().__init__("ftlint", __version__, protocol_cls=_Protocol)
        self.opened: dict[str, _Open] = {}
        self.sessions = Sessions({})
        self.ended = False
        self._worker = ThreadPoolExecutor(1, "ftlint")

    def open(self, item: types.TextDocumentItem) -> None:
        """Take a document, where it is one of JSON lines."""
        path = to_fs_path(item.uri) if item.uri.startswith("file:") else item.uri.rpartition(":")[2]
        if path is None or not (path.endswith(SUFFIXES) or item.language_id in _LANGUAGES):
            return
        units = self.workspace.position_encoding
        self.close(item.uri)
        self.opened[item.uri] = one = _Open(Document(item.uri, path, item.text, item.version, units))
        if one.document.size > WHOLE:
            self.tell(
                f"{Path(path).name} is larger than {WHOLE >> 20} MB: its first {HEAD >> 20} MB and the lines that you change are "
                "checked here; `ftlint check` checks all of it",
                types.MessageType.Info,
            )
        self.start(one, pause=0)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take over changes of a document."""
        one = self.opened.get(params.text_document.uri)
        if one is None:
            return
        for change in params.content_changes:
            one.document.change(change)
        one.document.version = params.text_document.version
        self.start(one, pause=PAUSE)

    def close(self, uri: str) -> None:
        """Forget a document."""
        one = self.opened.pop(uri, None)
        if one:
            self._stop(one)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def start(self, one: _Open, *, pause: float) -> None:
        """Check a document: changed lines at once, all of it after a pause. What is under way for it is called off."""
        self._stop(one)
        one.task = asyncio.get_running_loop().create_task(self._check(one, pause))

    def start_all(self) -> None:
        """Check all documents anew: the configuration changed."""
        for one in self.opened.values():
            self.start(one, pause=0)

    def end(self) -> None:
        """Call off all that is under way: the editor goes."""
        self.ended = True
        for one in self.opened.values():
            self._stop(one)
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _stop(self, one: _Open) -> None:
        if one.task:
            one.task.cancel()

    async def _check(self, one: _Open, pause: float) -> None:
        document = one.document
        try:
            session = await self._work(self.sessions.of, document.path)
            if session is None:  # the configuration excludes it
                self._show_nothing(one)
                return
            is_large = document.size > WHOLE
            if pause or is_large:
                await self._check_changed(one, session, large=is_large)
            if not is_large:
                await asyncio.sleep(pause)
                await self._check_all(one, session)
            one.failed = ""
        except Exception as error:  # whatever went wrong, the editor goes on
            self._show_nothing(one)
            if one.failed != sentence(error):
                one.failed = sentence(error)
                self.tell(one.failed, types.MessageType.Error)
            logging.getLogger(__name__).info("check failed", exc_info=error)

    async def _check_changed(self, one: _Open, session: Session, *, large: bool) -> None:
        """Check the lines that changed; of a large document that is new its beginning."""
        document = one.document
        lines = sorted(document.changed)
        if large and len(lines) == len(document.lines):
            lines = lines[: _lines_of(document, HEAD)]
            await self._check_lines(one, session, lines)
            document.changed = set()
            return
        if large or len(lines) <= AT_ONCE:
            for start in range(0, len(lines), AT_ONCE):
                await self._check_lines(one, session, lines[start : start + AT_ONCE])

    async def _check_lines(self, one: _Open, session: Session, lines: Sequence[int]) -> None:
        """Check some lines."""
        document = one.document
        found = await self._work(check_lines, session, document.path, [document.lines[line] for line in lines], one.context)
        document.changed.difference_update(lines)
        one.context, one.beyond = one.context or found.context, found.beyond or one.beyond
        for line in lines:
            document.found.pop(line, None)
        self._take(one, found, lines)

    async def _check_all(self, one: _Open, session: Session) -> None:
        """Check a document as a whole."""
        document = one.document
        task = asyncio.current_task()
        assert task is not None
        found = await self._work(check_whole, session, document.path, document.content(), lambda: not task.cancelling())
        document.changed, document.found = set(), {}
        one.context, one.beyond = found.context, found.beyond
        self._take(one, found, range(len(document.lines)))

    def _take(self, one: _Open, found: Found, lines: Sequence[int]) -> None:
        """Put findings to their lines. lines: where the lines that were checked are in the document."""
        for finding in found.findings:
            line = None if finding.line is None else lines[finding.line - 1]
            one.document.found.setdefault(line, []).append(finding)
        self._publish(one)

    def _show_nothing(self, one: _Open) -> None:
        one.document.found, one.beyond = {}, ()
        self._publish(one)

    def _publish(self, one: _Open) -> None:
        shown = answers.diagnostics(one.document, one.beyond)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(one.document.uri, shown, one.document.version))

    async def repaired(self, action: types.CodeAction) -> types.CodeAction:
        """Return an action with its edit: the repair of a rule's findings, or of all that is safe."""
        data: Any = action.data
        one = self.opened.get(data.get("uri", "")) if isinstance(data, dict) else None
        if one is None:
            return action
        state = one.document.state
        try:
            session = await self._work(self.sessions.of, one.document.path)
            changes = []
            if session:
                changes = await self._work(repair, session, one.document.path, one.document.content(), data.get("rule"))
        except FtlintError as error:
            self.tell(sentence(error), types.MessageType.Error)
            return action
        # What was found out of a text is not done to another one.
        if one.document.state == state and self.opened.get(one.document.uri) is one:
            action.edit = answers.edits_of(one.document, changes)
        return action

    async def _work(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what a function returns in the thread that does the work; one thing is done at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *args)

    def tell(self, text: str, kind: types.MessageType) -> None:
        """Show a sentence."""
        self.window_show_message(types.ShowMessageParams(kind, f"ftlint: {text}"))


def _lines_of(document: Document, size: int) -> int:
    """Return how many lines the first characters of a document are."""
    for number, line in enumerate(document.lines):
        size -= len(line) + 1
        if size < 0:
            return number + 1
    return len(document.lines)


def made() -> Server:
    """Return a server with all that it answers to."""
    server = Server()
    _take_part(server)
    _take_texts(server)
    _take_questions(server)
    return server


def _take_part(server: Server) -> None:
    """Let a server begin, learn of changed configurations, and end."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        options = params.initialization_options
        server.sessions = Sessions(options if isinstance(options, dict) else {})

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        watching = server.client_capabilities.workspace and server.client_capabilities.workspace.did_change_watched_files
        if watching and watching.dynamic_registration:
            watched = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(f"**/{name}") for name in FILES])
            how = types.Registration("ftlint", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched)
            server.client_register_capability(types.RegistrationParams([how]))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def configured(_: types.DidChangeWatchedFilesParams) -> None:
        server.start_all()

    @server.feature(types.SHUTDOWN)
    def shutdown(*_: object) -> None:
        server.end()


def _take_texts(server: Server) -> None:
    """Let a server follow the documents."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.open(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.change(params)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        """Check the other documents: those of the same dataset may be read from the disk."""
        for uri, one in server.opened.items():
            if uri != params.text_document.uri:
                server.start(one, pause=0)


def _take_questions(server: Server) -> None:
    """Let a server answer what the editor asks about a place."""

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, answers.FIX_ALL], resolve_provider=True),
    )
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        one = server.opened.get(params.text_document.uri)
        found = answers.actions(one.document, params.range, params.context.only) if one else []
        support = server.client_capabilities.text_document and server.client_capabilities.text_document.code_action
        if support and support.resolve_support:
            return found
        return [action if action.edit else await server.repaired(action) for action in found]

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return action if action.edit else await server.repaired(action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        one = server.opened.get(params.text_document.uri)
        return answers.hover(one.document, params.position, one.context) if one else None
