"""The page: what stands where, and which event calls what. All element ids are stable."""

from functools import partial
from typing import Any

import gradio as gr

from assistant.advisor import Advisor
from assistant.surfaces.web.handlers import FORMATS, Handlers

AT_ONCE = 16
"""How many people an event serves at the same time; without it the library serves one after the other."""

_FOCUS = """() => { if (window.matchMedia("(pointer: fine)").matches) {
    document.querySelector("#chat-input textarea")?.focus({preventScroll: true}); } }"""
_DOWNLOAD = "() => { document.querySelector('#report-file').click(); }"
_FORGET_ADDRESS = "() => { window.history.replaceState(null, '', window.location.pathname); }"
_QUESTIONS = (
    "Why train on premises and serve from the cloud?",
    "What makes a company operational with AI?",
    "When is a token API enough?",
)
_KINDS = [".pdf", ".docx", ".pptx", ".xlsx", ".md", ".txt", ".html", ".csv"]


class Page:
    """Builds the page for an advisor."""

    def __init__(self, advisor: Advisor, secret: str) -> None:
        self._replies = max(len(question.options) for question in advisor.model.all_questions)
        self._do = Handlers(advisor, self._replies)
        self._secret = secret

    def build(self) -> gr.Blocks:
        """The page with all its events."""
        blocks: gr.Blocks
        with gr.Blocks(title="AI maturity advisor", analytics_enabled=False, delete_cache=(600, 3600)) as blocks:
            self._session = gr.BrowserState(None, storage_key="ai-maturity-advisor", secret=self._secret)
            gr.HTML(
                "<h1>AI maturity advisor</h1><p>Talk about your organisation: see where it stands with AI, and why, and get "
                "a plan for what to do next.</p>",
                elem_id="page-title",
            )
            with gr.Tabs(selected="interview", overflow_behavior="wrap", elem_id="page-tabs") as self._tabs:
                with gr.Tab("Interview", id="interview", elem_id="interview-tab"):
                    self._interview()
                with gr.Tab("Plan", id="plan", elem_id="plan-tab", render_children=True):
                    self._plan()
                with gr.Tab("Ask", id="ask", elem_id="ask-tab", render_children=True):
                    self._ask()
                with gr.Tab("Documents", id="documents", elem_id="documents-tab", render_children=True):
                    self._documents()
                with gr.Tab("Sessions", id="sessions", elem_id="sessions-tab", render_children=True) as self._sessions_tab:
                    self._sessions()
            self._wire(blocks)
        return blocks

    # what stands where

    def _interview(self) -> None:
        with gr.Row(elem_id="interview"):
            with gr.Column(scale=3, min_width=300, elem_id="talk"):
                self._progress = gr.HTML(elem_id="progress")
                self._chat = gr.Chatbot(
                    elem_id="chat-log",
                    label="Conversation",
                    show_label=False,
                    height="max(250px, calc(100vh - 510px))",
                    buttons=[],
                    latex_delimiters=[],
                    allow_tags=False,
                    group_consecutive_messages=False,
                    placeholder="The conversation begins in a moment.",
                )
                with gr.Column(elem_id="quick-replies", min_width=0):
                    self._hint = gr.HTML("<p>Pick an answer, or type your own:</p>", visible=False)
                    self._buttons = [gr.Button("", size="sm", visible=False) for _ in range(self._replies)]
                self._misread = gr.Button("That is not what I meant", elem_id="misread", size="sm", visible=False)
                with gr.Row(elem_id="chat-row", equal_height=True):
                    self._input = gr.Textbox(
                        elem_id="chat-input",
                        label="Your answer",
                        placeholder="Type your answer; Enter sends it",
                        lines=1,
                        max_lines=6,
                        scale=5,
                        min_width=160,
                    )
                    self._send = gr.Button("Send", elem_id="chat-send", variant="primary", size="md", scale=0, min_width=72)
                    self._skip = gr.Button("Skip", elem_id="skip", size="md", scale=0, min_width=72)
                    self._undo = gr.Button("Undo", elem_id="undo", size="md", scale=0, min_width=72)
                with gr.Accordion("Change an earlier answer", open=False, elem_id="edit-answer"):
                    self._editable = gr.Radio([], label="Your answers", elem_id="edit-choice", visible=False)
                    self._edit_text = gr.Textbox(label="New words", lines=2, max_lines=6, elem_id="edit-text")
                    self._edit = gr.Button("Change it", size="sm", elem_id="edit-apply")
            with gr.Column(scale=2, min_width=300, elem_id="standing"):
                self._gauge = gr.HTML(elem_id="stage-gauge")
                self._radar = gr.Plot(label="Level of each dimension", show_label=False, elem_id="dimension-radar")
                self._table = gr.HTML(elem_id="dimension-table")
                with gr.Accordion("What I noted, and from which words", open=True, elem_id="ledger-box"):
                    self._ledger = gr.HTML(elem_id="evidence-ledger")
                    with gr.Accordion("Something was read wrongly", open=False, elem_id="reject-box"):
                        self._rejectable = gr.Radio([], label="Which one?", elem_id="reject-choice", visible=False)
                        self._reject = gr.Button("It no longer counts", size="sm", elem_id="reject")

    def _plan(self) -> None:
        with gr.Row(elem_id="plan-tools", equal_height=True):
            self._make = gr.Button(
                "Make the plan", variant="primary", elem_id="make-plan", size="md", scale=2, min_width=160
            )
            self._format = gr.Radio(
                [(name.upper(), name) for name in FORMATS],
                value="pdf",
                label="Report as",
                elem_id="report-format",
                scale=3,
                min_width=290,
            )
            self._download = gr.Button("Download the report", elem_id="download-report", size="md", scale=2, min_width=160)
            self._file = gr.DownloadButton("Report", elem_id="report-file", visible="hidden")
        gr.HTML('<p class="empty">The plan rests on what you have said so far, and can be made again at any time.</p>')
        with gr.Column(visible=False, elem_id="plan-parts") as self._parts:
            self._aim = gr.HTML(elem_id="plan-summary")
            gr.HTML("<h3>Roadmap</h3>")
            self._gantt = gr.Plot(label="Roadmap over time", show_label=False, elem_id="roadmap-chart")
            self._roadmap = gr.HTML(elem_id="roadmap-text")
            gr.HTML("<h3>Deployment</h3>")
            self._placements = gr.HTML(elem_id="placements")
            gr.HTML("<h3>Cost</h3>")
            self._costs = gr.Plot(label="Cost", show_label=False, elem_id="cost-chart")
            self._caption = gr.HTML(elem_id="cost-text")
            with gr.Accordion("The whole plan in words, with the arithmetic", open=False, elem_id="plan-box"):
                self._words = gr.Markdown(elem_id="plan-text", latex_delimiters=[])

    def _ask(self) -> None:
        self._asked = gr.State([])
        with gr.Row(elem_id="ask-row", equal_height=True):
            self._question = gr.Textbox(
                elem_id="ask-input",
                label="Your question about AI maturity or hybrid deployment",
                lines=1,
                max_lines=6,
                scale=5,
                min_width=160,
            )
            self._ask_send = gr.Button("Ask", elem_id="ask-send", variant="primary", size="md", scale=0, min_width=72)
        with gr.Row(elem_id="ask-examples"):
            self._examples = [gr.Button(question, size="sm", min_width=200) for question in _QUESTIONS]
        self._heading = gr.HTML(elem_id="ask-question")
        self._answer = gr.Markdown(elem_id="ask-answer", latex_delimiters=[])
        self._citations = gr.HTML(elem_id="ask-citations")

    def _documents(self) -> None:
        gr.HTML(
            "<p>A strategy paper, an audit, minutes: what it says about your organisation counts as evidence, with less "
            "weight than what you say yourself. It is read here and sent nowhere.</p>"
        )
        self._upload = gr.File(
            elem_id="documents-upload", label="Documents", file_count="multiple", file_types=_KINDS, height=160
        )
        self._given = gr.HTML(elem_id="documents-list")

    def _sessions(self) -> None:
        self._list = gr.Radio([], label="Your conversations, latest first", elem_id="sessions-list")
        with gr.Row(elem_id="sessions-tools"):
            self._resume = gr.Button("Go on with it", elem_id="session-resume", variant="primary", size="sm", min_width=110)
            self._new = gr.Button("Begin a new one", elem_id="session-new", size="sm", min_width=110)
            self._delete = gr.Button("Delete it", elem_id="session-delete", size="sm", min_width=110)
        with gr.Row(visible=False, elem_id="delete-confirm") as self._confirm:
            self._really = gr.Button("Delete it for good", elem_id="session-delete-yes", variant="stop", size="sm")
            self._keep = gr.Button("Keep it", elem_id="session-delete-no", size="sm")

    # which event calls what

    def _wire(self, blocks: gr.Blocks) -> None:
        quiet: dict[str, Any] = {
            "concurrency_limit": AT_ONCE,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        slow = quiet | {"show_progress": "minimal"}
        do, session = self._do, self._session
        shown = self._shown()
        opened = blocks.load(do.open, session, [session, *shown, self._given], **quiet)
        opened.then(None, None, None, js=_FORGET_ADDRESS)
        typed = [self._input.submit, self._send.click]
        said = gr.on(typed, do.say, [session, self._input, self._chat], [self._input, *shown], **quiet)
        said.then(None, None, None, js=_FOCUS)
        for button in self._buttons:
            button.click(do.choose, [session, button], shown, **quiet).then(None, None, None, js=_FOCUS)
        self._skip.click(do.skip, session, shown, **quiet).then(None, None, None, js=_FOCUS)
        self._undo.click(do.undo, session, shown, **quiet).then(None, None, None, js=_FOCUS)
        self._misread.click(do.misread, session, shown, **quiet).then(None, None, None, js=_FOCUS)
        self._reject.click(do.reject, [session, self._rejectable], shown, **quiet)
        self._editable.input(do.words_of, [session, self._editable], self._edit_text, **quiet)
        self._edit.click(do.edit, [session, self._editable, self._edit_text], [self._edit_text, *shown], **quiet)
        self._upload.upload(do.attach, [session, self._upload], [self._upload, self._given, *shown], **slow)
        self._wire_plan(slow)
        self._wire_answers(slow)
        self._wire_sessions(quiet, shown)

    def _shown(self) -> list[Any]:
        """The outputs of `Handlers.show`, in its order."""
        return [
            self._chat, self._hint, *self._buttons, self._skip, self._undo, self._misread, self._progress, self._gauge,
            self._radar, self._table, self._ledger, self._rejectable, self._editable,
        ]  # fmt: skip

    def _wire_plan(self, slow: dict[str, Any]) -> None:
        parts = [
            self._aim, self._gantt, self._roadmap, self._costs, self._caption, self._placements, self._words, self._parts,
        ]  # fmt: skip
        self._make.click(self._do.plan, self._session, parts, **slow)
        made = self._download.click(self._do.report, [self._session, self._format], self._file, **slow)
        made.success(None, None, None, js=_DOWNLOAD)

    def _wire_answers(self, slow: dict[str, Any]) -> None:
        outputs = [self._heading, self._answer, self._citations, self._asked]
        gr.on([self._question.submit, self._ask_send.click], self._do.ask, [self._question, self._asked], outputs, **slow)
        for button in self._examples:
            button.click(self._do.ask, [button, self._asked], outputs, **slow)

    def _wire_sessions(self, quiet: dict[str, Any], shown: list[Any]) -> None:
        do, session = self._do, self._session
        outputs = [session, self._list, self._tabs, self._given, self._parts, *shown]
        self._sessions_tab.select(do.list_sessions, session, self._list, **quiet)
        self._resume.click(do.resume, self._list, outputs, **quiet)
        self._new.click(do.new, None, outputs, **quiet)
        for button, visible in ((self._delete, True), (self._keep, False), (self._really, False)):
            button.click(partial(_row, visible=visible), None, self._confirm, **quiet)
        self._really.click(do.delete, [session, self._list], outputs, **quiet)


def _row(*, visible: bool) -> Any:
    return gr.Row(visible=visible)
