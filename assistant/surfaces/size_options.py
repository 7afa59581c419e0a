"""The options of every ``advisor size`` command: one row each. A test holds names and defaults equal to the planner's."""

from typing import Any, Final, NamedTuple

REQUIRED: Final = object()
"""The default of an option that has to be given."""


class Option(NamedTuple):
    """An option: the calculator's name for it, what kind of value, what it is, and its default; None leaves it out.

    ``kind`` is a plain type; `dict` stands for repeated ``NAME=NUMBER`` pairs and `list` for a repeated number.
    """

    name: str
    kind: type
    about: str
    default: Any = REQUIRED

    @property
    def flag(self) -> str:
        """How it is written on the command line."""
        return "--" + self.name.replace("_", "-")


class Calculator(NamedTuple):
    """A command: the calculator's name, what it tells, and its options."""

    name: str
    about: str
    options: tuple[Option, ...]


_PARAMS = Option("params", float, "Parameters, such as 70e9.")
_GPU = Option("gpu", str, "GPU id; an unknown one lists them.", "h100-sxm")
_PRICES = Option("prices", str, "Whose price list, such as aws; an unknown one lists them.")
_GRID = Option("grid", str, "Country of the power grid, such as us, for the CO2e; an unknown one lists them.", None)
_PUE = Option("pue", float, "Power usage effectiveness.", 1.0)
_CAPEX = Option("capex_usd", float, "Price of a server.")
_PEAK = Option("peak_rps", float, "Requests a second at the peak.")
_HEADROOM = Option("headroom", float, "Share kept free above the peak.", 0.2)
_UTILISATION = Option("utilisation", float, "Share of hours that do useful work, 0..1.")
_DISCOUNT = Option("discount_rate", float, "Discount rate a year, 0..1.", 0.0)

