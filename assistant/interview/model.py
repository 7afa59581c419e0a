"""The maturity model as immutable values: stages, dimensions, indicators, questions and the rule of the overall stage.

The values are data in ``knowledge/model/``; this module only says what is well-formed.
"""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DIMENSIONS = ("strategy", "use_cases", "data", "infrastructure", "operations", "people", "governance", "culture")
"""The ids of the eight dimensions, in the order in which they are shown. Stable."""

LEVELS = (1, 2, 3, 4, 5)

Level = Annotated[int, Field(ge=1, le=5)]
Polarity = Literal["affirmed", "denied", "planned", "partly"]
DimensionId = Literal["strategy", "use_cases", "data", "infrastructure", "operations", "people", "governance", "culture"]


class Value(BaseModel):
    """A frozen value that refuses unknown fields, so that a misspelt key is an error and not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Stage(Value):
    """One of the five stages of an organisation."""

    number: Level
    name: str
    summary: str
    signs: tuple[str, ...] = Field(min_length=3)
    next_move: str
    hybrid: str


class Condition(Value):
    """At least ``count`` of the dimensions ``of`` stand at ``level`` or above."""

    of: tuple[DimensionId, ...] = Field(min_length=1)
    count: int = Field(ge=1, le=8)
    level: Level

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.count > len(self.of):
            raise ValueError(f"count {self.count} is more than the {len(self.of)} dimensions listed in 'of'")
        return self


class StageRule(Value):
    """What has to hold for a stage; the overall stage is the highest whose conditions all hold."""

    stage: Annotated[int, Field(ge=2, le=5)]
    conditions: tuple[Condition, ...] = Field(min_length=1)


class Indicator(Value):
    """A short observable statement that is expected to be true from ``level`` on."""

    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    level: Annotated[int, Field(ge=2, le=5)]
    statement: str
    probe: str

    @property
    def dimension(self) -> str:
        """The dimension's id, which is the part of the id before the dot."""
        return self.id.split(".", 1)[0]


class Option(Value):
    """One behaviourally anchored answer to a question; ``level`` is the level at which it is typical."""

    id: str
    text: str
    level: Level | None = None
    affirms: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    value: str | float | bool | None = None
    """For deployment questions: the value that the fact takes when this option is picked."""
    polarity: Polarity | None = None
    """For questions about one indicator: how the indicator stands when this option is picked."""


class Question(Value):
    """A question to the person. ``dimension`` is one of the eight, or ``deployment`` for a fact the plan needs.

    An open question has no options; ``seconds`` is the time an answer takes.
    """

    id: str
    dimension: str
    text: str
    seconds: float = Field(default=15, gt=0)
    options: tuple[Option, ...] = ()
    fact: str | None = None
    """For deployment questions: the fact that the answer states."""
    worth: float = Field(default=0, ge=0)
    """For deployment questions: what knowing the fact is worth to the plan, in bits."""
    from_stage: Level = 1
    """For deployment questions: the plan needs the fact only from this stage on."""
    indicator: str | None = None
    """For questions that check a single indicator: its id."""

    def option(self, option_id: str) -> Option | None:
        """The option with that id, or None."""
        return next((option for option in self.options if option.id == option_id), None)


class Dimension(Value):
    """One of the eight dimensions with its level descriptions, indicators and questions."""

    id: DimensionId
    name: str
    about: str
    opener: str
    levels: dict[Level, str]
    indicators: tuple[Indicator, ...]
    questions: tuple[Question, ...] = Field(min_length=3)

    @model_validator(mode="before")
    @classmethod
    def _questions_belong_here(cls, data: Any) -> Any:
        """A question in a dimension's file need not repeat the dimension."""
        if not isinstance(data, dict):
            return data
        questions = [
            {"dimension": data.get("id"), **question} if isinstance(question, dict) else question
            for question in data.get("questions") or ()
        ]
        return {**data, "questions": questions}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.levels) != set(LEVELS):
            raise ValueError("levels must describe 1, 2, 3, 4 and 5")
        for level in LEVELS[1:]:
            if sum(indicator.level == level for indicator in self.indicators) < 3:
                raise ValueError(f"level {level} needs at least three indicators")
        known = {indicator.id for indicator in self.indicators}
        for indicator in self.indicators:
            if indicator.dimension != self.id:
                raise ValueError(f"indicator {indicator.id!r} must begin with {self.id + '.'!r}")
        for question in self.questions:
            self._check_question(question, known)
        return self

    def _check_question(self, question: Question, known: set[str]) -> None:
        if len(question.options) < 2:
            raise ValueError(f"question {question.id!r} needs at least two options")
        for option in question.options:
            if option.level is None:
                raise ValueError(f"option {option.id!r} of question {question.id!r} needs a level")
            for reference in (*option.affirms, *option.denies):
                if reference not in known:
                    raise ValueError(
                        f"option {option.id!r} of question {question.id!r} names the unknown indicator {reference!r}"
                    )


