"""The deployment drafts: valid by the published schemas, in agreement with the plan, and free of anybody's words."""

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from manifest_cases import CASES, HOSTILE, NOTHING, plan_of

from assistant.errors import InputError
from assistant.planning.manifest_parts import gigabytes, gpu_resource
from assistant.planning.manifests import manifests
from assistant.planning.plan import Plan
from assistant.reporting.manifest_files import manifest_files, write_manifests

SCHEMAS = Path(__file__).parent / "schemas"
QUANTITY = re.compile(r"[1-9][0-9]*G?")


@cache
def validators() -> dict[str, Draft202012Validator]:
    found = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for kind, definition in content["kinds"].items():
            found[kind] = Draft202012Validator({**definition, "$defs": content["$defs"]})
    return found


def objects(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    return {name: list(yaml.safe_load_all(text)) for name, text in manifest_files(plan).items() if name.endswith(".yaml")}


def faults(item: dict[str, Any]) -> list[str]:
    validator = validators()[f"{item['apiVersion']}/{item['kind']}"]
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(item)]


def of_kind(plan: Plan, kind: str) -> list[dict[str, Any]]:
    return [item for items in objects(plan).values() for item in items if item["kind"] == kind]


def worked(plan: Plan, sizing: str) -> Any:
    return next(s.calculation for s in plan.deployment.sizing if s.id == sizing)


@pytest.mark.parametrize("name", CASES)
def test_every_object_is_valid_by_the_published_schema(name):
    files = objects(plan_of(name))
    assert files
    assert {path: found for path, items in files.items() if (found := [f for item in items for f in faults(item)])} == {}


def test_the_cases_show_every_kind_that_a_schema_is_kept_for():
    shown = {f"{i['apiVersion']}/{i['kind']}" for name in CASES for items in objects(plan_of(name)).values() for i in items}
    assert shown == set(validators())


@pytest.mark.parametrize("name", ["several servers", "hybrid", "busy", "edge"])
def test_an_unknown_field_or_a_wrong_type_is_refused(name):
    for items in objects(plan_of(name)).values():
        for item in items:
            assert faults({**item, "surprise": 1})
            if "spec" in item:
                assert faults({**item, "spec": {**item["spec"], "surprise": 1}})
                assert faults({**item, "spec": "text"})


def test_the_schemas_know_what_a_mistake_deep_inside_looks_like():
    service = of_kind(plan_of("hybrid"), "InferenceService")[0]
    service["spec"]["predictor"]["model"]["resources"]["limit"] = {}
    assert any("limit" in fault for fault in faults(service))
    queue = of_kind(plan_of("hybrid"), "ClusterQueue")[0]
    queue["spec"]["resourceGroups"][0]["flavors"][0]["resources"][0]["nominalQuota"] = "many"
    assert any("nominalQuota" in fault for fault in faults(queue))


@pytest.mark.parametrize("name", CASES)
def test_serving_carries_the_numbers_of_the_plan(name):
    plan = plan_of(name)
    for service in of_kind(plan, "InferenceService"):
        predictor, sized = service["spec"]["predictor"], worked(plan, "serve-memory")
        gpus, gpu = int(sized.number("gpus")), sized.inputs["gpu"]
        nodes = predictor.get("workerSpec", {}).get("pipelineParallelSize", 1)
        limits = predictor["model"]["resources"]["limits"]
        assert int(limits[gpu_resource(gpu)]) * nodes == gpus
        assert limits["memory"] == gigabytes(sized.number("total_gb") / nodes)
        assert predictor["nodeSelector"] == {"accelerator.example/model": gpu}
        arguments = predictor["model"].get("args", [])
        if arguments:
            assert f"--max-model-len={sized.inputs['context']}" in arguments
            assert f"--max-num-seqs={sized.inputs['batch']}" in arguments
        if nodes == 1 and arguments:
            assert f"--tensor-parallel-size={gpus}" in arguments