CALCULATORS: tuple[Calculator, ...] = (
    Calculator("train", "Compute, GPU-hours, energy and time of training from scratch.", (
        Option("params", float, "Parameters, such as 405e9."),
        Option("tokens", float, "Training tokens, such as 15e12."),
        _GPU,
        Option("mfu", float, "Model FLOPs utilisation, 0..1.", None),
        Option("gpu_hours", float, "GPU-hours; the MFU is solved for.", None),
        Option("gpus", int, "Number of GPUs, for the wall time.", None),
        _PUE,
        Option("recompute", bool, "Recompute activations, which costs a third more.", False),
        Option("method", str, "full or lora.", "full"),
        _GRID,
    )),
    Calculator("finetune", "Memory of fine-tuning.", (
        Option("params", float, "Parameters, such as 7e9."),
        Option("method", str, "full, lora or qlora."),
        Option("seq", int, "Sequence length in tokens.", 2048),
        Option("batch", int, "Sequences in a batch on each GPU.", 1),
        Option("gpus", int, "GPUs that share the state.", 1),
        Option("layers", int, "Transformer layers; estimated if left out.", None),
        Option("hidden", int, "Hidden size; estimated if left out.", None),
        Option("trainable_share", float, "Share of the parameters that LoRA or QLoRA train.", 0.005),
        Option("recompute", bool, "Recompute activations to save memory.", True),
        Option("gpu", str, "GPU id, to count how many are needed.", None),
    )),
    Calculator("serve", "Memory and GPUs of serving.", (
        _PARAMS,
        Option("precision", str, "bf16, fp8, int8 or int4.", "bf16"),
        Option("layers", int, "Transformer layers; estimated if left out.", None),
        Option("kv_heads", int, "Key-value heads.", 8),
        Option("head_dim", int, "Dimension of a head.", 128),
        Option("context", int, "Tokens in context.", 8192),
        Option("batch", int, "Sequences at once.", 1),
        _GPU,
        Option("kv_precision", str, "Precision of the KV cache: bf16, fp8 or int8.", "bf16"),
    )),
    Calculator("latency", "How fast one copy of a model can answer, at best (roofline).", (
        _PARAMS, _GPU,
        Option("gpus", int, "GPUs of one copy.", 1),
        Option("weight_bytes", float, "Bytes a parameter: 2 for bf16, 1 for fp8, 0.5 for int4.", 2.0),
        Option("prompt_tokens", int, "Tokens of the prompt.", 1024),
        Option("batch", int, "Sequences at once.", 1),
        Option("kv_gb", float, "KV cache that is read for every token, in GB.", 0.0),
        Option("bandwidth_efficiency", float, "Share of the memory bandwidth that is reached.", 0.8),
        Option("compute_efficiency", float, "Share of the peak compute that is reached.", 0.7),
    )),
    Calculator("kv_budget", "What is left of a GPU's memory for the KV cache.", (
        Option("memory_gib", float, "Memory as the driver reports it, in GiB."),
        Option("weights_gib", float, "Weights on one GPU, in GiB."),
        Option("activation_gib", float, "Activations at the peak, in GiB."),
        Option("other_gib", float, "What the runtime takes, in GiB."),
        Option("kv_bytes_per_token", float, "KV cache of a token, in bytes."),
        Option("utilisation", float, "Share of the memory that may be used.", 0.9),
        Option("gpus", int, "GPUs of one copy.", 1),
        Option("max_len", int, "Longest sequence served, in tokens, for the number of them at once.", None),
    )),
    Calculator("replicas", "Copies of a model for a peak, with room to spare.", (
        _PEAK, Option("rps_per_replica", float, "Requests a second that one copy answers."), _HEADROOM,
    )),
    Calculator("queue_replicas", "Copies for which few requests wait (Erlang C).", (
        _PEAK,
        Option("service_s", float, "Seconds that a request takes."),
        Option("slots", int, "Requests that a copy answers at once."),
        Option("wait_s", float, "Longest wait in seconds.", 0.25),
        Option("within", float, "Share of requests that wait no longer.", 0.95),
    )),
    Calculator("autoscale", "Least and most copies between the quiet hours and the peak.", (
        _PEAK,
        Option("quiet_rps", float, "Requests a second in the quiet hours."),
        Option("rps_per_replica", float, "Requests a second that one copy answers."),
        _HEADROOM,
        Option("spare", int, "Copies that may fail.", 1),
    )),
    Calculator("sharding", "Memory of training on each GPU, by ZeRO stage.", (
        _PARAMS, Option("gpus", int, "GPUs that share the state."),
    )),
    Calculator("tabular", "Memory of a classical model on a table.", (
        Option("rows", float, "Rows of the table."),
        Option("columns", int, "Columns of the table."),
        Option("value_bytes", float, "Bytes a value.", 8.0),
    )),
    Calculator("cpu_serving", "CPU cores that serve a classical model.", (
        _PEAK, Option("milliseconds", float, "CPU time of a request in ms."), _HEADROOM,
    )),
    Calculator("embedding", "Time to embed texts.", (
        Option("tokens", float, "Tokens of all texts."),
        _PARAMS, _GPU,
        Option("efficiency", float, "Share of the peak compute that is reached.", 0.35),
    )),
    Calculator("vector_index", "Memory of a vector index.", (
        Option("vectors", float, "Vectors in the index."),
        Option("dimensions", int, "Dimensions of a vector."),
        Option("value_bytes", float, "Bytes a value.", 4.0),
        Option("links", int, "Links of a vector in the graph (HNSW's M).", 16),
        Option("copies", int, "Copies of the index.", 1),
    )),
    Calculator("transfer", "Time to move data over a link.", (
        Option("tb", float, "Data in TB."),
        Option("gbps", float, "Link in Gbit/s."),
        Option("efficiency", float, "Share of the link that is reached.", 0.8),
    )),
    Calculator("appliance", "Time to move data on shipped devices.", (
        Option("tb", float, "Data in TB."),
        Option("device_tb", float, "TB that a device holds."),
        Option("copy_gbps", float, "How fast a device is written, in Gbit/s."),
        Option("shipping_days", float, "Days on the way."),
    )),
    Calculator("egress", "Price of a month's traffic out of a cloud.", (
        Option("gb", float, "GB a month, as the cloud bills them (2^30 bytes)."),
        _PRICES,
        Option("free_allowance", bool, "Take off the free GB first.", False),
    )),
    Calculator("data_movement", "Price of a month's traffic into and out of a cloud.", (
        Option("up_gb", float, "GB a month into the cloud."), Option("down_gb", float, "GB a month out of it."), _PRICES,
    )),
    Calculator("gravity", "Moving the data over links or on devices, or bringing the computing to it.", (
        Option("tb", float, "Data in TB."),
        Option("gbps", dict, "A link, as NAME=GBIT_A_SECOND; may be repeated."),
        Option("efficiency", float, "Share of the link that is reached.", 0.7),
        Option("direction", str, "Which way the data goes, seen from the cloud: in or out.", "in"),
        Option("prices", str, "Whose price list for the way out, such as aws.", None),
        Option("device", str, "Storage device to ship; an unknown one lists them.", None),
        Option("refresh_days", float, "Days between two copies, if it is copied again.", None),
        Option("change_tb_month", float, "TB that change in a month.", 0.0),
        Option("difference_usd_month", float, "What computing elsewhere saves in a month.", None),
        Option("payload_gb", float, "GB of the model that travels instead.", 16.0),
    )),
    Calculator("energy", "Energy, and CO2e for a country's grid.", (
        Option("gpu_hours", float, "GPU-hours."), Option("watts", float, "Watts of one GPU."), _PUE, _GRID,
    )),
    Calculator("cost", "Cost of owning servers.", (
        _CAPEX,
        Option("power_kw", float, "Power of a server in kW."),
        Option("servers", int, "Number of servers.", 1),
        Option("years", float, "Years of use.", 5.0),
        Option("usd_kwh", float, "Price of a kWh.", 0.15),
        Option("pue", float, "Power usage effectiveness.", 1.3),
        Option("utilisation", float, "Share of hours that do useful work, 0..1.", 0.8),
        Option("staff_usd_year", float, "Staff for all servers, a year.", 0.0),
        Option("load", float, "Average share of the power that is drawn, 0..1.", 1.0),
        Option("maintenance", float, "Maintenance a year as a share of the price.", 0.0),
        Option("colo_usd_month", float, "Rent of the room for a server, a month.", 0.0),
        Option("licence_usd_year", float, "Licences of a server, a year.", 0.0),
        Option("residual", float, "Share of the price that it is sold for in the end.", 0.0),
        _DISCOUNT,
    )),
    Calculator("breakeven", "Hours and months after which owning is cheaper than renting.", (
        Option("capex_usd", float, "Price of the server."),
        Option("cloud_usd_hour", float, "Price of the same in the cloud, an hour."),
        Option("own_usd_hour", float, "Running cost of the own server, an hour."),
        Option("utilisation", float, "Share of hours in which one would rent, 0..1.", 1.0),
    )),
    Calculator("breakeven_table", "Months to break even over several prices and shares of use.", (
        _CAPEX,
        Option("own_usd_hour", float, "Running cost of the own server, an hour."),
        Option("cloud_usd_hour", dict, "A cloud price, as NAME=USD_AN_HOUR; may be repeated."),
        Option("utilisations", list, "A share of use; may be repeated; default 0.1 to 1.", None),
    )),
    Calculator("totals", "Owning against renting over 1, 3 and 5 years, discounted, with resale.", (
        _CAPEX,
        Option("run_usd_year", float, "Running cost of the own server, a year."),
        Option("rented_usd_hour", dict, "A rented price, as NAME=USD_AN_HOUR; may be repeated."),
        _UTILISATION,
        Option("rented_extra_usd_year", float, "What renting costs besides, a year.", 0.0),
        Option("discount_rate", float, "Discount rate a year, 0..1.", 0.08),
        Option("resale", float, "Share of the price that it is sold for in the end.", 0.5),
        Option("life_years", float, "Years until it is worth that.", 5.0),
    )),
    Calculator("token_api", "A month's bill of a metered service.", (
        Option("tokens_in", float, "Tokens in, a month."),
        Option("tokens_out", float, "Tokens out, a month."),
        Option("api", str, "Service id; an unknown one lists them."),
        Option("cached", float, "Share of the tokens in that are cached.", 0.0),
        Option("batch", bool, "Batch mode.", False),
    )),
)  # fmt: skip
