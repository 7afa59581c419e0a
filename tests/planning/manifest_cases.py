"""Plans of many kinds for the tests of the drafts and of the bill."""

from typing import Any

from planning_cases import at_levels, plan_for

from assistant.planning.plan import Plan

HOSTILE = '"\n---\nkind: Secret\n# {{evil}} &anchor *alias !!python/object <script>alert(1)</script> ${HOME} `id`'

CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "hybrid": (3, {
        "has_datacentre": True, "data_sensitivity": "high", "cloud": "aws", "training_data_tb": 40, "peak_rps": 20,
        "model_params_b": 7, "team_ml_engineers": 6, "budget_usd_year": 600_000, "gpu_on_prem": 8,
    }),
    "busy": (4, {"has_datacentre": True, "peak_rps": 400, "model_params_b": 70, "data_sensitivity": "medium"}),
    "steady at home": (4, {
        "has_datacentre": True, "peak_rps": (300, "300 a second around the clock"), "gpu_on_prem": 64,
        "model_params_b": 13, "team_ml_engineers": 9, "budget_usd_year": 2_000_000,
    }),
    "colocation": (4, {
        "has_datacentre": False, "peak_rps": (300, "300 a second around the clock"), "data_sensitivity": "high",
        "team_ml_engineers": 9, "budget_usd_year": 2_000_000, "training_data_tb": 0.3,
    }),
    "several servers": (5, {
        "has_datacentre": True, "peak_rps": 30, "model_params_b": 671, "team_ml_engineers": 20,
        "budget_usd_year": 9_000_000,
    }),
    "short of accelerators": (4, {
        "has_datacentre": True, "gpu_on_prem": 2, "model_params_b": 70, "team_ml_engineers": 8,
        "budget_usd_year": 900_000, "peak_rps": 5,
    }),
    "classical": (3, {"has_datacentre": True, "model_params_b": 0.1, "peak_rps": 80}),
    "sovereign": (4, {"residency": "country", "data_sensitivity": "regulated", "peak_rps": 50, "model_params_b": 8}),
    "closed": (3, {"residency": ("on-prem-only", "we are air-gapped"), "has_datacentre": True, "peak_rps": 3}),
    "pilot": (2, {"data_sensitivity": "regulated", "has_datacentre": True, "peak_rps": 5}),
    "no load named": (3, {"has_datacentre": True}),
    "edge": (3, {"has_datacentre": True, "latency_ms": 5, "model_params_b": 3}),
    "small budget": (3, {"has_datacentre": True, "budget_usd_year": 40_000, "team_ml_engineers": 2, "peak_rps": 4}),
    "all cloud": (4, {
        "cloud": ("gcp", "all our data is in BigQuery"), "has_datacentre": False, "peak_rps": 60, "training_data_tb": 12,
    }),
    "hostile": (3, {
        "has_datacentre": (True, HOSTILE), "peak_rps": (40, HOSTILE), "data_sensitivity": ("high", HOSTILE),
        "training_data_tb": (7, HOSTILE), "gpu_on_prem": (4, HOSTILE),
    }),
}  # fmt: skip
NOTHING: dict[str, tuple[int, dict[str, Any]]] = {
    "awareness": (1, {}),
    "awareness, closed": (1, {"residency": "on-prem-only"}),
    "no team": (3, {"team_ml_engineers": 0}),
    "no team, sensitive": (3, {"team_ml_engineers": 0, "data_sensitivity": "high", "peak_rps": 50}),
    "tiny": (3, {"peak_rps": 0.5, "has_datacentre": False, "team_ml_engineers": 2}),
    "before a pilot": (2, {"peak_rps": 50, "has_datacentre": False}),
}


def plan_of(name: str) -> Plan:
    level, facts = (CASES | NOTHING)[name]
    return plan_for(at_levels(base=level), **facts)
