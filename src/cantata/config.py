"""Everything that is chosen about a running Cantata, from the environment or an `.env` file.

The names begin with ``CANTATA_``; names that the field uses already are read as well. The
`.env.example` of the project is made from these classes, and a test holds it to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, computed_field
from pydantic_settings import BaseSettings, SettingsConfigDict

from cantata.kernel.errors import CantataError

PORT = 8_000
LEDGER_URL = "http://127.0.0.1:7575"


class SettingsRefused(CantataError):
    """Settings that cannot be; field `faults` says of each which and why."""

    code: ClassVar[str] = "SETTINGS_REFUSED"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            f"the settings cannot be used: {'; '.join(faults)}",
            hint="they come from the environment, else from .env; .env.example lists all of them",
        )


class Settings(BaseSettings):
    """The settings of all processes; each reads what it needs."""

    model_config = SettingsConfigDict(
        env_prefix="CANTATA_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        secrets_dir=None,
        populate_by_name=True,
    )

    data_dir: Path = Field(
        default=Path("~/.local/share/cantata"),
        description="Folder of the embedded database and ledger, and of keys made on this machine",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("CANTATA_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL 15 to 18, postgresql://user:password@host/name; empty: embedded",
    )
    database_connections: int = Field(
        default=10, ge=2, le=200, description="Connections that one process opens at most"
    )
    ledger_url: str = Field(default=LEDGER_URL, description="JSON Ledger API v2 of the participant")
    ledger_user: str = Field(
        default="cantata", description="User of the participant that Cantata works as"
    )
    ledger_token_file: Path | None = Field(
        default=None,
        description="File with the participant's access token, read again when it ends",
    )
    ledger_token: SecretStr | None = Field(
        default=None, description="The participant's access token itself, for a look around"
    )
    ledger_oidc_issuer: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CANTATA_LEDGER_OIDC_ISSUER", "AUTH_ISSUER_URL"),
        description="OIDC issuer that gives access tokens by client credentials",
    )
    ledger_oidc_client: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CANTATA_LEDGER_OIDC_CLIENT", "AUTH_CLIENT_ID"),
        description="Client id for the OIDC issuer",
    )
    ledger_oidc_secret: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("CANTATA_LEDGER_OIDC_SECRET", "AUTH_CLIENT_SECRET"),
        description="Client secret for the OIDC issuer",
    )
    ledger_oidc_audience: str | None = Field(
        default=None, description="Audience to ask the OIDC issuer for"
    )
    ledger_oidc_scope: str | None = Field(
        default=None, description="Scope to ask the OIDC issuer for, such as daml_ledger_api"
    )
    signers: str = Field(
        default="",
        description="Keys that sign for treasuries, name=path of a PEM file, by commas",
    )
    host: str = Field(default="127.0.0.1", description="Address that the API listens on")
    port: int = Field(default=PORT, ge=0, le=65_535, description="Port that the API listens on")
    public_url: str | None = Field(
        default=None, description="Address under which others reach the API, if it is another one"
    )
    auth_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret of the API's own tokens (HS256); empty: made once in the data folder",
    )
    auth_issuer: str | None = Field(
        default=None, description="Issuer of foreign tokens that the API accepts"
    )
    auth_jwks_url: str | None = Field(
        default=None, description="Keys of that issuer (RS256, ES256, EdDSA)"
    )
    auth_audience: str = Field(default="cantata", description="Audience that tokens must name")
    auth_clients: str = Field(
        default="",
        description="Clients (azp) whose tokens of that issuer are accepted, by commas; empty: all",
    )
    onboarding: Literal["verified", "unverified"] = Field(
        default="verified",
        description="Whether addresses are proven by code; unverified: from this machine alone",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server for codes, smtps://user:password@host; empty: mail/outbox.jsonl",
    )
    mail_sender: str = Field(
        default="cantata@localhost", description="Address that codes are sent from"
    )
    proxy_hops: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Proxies of ours before the API; the outermost's X-Forwarded-For is believed",
    )
    rate_limits: str = Field(
        default="",
        description="Limits that replace defaults, such as mint=10/1m, transfer=20/1m",
    )
    reconcile_minutes: int = Field(
        default=60,
        ge=0,
        le=10_080,
        description="Minutes between comparisons of the projections with the ledger; 0: none",
    )
    reconcile_repair: bool = Field(
        default=False,
        description="Whether a comparison that finds differences rebuilds what differs",
    )
    traffic_url: str | None = Field(
        default=None,
        pattern=r"^https?://[!-~]+$",
        description="Scan, or a validator's proxy of one, that knows the participant's traffic",
    )
    traffic_reserve: int = Field(
        default=1_000_000,
        ge=0,
        description="Bytes of bought traffic below which the exchange sends nothing",
    )
    webhook_networks: str = Field(
        default="",
        description="Private networks that webhooks may go to, such as 10.0.0.0/8, by commas",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="How events are written; auto: console on a terminal"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important events that are written"
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65_000,
        description="Port of 127.0.0.1 for metrics of ingestion or a worker; `up` counts from it",
    )
    otel_endpoint: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CANTATA_OTEL_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="OTLP collector for traces; empty: none are sent",
    )

    @computed_field  # type: ignore[prop-decorator]
    @property
    def folder(self) -> Path:
        """Give the data folder as an absolute path."""
        return self.data_dir.expanduser().absolute()


def load() -> Settings:
    """Read the settings; raise SettingsRefused with everything that is wrong with them at once."""
    try:
        found = Settings()
    except ValidationError as error:
        raise SettingsRefused([_fault(each) for each in error.errors()]) from None
    credentials = {
        "CANTATA_LEDGER_OIDC_CLIENT": found.ledger_oidc_client,
        "CANTATA_LEDGER_OIDC_SECRET": found.ledger_oidc_secret,
    }
    missing = [name for name, value in credentials.items() if value is None]
    if found.ledger_oidc_issuer is not None and missing:
        raise SettingsRefused([f"{name} is missing beside the issuer" for name in missing])
    return found


def example() -> str:
    """Give the text of `.env.example`: each setting with what it means and its default."""
    lines = [
        "# Settings of Cantata; every one has a default. Copy this file to .env and change it.",
        "# Written by `make env` from the settings' own descriptions.",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        also = [each for each in _names(field.validation_alias) if each != _variable(name)]
        known = f" (also {', '.join(also)})" if also else ""
        lines += ["", f"# {field.description}{known}", f"# {_variable(name)}={default}"]
    return "\n".join(lines) + "\n"


def _fault(found: Any) -> str:
    place = str(found["loc"][0]) if found["loc"] else ""
    name = _variable(place) if place in Settings.model_fields else place
    return f"{name}: {found['msg'].lower()}"


def _variable(name: str) -> str:
    return f"CANTATA_{name.upper()}"


def _names(alias: Any) -> list[str]:
    return [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else []