class Parameters(Value):
    """The numbers of the Bayesian core. Their reasons and sources stand beside them in ``inference.yaml``."""

    prior: tuple[float, float, float, float, float]
    kernel_spread: float = Field(gt=0)
    indicator_slope: float = Field(gt=0)
    indicator_floor: float = Field(ge=0, lt=0.5)
    option_reliability: float = Field(gt=0, lt=1)
    option_spread: float = Field(gt=0)
    said: dict[Polarity, tuple[float, float]]
    """P(what a person says of an indicator | it is true, it is false): two columns that sum to 1."""
    confusion: dict[Polarity, dict[Polarity, float]]
    """P(read | said) of the statement reader, where something was said: a row for each of the four, summing to 1."""
    statement_share: float = Field(ge=0, le=1)
    repeat_share: float = Field(ge=0, le=1)
    overclaim: float = Field(ge=0, lt=1)
    """Share of claims without anything concrete that describe the next higher level."""
    unknown_levels: tuple[float, float, float, float, float]
    """Likelihood, at each level of a dimension, that somebody who is asked about it does not know."""
    in_writing: float = Field(ge=0, le=1)
    """Trust in a document's statement beside the same words said in person, until the person confirms it."""
    least_in_writing: float = Field(ge=0, le=1)
    firm: float = Field(ge=0, le=1)
    """Least weight of evidence on a dimension that makes a question about it dispensable."""
    level_share: float = Field(ge=0)
    """Worth of a bit about a dimension's level beside a bit about the stage."""
    vague_below: float = Field(ge=0, le=1)
    contradiction_overlap: float = Field(ge=0, le=1)
    contradiction_sure: float = Field(ge=0, le=1)
    max_follow_ups: int = Field(ge=0)
    confident: float = Field(gt=0, lt=1)
    worth_asking: float = Field(ge=0)
    topic_bonus: float = Field(ge=0)
    max_questions: int = Field(ge=8)
    kept_for_plan: int = Field(ge=0)
    open_reliability: float = Field(gt=0, lt=1)


class MaturityModel(Value):
    """Everything the interview knows about maturity."""

    stages: tuple[Stage, Stage, Stage, Stage, Stage]
    rule: tuple[StageRule, ...]
    dimensions: tuple[Dimension, ...]
    deployment: tuple[Question, ...]
    parameters: Parameters

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if tuple(dimension.id for dimension in self.dimensions) != DIMENSIONS:
            raise ValueError(f"the dimensions must be exactly {', '.join(DIMENSIONS)}, in this order")
        if [stage.number for stage in self.stages] != list(LEVELS):
            raise ValueError("the stages must be numbered 1 to 5")
        ids = [question.id for question in self.all_questions]
        if len(ids) != len(set(ids)):
            raise ValueError(f"question ids must be unique; repeated: {sorted({i for i in ids if ids.count(i) > 1})}")
        return self

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """All indicators by id."""
        return {indicator.id: indicator for dimension in self.dimensions for indicator in dimension.indicators}

    @cached_property
    def openers(self) -> dict[str, Question]:
        """The broad open question of each dimension, by dimension id; its own id is ``<dimension>.open``."""
        return {d.id: Question(id=f"{d.id}.open", dimension=d.id, text=d.opener, seconds=45) for d in self.dimensions}

    @cached_property
    def checks(self) -> dict[str, Question]:
        """For each indicator, by its id, the question whether it is true today; its own id is ``check.<indicator>``."""
        return {indicator.id: _check_of(indicator) for indicator in self.indicators.values()}

    @cached_property
    def all_questions(self) -> tuple[Question, ...]:
        """Openers, anchored questions and deployment questions."""
        anchored = tuple(question for dimension in self.dimensions for question in dimension.questions)
        return (*self.openers.values(), *anchored, *self.deployment)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by id, the checks of single indicators among them."""
        return {question.id: question for question in (*self.all_questions, *self.checks.values())}

    def dimension(self, dimension_id: str) -> Dimension:
        """The dimension with that id; KeyError when there is none."""
        return self._by_id[dimension_id]

    @cached_property
    def _by_id(self) -> dict[str, Dimension]:
        return {dimension.id: dimension for dimension in self.dimensions}

    def stage_of(self, levels: dict[str, int]) -> int:
        """The overall stage that the rule gives to a full set of levels."""
        reached = 1
        for rule in self.rule:
            if all(sum(levels[d] >= c.level for d in c.of) >= c.count for c in rule.conditions):
                reached = max(reached, rule.stage)
        return reached


_CHECK_OPTIONS = (
    Option(id="yes", text="Yes, that is so today", polarity="affirmed"),
    Option(id="partly", text="In part, or only in some places", polarity="partly"),
    Option(id="planned", text="It is planned, but not yet so", polarity="planned"),
    Option(id="no", text="No", polarity="denied"),
)


def _check_of(indicator: Indicator) -> Question:
    statement = indicator.statement.rstrip(".")
    lowered = statement if statement.split(" ", 1)[0] in ("AI", "IT") else statement[0].lower() + statement[1:]
    return Question(
        id=f"check.{indicator.id}",
        dimension=indicator.dimension,
        text=f"{indicator.probe} I would like to know whether this is so today: {lowered}.",
        seconds=8,
        options=_CHECK_OPTIONS,
        indicator=indicator.id,
    )