@pytest.mark.parametrize("name", CASES)
def test_the_copies_scale_as_planned_and_meet_at_the_peak(name):
    plan = plan_of(name)
    for scaled in of_kind(plan, "ScaledObject"):
        copies, spec = worked(plan, "serve-copies"), scaled["spec"]
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (copies.values["min"], copies.values["max"])
        assert spec["fallback"]["replicas"] == copies.values["replicas"]
        threshold = float(spec["triggers"][0]["metadata"]["threshold"])
        peak = copies.inputs["peak_rps"]
        assert math.ceil(peak / threshold - 1e-4) == copies.values["replicas"]
        predictor = of_kind(plan, "InferenceService")[0]["spec"]["predictor"]
        assert (predictor["minReplicas"], predictor["maxReplicas"]) == (copies.values["min"], copies.values["max"])
        assert bool(of_kind(plan, "PodDisruptionBudget")) == (copies.values["min"] > 1)


@pytest.mark.parametrize("name", CASES)
def test_training_carries_the_numbers_of_the_plan(name):
    plan = plan_of(name)
    jobs = {job["metadata"]["name"]: job for kind in ("Job", "TrainJob") for job in of_kind(plan, kind)}
    for method, job in jobs.items():
        sized = worked(plan, method)
        if job["kind"] == "Job":
            nodes, limits = 1, job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
        else:
            trainer = job["spec"]["trainer"]
            nodes, limits = trainer["numNodes"], trainer["resourcesPerNode"]["limits"]
            assert trainer["numProcPerNode"] * nodes == sized.values["gpus_needed"]
        assert int(limits[gpu_resource(sized.inputs["gpu"])]) * nodes == sized.values["gpus_needed"]
        assert limits["memory"] == gigabytes(sized.parts("memory_gb")["total"] / nodes)
        assert job["metadata"]["labels"] == {"kueue.x-k8s.io/queue-name": "training"}
    sized_ids = {s.id for s in plan.deployment.sizing if s.id.startswith("finetune-")}
    assert jobs.keys() <= sized_ids
    if plan.deployment.of("customise").decision in ("on-prem", "colocation", "cloud", "sovereign-cloud"):
        assert jobs.keys() == {s for s in sized_ids if worked(plan, s).values["gpus_needed"] is not None}


@pytest.mark.parametrize("name", CASES)
def test_the_queue_admits_every_run(name):
    plan = plan_of(name)
    quotas = [q["spec"]["resourceGroups"][0]["flavors"][0]["resources"] for q in of_kind(plan, "ClusterQueue")]
    for quota in quotas:
        most = {q["name"]: int(str(q["nominalQuota"]).removesuffix("G")) for q in quota}
        for job in of_kind(plan, "Job"):
            for what, amount in job["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"].items():
                assert int(amount.removesuffix("G")) <= most[what]
        for job in of_kind(plan, "TrainJob"):
            trainer = job["spec"]["trainer"]
            for what, amount in trainer["resourcesPerNode"]["requests"].items():
                assert int(amount.removesuffix("G")) * trainer["numNodes"] <= most[what]


def test_storage_follows_from_the_data_named_and_the_state_of_a_run():
    plan = plan_of("hybrid")
    claims = {
        c["metadata"]["name"]: c["spec"]["resources"]["requests"]["storage"] for c in of_kind(plan, "PersistentVolumeClaim")
    }
    memory = worked(plan, "finetune-full").parts("memory_gb")
    assert claims == {"training-data": "40000G", "checkpoints": gigabytes(2 * (memory["weights"] + memory["optimizer"]))}
    bare = {c["metadata"]["name"] for c in of_kind(plan_of("no load named"), "PersistentVolumeClaim")}
    assert bare == {"checkpoints"}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_open_that_need_not_be(name):
    for path, items in objects(plan_of(name)).items():
        if path.endswith("network-policy.yaml"):
            closed = items[0]["spec"]
            assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        for item in items:
            assert item["kind"] not in ("Secret", "ConfigMap", "ServiceAccount")
            text = json.dumps(item)
            assert "privileged" not in text.replace("pod-security", "")
            assert not re.search(r"password|token\"|secretKeyRef|hostPath|hostNetwork", text)


