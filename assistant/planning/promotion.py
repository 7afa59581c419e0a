"""The promotion path: how a finished model gets from where it was made to where it answers, step by step."""

from collections.abc import Sequence

from assistant.interview.model import Value
from assistant.planning.placement import Placement
from assistant.planning.situation import Situation

_MADE = frozenset({"on-prem", "colocation", "cloud", "sovereign-cloud"})


class Step(Value):
    """One step with its owner, what it leaves behind, the check that must pass, and what crosses the boundary.

    ``crosses`` is empty where nothing leaves the place in which the model is made. ``sources``: source ids and guidance.
    """

    title: str
    owner: str
    artefact: str
    gate: str
    crosses: str = ""
    sources: tuple[str, ...]


_TRAIN = Step(
    title="Train or adapt, on named data",
    owner="ML engineer",
    artefact="Weights with the versions of data, code and settings that made them",
    gate="The data's owner has released this data for this purpose, and the run can be repeated",
    sources=("FOUND", "promotion-path"),
)
_OPTIMISE = Step(
    title="Make it small: quantise, or distil into a smaller model",
    owner="ML engineer",
    artefact="The weights in fewer bits, with size, pace and quality before and after",
    gate="The evaluation gate is passed again with the smaller weights, by every group that counts",
    sources=("HFL31", "promotion-path"),
)
_RETRAIN = Step(
    title="Train again when the ticket says so, and begin at the first step",
    owner="Product owner",
    artefact="A decision with its reason: which limit was passed, which data is new, what the next version must do better",
    gate="New data is released like the first, and the version in use stays until the next one has passed every gate",
    sources=("PS", "promotion-path"),
)
_REGISTER = Step(
    title="Register the version",
    owner="ML engineer",
    artefact="A registry entry: weights, data version, code, settings and results",
    gate="Somebody else can repeat the run from the entry alone",
    sources=("KFREG", "promotion-path"),
)
_PACKAGE = Step(
    title="Package the model as one artefact",
    owner="Platform engineer",
    artefact="A versioned image with weights, licence and a list of its parts",
    gate="It loads on a clean machine",
    sources=("KO", "KSERVE", "promotion-path"),
)
_SIGN = Step(
    title="Sign it, and refuse what is not signed",
    owner="Security officer",
    artefact="A signature over all files of the model",
    gate="The serving side verifies the signature before it loads anything",
    sources=("SG", "promotion-path"),
)
_EVALUATE = Step(
    title="Pass the evaluation gate",
    owner="Product owner",
    artefact="A report: task set, important groups, safety, cost per thousand calls, against the version in use",
    gate="No worse than the version in use, and signed off by name",
    sources=("TS", "promotion-path"),
)
_CANARY = Step(
    title="Release to a small share, then to all",
    owner="Platform engineer",
    artefact="A record of the shares 5, 25, 50 and 100 % with delay, errors and quality at each",
    gate="Service level, errors and quality hold at every share",
    sources=("KSERVE", "promotion-path"),
)
_ROLLBACK = Step(
    title="Keep the way back open",
    owner="Person on call",
    artefact="The previous version, warm, and a rehearsed switch",
    gate="The way back was rehearsed and takes minutes; a failover never changes the version in silence",
    sources=("LLMDRFC", "promotion-path"),
)


def promotion_path(here: Situation, placements: Sequence[Placement], payload: str = "") -> tuple[Step, ...]:
    """The steps for this organisation; ``payload`` says how much crosses and how long that takes.

    Empty when nothing is made or served yet.
    """
    made = next(p.decision for p in placements if p.phase == "customise")
    served = next(p.decision for p in placements if p.phase == "online_inference")
    if served == "none-yet":
        return ()
    if served == "api" or made not in _MADE:
        return _through_a_service()
    middle: tuple[Step, ...] = ()
    if here.air_gapped:
        middle = (_signed_media(),)
    elif served == "edge":
        middle = (_to_devices(payload),)
    elif made != served:
        middle = (_transfer(made, served, payload),)
    if here.stage == 2:  # a pilot needs no release machinery, but its result has to be repeatable
        return (_REGISTER, _EVALUATE, *middle)
    made_ready = (_TRAIN, _EVALUATE, _OPTIMISE, _REGISTER, _PACKAGE, _SIGN)
    return (*made_ready, *middle, _CANARY, _serve(served), _ROLLBACK, _observe(made, served), _RETRAIN)


def _serve(served: str) -> Step:
    return Step(
        title="Serve it to all, within limits that were set before",
        owner="Platform engineer",
        artefact=f"The version in use ({served}), with its service level, its scaling limits and a bill with an alarm",
        gate="Answer time, errors and cost per thousand calls hold at the peak; only signed versions are loaded",
        crosses="Requests come in and answers go out" if served in ("cloud", "sovereign-cloud") else "",
        sources=("KSERVE", "LLMDPLAN", "promotion-path"),
    )


def _through_a_service() -> tuple[Step, ...]:
    return (
        Step(
            title="Fix what the service may see",
            owner="Data owner",
            artefact="A list of the data that may go out, and the contract's terms on storing and training",
            gate="Nothing outside the list is sent",
            crosses="Prompts and documents go out, answers come back",
            sources=("LETSASK", "generative-ai-choices"),
        ),
        Step(
            title="Keep prompts, examples and the model's version like code",
            owner="Product owner",
            artefact="A versioned set of prompts with the named model version",
            gate="Every answer can be traced to a version",
            sources=("promotion-path", "pilot-to-production"),
        ),
        Step(
            title="Test before each change, the provider's included",
            owner="Product owner",
            artefact="A fixed set of questions with wanted answers, and its results",
            gate="No worse than before the change",
            sources=("TS", "pilot-to-production"),
        ),
        Step(
            title="Keep a second way",
            owner="Person on call",
            artefact="A second provider, or the old procedure, tried once",
            gate="Switching has been rehearsed; the bill has an alarm",
            sources=("sovereignty-and-exit", "LLMDRFC"),
        ),
    )


def _transfer(made: str, served: str, payload: str) -> Step:
    return Step(
        title="Carry the signed artefact over",
        owner="Platform engineer",
        artefact=f"The same image in the registry of the serving side ({made} to {served})",
        gate="Checksum and signature match on arrival; two versions are kept there",
        crosses=payload or "Weights go up, which costs nothing at the cloud; no training data goes with them",
        sources=("HFL31", "INGRESS", "promotion-path"),
    )


def _signed_media() -> Step:
    return Step(
        title="Carry it in on signed media",
        owner="Security officer",
        artefact="A medium with image, own keys' signature and a list of contents, logged in and out",
        gate="Scanned, counted and verified at the gate; no public log or network is needed",
        crosses="Models and updates go in on media; nothing goes out without release",
        sources=("SG", "promotion-path"),
    )


def _to_devices(payload: str) -> Step:
    return Step(
        title="Compress the model and send it to the devices in waves",
        owner="Platform engineer",
        artefact="A quantised image for each kind of device, with a staged rollout",
        gate="Answer time measured on the device; a device without connection keeps a working version",
        crosses=payload or "Weights go to the devices, measurements come back",
        sources=("DEL3T", "promotion-path"),
    )


def _observe(made: str, served: str) -> Step:
    apart = made != served
    return Step(
        title="Observe, and decide when to train again",
        owner="Product owner",
        artefact="Logs of requests and results, drift and cost, with limits",
        gate="A limit that is passed opens a ticket for retraining",
        crosses="Only redacted samples come back; the way out of a cloud is paid by the GB" if apart else "",
        sources=("PS", "EGRESS", "promotion-path") if apart else ("PS", "promotion-path"),
    )
