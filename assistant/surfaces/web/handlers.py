"""What the page does when something is typed, picked or pressed. Every fault becomes a sentence; what was typed is kept."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from assistant import AdvisorError, Session
from assistant.advisor import Advisor
from assistant.errors import Forbidden, InputError, NotFound
from assistant.logs import report_fault
from assistant.surfaces.web import charts, plan_views, views
from assistant.surfaces.web.texts import as_reply, safe

Updates = list[Any]
"""A value for each output of an event, in their order."""

FORMATS = ("pdf", "docx", "md", "json")


class Handlers:
    """The page's answers to events. Nothing is kept here between two events: the advisor's log has it all."""

    def __init__(self, advisor: Advisor, replies: int) -> None:
        self._advisor = advisor
        self._replies = replies
        self.shown = replies + 12
        """How many outputs `show` fills."""

    def owner(self, request: gr.Request) -> str:
        """Who asks: the user named by the trusted proxy, or the one local owner."""
        header = self._advisor.settings.web_user_header
        if not header:
            return "local"
        name = request.headers.get(header, "")
        if not name.strip():
            raise Forbidden(f"Nobody is signed in: the header {header!r} is missing; open this page through your sign-in.")
        return str(name)

    def session(self, session_id: str | None, request: gr.Request) -> Session:
        """The owner's session with that id."""
        if not isinstance(session_id, str) or not session_id:
            raise InputError("There is no conversation open on this page; reload it, or start a new one.")
        return self._advisor.resume(session_id, self.owner(request))

    # showing

    def show(self, session: Session, extra: Sequence[views.Message] = ()) -> Updates:
        """Everything of the interview as it stands now."""
        options = [option.text for option in views.options(session)]
        buttons = [
            gr.Button(value=options[place], visible=True) if place < len(options) else gr.Button(value="", visible=False)
            for place in range(self._replies)
        ]
        rejectable, editable = views.rejectable(self._advisor, session), views.editable(session)
        view = session.assessment
        return [
            [*views.messages(session), *extra],
            gr.HTML(visible=bool(options)),
            *buttons,
            gr.Button(interactive=session.question is not None),
            gr.Button(interactive=bool(session.turns)),
            gr.Button(visible=session.mendable),
            views.progress(self._advisor, session),
            views.gauge(self._advisor, session),
            charts.radar(view),
            views.levels_table(view),
            views.ledger(self._advisor, session),
            gr.Radio(choices=rejectable, value=None, visible=bool(rejectable)),
            gr.Radio(choices=editable, value=None, visible=bool(editable)),
        ]

    def open(self, stored: str | None, request: gr.Request) -> Updates:
        """The page is loaded: go on with the session named in the address, or the browser's last one, or a new one."""

        def work() -> Updates:
            wanted = request.query_params.get("session") or stored
            session = self._resumed(wanted, request) or self._advisor.start(self.owner(request))
            return [session.id, *self.show(session), views.documents(session)]

        return self._guarded(work, 2 + self.shown)

    def _resumed(self, session_id: str | None, request: gr.Request) -> Session | None:
        if not session_id:
            return None
        try:
            return self.session(session_id, request)
        except (NotFound, Forbidden, InputError) as fault:
            gr.Warning(f"{safe(fault)} A new conversation was begun.")
            return None

    # the interview

    def say(self, session_id: str, typed: str, chat: list[Any], request: gr.Request) -> Iterator[Updates]:
        """Something was typed: show it at once, then what the advisor makes of it. A fault puts the words back."""
        untouched: Updates = [gr.skip()] * self.shown
        if not typed.strip():
            yield [gr.skip(), *untouched]
            return
        yield ["", [*chat, views.own_words(typed)], *untouched[1:]]

        def work() -> Updates:
            session = self.session(session_id, request)
            before = len(session.turns)
            turn = session.say(typed)
            changed = len(session.turns) != before
            return [gr.skip() if changed else typed, *self.show(session, () if changed else views.aside(typed, turn.text))]

        yield self._guarded(work, 1 + self.shown, failed=[typed, chat, *untouched[1:]])

    def choose(self, session_id: str, label: str, request: gr.Request) -> Updates:
        """A quick reply was pressed."""

        def work() -> Updates:
            session = self.session(session_id, request)
            option = next((o for o in views.options(session) if o.text == label), None)
            if option is not None:  # else the question was answered meanwhile, in another window
                session.choose(option.id)
            return self.show(session)

        return self._guarded(work, self.shown)

    def skip(self, session_id: str, request: gr.Request) -> Updates:
        """The open question is passed over."""
        return self._step(session_id, request, lambda session: session.skip())

    def undo(self, session_id: str, request: gr.Request) -> Updates:
        """The last step is taken back."""

        def work(session: Session) -> None:
            gr.Info(safe(session.undo().text.split("\n", 1)[0]), title="Undo", duration=4)

        return self._step(session_id, request, work)

    def misread(self, session_id: str, request: gr.Request) -> Updates:
        """The latest answer was not understood rightly."""
        return self._step(session_id, request, lambda session: session.misread())

    def reject(self, session_id: str, key: str | None, request: gr.Request) -> Updates:
        """A piece of evidence was read wrongly."""

        def work(session: Session) -> None:
            item = next((e for e in session.evidence if views.evidence_key(e) == key), None)
            if item is None:
                raise InputError("Choose first what was read wrongly; it is listed above the button.")
            session.reject(item)

        return self._step(session_id, request, work)

    def edit(self, session_id: str, seq: str | None, words: str, request: gr.Request) -> Updates:
        """An earlier answer is put in other words."""

        def work() -> Updates:
            session = self.session(session_id, request)
            if not seq:
                raise InputError("Choose first which answer to change; they are listed above the box.")
            session.edit(int(seq), words)
            return ["", *self.show(session)]

        return self._guarded(work, 1 + self.shown)

    def words_of(self, session_id: str, seq: str | None, request: gr.Request) -> Any:
        """The words of an earlier answer, to be changed."""

        def work() -> Updates:
            turns = self.session(session_id, request).turns
            return [next((turn.text for turn in turns if str(turn.seq) == seq), "")]

        return self._guarded(work, 1)[0]

    def attach(self, session_id: str, paths: list[str] | None, request: gr.Request) -> Updates:
        """Documents were uploaded as evidence about the organisation."""

        def work() -> Updates:
            session = self.session(session_id, request)
            for path in paths or ():
                try:
                    session.attach(path)
                except AdvisorError as fault:  # one faulty file does not keep the others out
                    gr.Warning(safe(fault))
            return [None, views.documents(session), *self.show(session)]

        return self._guarded(work, 2 + self.shown)

    def _step(self, session_id: str, request: gr.Request, step: Callable[[Session], object]) -> Updates:
        def work() -> Updates:
            session = self.session(session_id, request)
            step(session)
            return self.show(session)

        return self._guarded(work, self.shown)

    # plan, report, answers

    def plan(self, session_id: str, request: gr.Request) -> Updates:
        """The plan with its charts."""

        def work() -> Updates:
            plan = self.session(session_id, request).plan()
            return [
                plan_views.summary(plan),
                charts.gantt(plan),
                plan_views.roadmap(plan),
                charts.costs(plan),
                plan_views.cost_caption(plan),
                plan_views.placements(plan),
                plan.to_markdown(),
                gr.Column(visible=True),
            ]

        return self._guarded(work, 8)

    def report(self, session_id: str, suffix: str, request: gr.Request) -> str:
        """The report as a file. A fault stops the download and is shown as a sentence."""
        try:
            session = self.session(session_id, request)
            folder = Path(tempfile.mkdtemp(prefix="advisor-report-"))
            return str(session.report(folder / f"ai-maturity-report.{suffix}"))
        except AdvisorError as fault:
            raise gr.Error(safe(fault), print_exception=False) from fault
        except Exception as fault:  # the last resort: the person gets a sentence with an id, the log gets the traceback
            raise gr.Error(report_fault(), print_exception=False) from fault

    def ask(self, question: str, asked: list[str]) -> Updates:
        """One cited answer; what was asked before helps to understand a follow-up."""

        def work() -> Updates:
            if not question.strip():
                raise InputError("Type a question first, such as: Why train on premises?")
            answer = self._advisor.ask(question, history=asked[-5:])
            heading = f'<h3 class="asked">{safe(question)}</h3>'
            return [heading, as_reply(answer.text), views.citations(answer), [*asked, question]]

        return self._guarded(work, 4)

    # sessions

    def list_sessions(self, session_id: str, request: gr.Request) -> Any:
        """The owner's conversations."""
        return self._guarded(lambda: [self._choices(session_id, request)], 1)[0]

    def resume(self, chosen: str | None, request: gr.Request) -> Updates:
        """Go on with an earlier conversation."""

        def work() -> Updates:
            if not chosen:
                raise InputError("Choose a conversation from the list first.")
            return self._opened(self.session(chosen, request), request)

        return self._guarded(work, 5 + self.shown)

    def new(self, request: gr.Request) -> Updates:
        """Begin a new conversation; the present one is kept."""
        return self._guarded(lambda: self._opened(self._advisor.start(self.owner(request)), request), 5 + self.shown)

    def delete(self, session_id: str, chosen: str | None, request: gr.Request) -> Updates:
        """Delete a conversation for good; when it is the present one, a new one begins."""

        def work() -> Updates:
            if not chosen:
                raise InputError("Choose from the list what to delete.")
            self._advisor.delete(chosen, self.owner(request))
            if chosen == session_id:
                return self._opened(self._advisor.start(self.owner(request)), request, stay=True)
            return [gr.skip(), self._choices(session_id, request), *[gr.skip()] * (3 + self.shown)]

        return self._guarded(work, 5 + self.shown)

    def _opened(self, session: Session, request: gr.Request, *, stay: bool = False) -> Updates:
        tabs = gr.skip() if stay else gr.Tabs(selected="interview")
        no_plan_yet = gr.Column(visible=False)  # a plan on the page is of the conversation that was open before
        listed = self._choices(session.id, request)
        return [session.id, listed, tabs, views.documents(session), no_plan_yet, *self.show(session)]

    def _choices(self, current: str, request: gr.Request) -> Any:
        choices = views.session_choices(self._advisor.sessions(self.owner(request)), current)
        return gr.Radio(choices=choices)  # what is already picked in the list stays picked

    @staticmethod
    def _guarded(work: Callable[[], Updates], outputs: int, failed: Updates | None = None) -> Updates:
        """What ``work`` gives; when it fails, a sentence for the person, and the page as it was."""
        try:
            return work()
        except AdvisorError as fault:
            gr.Warning(safe(fault), title="Please note")
        except Exception:  # the last resort: the person gets a sentence with an id, the log gets the traceback
            gr.Warning(report_fault(), title="Fault")
        return failed or [gr.skip()] * outputs
