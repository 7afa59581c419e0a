"""All calculators by the name that the command line and the service know them by."""

from collections.abc import Callable
from typing import Final

from assistant.planning import classic, cost, gravity, queueing, sharding, sizing, throughput, totals, transfer
from assistant.planning.calculation import Calculation

CALCULATORS: Final[dict[str, Callable[..., Calculation]]] = {
    "train": sizing.train,
    "finetune": sizing.finetune,
    "serve": sizing.serve,
    "transfer": transfer.transfer,
    "energy": cost.energy,
    "cost": cost.cost,
    "breakeven": cost.breakeven,
    "breakeven_table": cost.breakeven_table,
    "totals": totals.totals,
    "token_api": cost.token_api,
    "sharding": sharding.sharding,
    "latency": throughput.latency,
    "kv_budget": throughput.kv_budget,
    "replicas": throughput.replicas,
    "queue_replicas": queueing.queue_replicas,
    "autoscale": queueing.autoscale,
    "tabular": classic.tabular,
    "cpu_serving": classic.cpu_serving,
    "embedding": classic.embedding,
    "vector_index": classic.vector_index,
    "appliance": transfer.appliance,
    "egress": transfer.egress,
    "data_movement": gravity.data_movement,
    "gravity": gravity.gravity,
}
