"""One typed settings object. Every value can be set by an environment variable ``ADVISOR_<NAME>`` or in ``.env``."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import InputError

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"
_DATA_ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent


class Settings(BaseSettings):
    """Settings of the advisor. Defaults need no key and no network."""

    model_config = SettingsConfigDict(
        env_prefix="ADVISOR_", env_file=".env", extra="ignore", frozen=True, ignored_types=(cached_property,)
    )

    data_dir: Path = Field(
        default=Path("~/.ai-maturity-advisor"), description="Folder for the event log, the index and added documents."
    )
    knowledge_dir: Path = Field(
        default=_DATA_ROOT / "knowledge",
        description="Folder of the knowledge base (model, guidance, actions, catalogue).",
    )
    prompts_dir: Path = Field(default=_DATA_ROOT / "prompts", description="Folder of the prompts for a language model.")
    catalog_file: str = Field(
        default="",
        description="YAML file of your own prices and figures, used in place of the shipped ones; empty: as shipped.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy address of the event log; empty: SQLite in the data folder."
    )
    chroma_url: str = Field(
        default="", description="Address of a Chroma server, such as http://127.0.0.1:8000; empty: in-process Chroma."
    )
    engine: Literal["embedded", "openai"] = Field(
        default="embedded", description="Who reads and words: the embedded engine, or an OpenAI-compatible model."
    )
    openai_base_url: str = Field(
        default="", description="Base address of an OpenAI-compatible service; empty: OpenAI's own."
    )
    openai_api_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("ADVISOR_OPENAI_API_KEY", "OPENAI_API_KEY", "openai_api_key"),
        description="Key of that service (OPENAI_API_KEY is read too).",
    )
    openai_model: str = Field(default="gpt-5-mini", description="Name of the model at that service.")
    openai_timeout_s: float = Field(
        default=20.0, gt=0, description="Seconds to wait for the model, before the embedded engine carries the turn."
    )
    web_host: str = Field(default="127.0.0.1", description="Address on which the web page is served.")
    web_port: int = Field(default=7860, ge=1, le=65535, description="Port on which the web page is served.")
    web_user_header: str = Field(
        default="", description="Header in which a trusted proxy names the signed-in user; empty: one local owner."
    )
    web_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that keeps browser sessions readable across restarts; empty: kept in the data folder.",
    )
    slack_bot_token: SecretStr = Field(default=SecretStr(""), description="Slack bot token (xoxb-...).")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), description="Slack signing secret, for HTTP.")
    slack_app_token: SecretStr = Field(default=SecretStr(""), description="Slack app token (xapp-...), for Socket Mode.")
    slack_api_url: str = Field(default="https://slack.com/api/", description="Base address of Slack's Web API.")
    slack_port: int = Field(default=3000, ge=1, le=65535, description="Port on which Slack requests are received.")
    max_message_chars: int = Field(default=20_000, ge=100, description="Longest message that is read, in characters.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING", description="Log level.")
    log_file: str = Field(
        default="", description="Where the log goes; empty: advisor.log in the data folder; -: standard error."
    )

    @cached_property
    def data_folder(self) -> Path:
        """The data folder with ``~`` resolved."""
        return self.data_dir.expanduser()

    @property
    def log_path(self) -> Path | None:
        """The file of the log, or None for standard error."""
        if self.log_file == "-":
            return None
        return Path(self.log_file).expanduser() if self.log_file else self.data_folder / "advisor.log"

    @property
    def event_log_url(self) -> str:
        """The SQLAlchemy address of the event log."""
        return self.database_url or f"sqlite:///{self.data_folder / 'advisor.db'}"


def from_environment() -> Settings:
    """Settings from the environment and ``.env``; InputError names each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as fault:
        named = (f"{_variable(str(e['loc'][0]))} is {str(e['input'])[:40]!r} ({_lowered(e['msg'])})" for e in fault.errors())
        raise InputError(f"{'; '.join(named)}: mend it in the environment or in .env.") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"The file .env cannot be read ({fault}); make it a readable UTF-8 text file.") from fault


def settings_table() -> str:
    """All settings as a Markdown table: variable, default, meaning."""
    rows = [f"| `{_variable(n)}` | {_default(f)} | {f.description} |" for n, f in Settings.model_fields.items()]
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows])


def _variable(name: str) -> str:
    return name if name.isupper() else f"ADVISOR_{name.upper()}"


def _default(field: FieldInfo) -> str:
    """A default as the table shows it; folders inside the product by their place in it, for that is no fixed path."""
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if isinstance(default, Path) and default.is_relative_to(_DATA_ROOT):
        return f"`{default.relative_to(_DATA_ROOT)}`, as shipped"
    return f"`{default}`" if str(default) else "(empty)"


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


if __name__ == "__main__":
    print(settings_table())  # noqa: T201, its one purpose
