"""The facts and planning clues in plain words, as they stand in the reason for a decision."""

_PHRASES: dict[str, dict[str, str]] = {
    "data_sensitivity": {
        "low": "the data is public or harmless",
        "medium": "the data is ordinary business data",
        "high": "the data is personal or secret",
        "regulated": "the data is regulated",
    },
    "residency": {
        "none": "no rule says where the data may be",
        "country": "the data has to stay in the country",
        "region": "the data has to stay in the region",
        "on-prem-only": "the data may not leave your premises",
    },
    "has_datacentre": {"True": "you have a data centre of your own", "False": "you have no data centre of your own"},
    "cloud": {
        "none": "no cloud is in use",
        "aws": "AWS is in use",
        "azure": "Azure is in use",
        "gcp": "Google Cloud is in use",
        "multi": "several clouds are in use",
        "sovereign": "a sovereign cloud is in use",
    },
    "load_steady": {"True": "the load runs round the clock", "False": "the load comes in bursts"},
    "data_location": {"cloud": "the data already lies in the cloud", "on-prem": "the data lies on your premises"},
    "disconnected_site": {
        "True": "models have to work where there is no connection",
        "False": "every site is connected",
    },
    "foreign_law_excluded": {
        "True": "no foreign law may reach the data",
        "False": "a provider under foreign law is acceptable",
    },
    "load_small": {"True": "only a few requests come in a day", "False": "requests come in number"},
    "gpus_idle": {"True": "your GPUs stand idle", "False": "your GPUs are busy"},
    "open_models_fall_short": {
        "True": "no open model passes your own test",
        "False": "an open model passes your own test",
    },
    "air_gapped": {"True": "the site has no connection to the outside", "False": "the site is connected"},
}
_MEASURES = {
    "training_data_tb": "{:,g} TB to learn from",
    "gpu_on_prem": "{:,g} GPUs of your own",
    "latency_ms": "an answer within {:,g} ms",
    "peak_rps": "{:,g} requests a second at the peak",
    "model_params_b": "models of {:,g} billion parameters",
    "budget_usd_year": "{:,.0f} US dollars a year",
    "team_ml_engineers": "{:,g} people who build or run models",
    "horizon_months": "a horizon of {:,g} months",
}


def phrase(name: str, value: float | bool | str) -> str:
    """A fact in plain words, such as "12 GPUs of your own"."""
    if name in _MEASURES:
        return _MEASURES[name].format(value)
    return _PHRASES[name][str(value)]