def test_the_server_and_the_kind_of_job_suit_the_size():
    assert (
        of_kind(plan_of("classical"), "InferenceService")[0]["spec"]["predictor"]["model"]["runtime"]
        == "kserve-tritonserver"
    )
    assert (
        of_kind(plan_of("hybrid"), "InferenceService")[0]["spec"]["predictor"]["model"]["runtime"]
        == "kserve-huggingfaceserver"
    )
    spread = of_kind(plan_of("several servers"), "InferenceService")[0]
    assert spread["spec"]["predictor"]["model"]["runtime"] == "kserve-huggingfaceserver-multinode"
    assert spread["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "none"
    assert [d["kind"] for d in objects(plan_of("edge"))["edge/deployment.yaml"]] == ["Deployment"]
    assert not of_kind(plan_of("edge"), "InferenceService")


@pytest.mark.parametrize("name", NOTHING)
def test_a_service_or_nothing_yet_gives_no_manifest_but_a_reason(name):
    plan = plan_of(name)
    made = manifests(plan)
    assert made.drafts == ()
    assert len(made.left_out) == 2
    assert all(sentence.endswith(".") for sentence in made.left_out)
    files = manifest_files(plan)
    assert set(files) == {"README.md", "bill-of-materials.json"}
    assert all(sentence in files["README.md"] for sentence in made.left_out)


def test_one_side_may_be_missing():
    made = manifests(plan_of("edge"))
    assert {d.path.split("/")[0] for d in made.drafts} == {"edge", "training"}
    tiny = manifest_files(plan_of("hybrid"))
    assert "What is not here" not in tiny["README.md"]


@pytest.mark.parametrize("name", CASES)
def test_every_file_says_in_its_first_line_where_its_numbers_come_from(name):
    plan = plan_of(name)
    known = {s.id for s in plan.deployment.sizing} | {f.name for f in plan.facts}
    for path, text in manifest_files(plan).items():
        if path.endswith(".yaml"):
            first, second = text.splitlines()[:2]
            assert first.startswith("# Numbers: ")
            assert second == "---"
            named = set(re.findall(r"\b(?:serve|finetune)-[a-z]+|training_data_tb|gpu_on_prem", first))
            assert named <= known


@pytest.mark.parametrize("name", CASES)
def test_what_has_to_be_filled_in_is_marked_and_listed(name):
    files = manifest_files(plan_of(name))
    body = "".join(text for path, text in files.items() if path.endswith(".yaml"))
    listed = set(re.findall(r"^- `([^`]+)`: ", files["README.md"], re.MULTILINE))
    marks = set(re.findall(r"accelerator\.example/model|[a-z]+\.example(?::9090)?|REPLACE-[A-Z]+", body)) - {
        "advisor.example"
    }
    assert {mark.removeprefix("http://") for mark in listed} == marks


@pytest.mark.parametrize("name", CASES)
def test_amounts_are_whole_and_above_nothing(name):
    for items in objects(plan_of(name)).values():
        for item in items:
            for amounts in re.findall(r'"(?:requests|limits)": (\{[^}]*\})', json.dumps(item)):
                assert all(QUANTITY.fullmatch(amount) for amount in json.loads(amounts).values())


def test_nobodys_words_get_into_a_file():
    files = manifest_files(plan_of("hostile"))
    plain = plan_of("hostile")
    calm = plain.model_copy(update={"facts": tuple(f.model_copy(update={"quote": "calm"}) for f in plain.facts)})
    assert files == manifest_files(calm)
    for text in files.values():
        assert not any(line and line in text for line in HOSTILE.splitlines()[2:])
        assert "Secret" not in text
        assert "evil" not in text


@pytest.mark.parametrize("name", CASES)
def test_the_yaml_is_plain(name):
    for path, text in manifest_files(plan_of(name)).items():
        if path.endswith(".yaml"):
            assert not re.search(r"(^|\s)[&*!][A-Za-z]", text.split("\n", 1)[1]), path
            assert text.count("\n---\n") == len(list(yaml.safe_load_all(text)))


def test_the_same_plan_gives_the_same_files():
    assert manifest_files(plan_of("hybrid")) == manifest_files(plan_of("hybrid"))


def test_files_are_written_below_a_folder(tmp_path):
    files = manifest_files(plan_of("hybrid"))
    written = write_manifests(files, tmp_path / "out")
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == set(files)
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(InputError, match="name a folder"):
        write_manifests(files, blocked)
