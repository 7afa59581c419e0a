"""The result of a calculator: plain numbers beside the formula, the inputs and the sources they rest on."""

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

_RESERVED = frozenset({"formula", "inputs", "sources", "notes"})


class Calculation(BaseModel):
    """One worked answer that can be checked by hand.

    `values` holds numbers (or a mapping of numbers) whose names carry their unit, such as `energy_mwh`;
    None stands for "no finite answer", and a note then says why. GB are 1e9 bytes, GiB are 2**30 bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    values: dict[str, JsonValue]
    formula: str
    inputs: dict[str, JsonValue]
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_do_not_collide(self) -> "Calculation":
        clash = _RESERVED & self.values.keys()
        if clash:
            raise ValueError(f"value names {sorted(clash)} are reserved for the explanation; rename them")
        return self

    def number(self, name: str) -> float:
        """Return one value as a number.

        Raises:
            KeyError: no such value.
            TypeError: the value is a mapping, or None because there is no finite answer.
        """
        value = self.values[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{self.name}.{name} is not a number but {value!r}")
        return float(value)

    def parts(self, name: str) -> dict[str, float]:
        """Return one mapping of numbers, for example `memory_gb`.

        Raises:
            KeyError: no such value.
            TypeError: the value is not a mapping of numbers.
        """
        value = self.values[name]
        if not isinstance(value, dict):
            raise TypeError(f"{self.name}.{name} is not a mapping but {value!r}")
        numbers = {key: float(part) for key, part in value.items() if isinstance(part, int | float)}
        if len(numbers) != len(value):
            raise TypeError(f"{self.name}.{name} holds something that is not a number: {value!r}")
        return numbers

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the numbers at top level, beside `formula`, `inputs`, `sources` and `notes`, ready for JSON."""
        return {
            **self.values,
            "formula": self.formula,
            "inputs": dict(self.inputs),
            "sources": list(self.sources),
            "notes": list(self.notes),
        }
