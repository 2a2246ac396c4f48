"""The stages as one table: what differs between them. What a deploy needs to know stands here and
not on its command line, where a later deploy would forget it.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aws_cdk import RemovalPolicy, aws_lambda, aws_logs
from constructs import Node

ANY_ORIGIN = ("*",)
REGISTRATIONS = ("open", "proof_required")
STORE_CLIENTS = ("lean", "boto3")


@dataclass(frozen=True)
class Stage:
    """One stage. All `signing_keys` are published and one of them signs: a new one is published,
    signs, and the old one is retired.
    """

    name: str
    registration: str
    signing_keys: tuple[str, ...]
    signs: str
    log_retention: aws_logs.RetentionDays
    removal: RemovalPolicy
    requests_per_second: int
    most_units: tuple[int, int] | None = None
    """The most units a second that the table gives for reads and for writes: a ceiling of its cost.
    """
    account: str = ""
    region: str = ""
    """Where the stage is deployed, and nowhere else. A template that names none fits anywhere."""
    origins: tuple[str, ...] = ()
    """What browsers may call from: `https://` and a host."""
    telegram_api_url: str = "https://api.telegram.org"
    """Empty: pushes are only recorded."""
    store_client: str = "lean"
    """By which client functions reach the table, the queues and secrets: `lean`, or `boto3`."""
    fair_use: str = "1"
    """By what every "at once" of the limiter is multiplied, in decimal."""
    newcomer_days: int = 0
    """So long a realtor's invitations are those of a newcomer."""
    reserved: Mapping[str, int] = field(default_factory=dict)
    """How many runs at once are kept for a function, and are all it gets, by its name: so that what
    all call cannot keep `auth`, `stream_matching`, `stream_notifications` or `telegram_push` from
    running. It comes off what the account has for all.
    """
    rematch_every: str = "rate(30 minutes)"
    audit_at: str = "cron(30 1 * * ? *)"
    """In UTC: half past four in Moscow, when least is written."""
    alarm_topic: str = ""
    """The ARN of the SNS topic that alarms and the budget are sent to; empty: they are only shown.
    """
    budget_usd: int = 0
    """What the account should cost in a month, at most."""
    canary: bool = False
    """A new version gets a tenth of the calls for five minutes first."""
    hotfix: bool = False
    """This deploy's versions take over at once, whatever rings."""
    mini_app_url: str = ""
    """What the button under a push opens; without one there is no button."""
    docs: bool = False
    """Whether it serves the page of the contract, `GET /docs`."""
    live: bool = False
    """On `local`: functions run the checkout's own package, as it is at their start."""
    protected: bool = False
    architecture: aws_lambda.Architecture = aws_lambda.Architecture.ARM_64

    @property
    def is_local(self) -> bool:
        return self.name == "local"

    @property
    def bot_token_parameter(self) -> str:
        return f"/cobroke/{self.name}/telegram-bot-token"


_HOST = (
    aws_lambda.Architecture.ARM_64
    if platform.machine() in {"aarch64", "arm64"}
    else aws_lambda.Architecture.X86_64
)

STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            name="local",
            registration="open",
            signing_keys=("2026-11",),
            signs="2026-11",
            log_retention=aws_logs.RetentionDays.ONE_DAY,
            removal=RemovalPolicy.DESTROY,
            requests_per_second=1_000,
            origins=ANY_ORIGIN,
            telegram_api_url="",
            docs=True,
            architecture=_HOST,
        ),
        Stage(
            name="dev",
            registration="open",
            signing_keys=("2026-11",),
            signs="2026-11",
            log_retention=aws_logs.RetentionDays.ONE_WEEK,
            removal=RemovalPolicy.DESTROY,
            requests_per_second=50,
            most_units=(1_000, 500),
            budget_usd=30,
            origins=("http://localhost:5173",),
            docs=True,
        ),
        Stage(
            name="prod",
            registration="proof_required",
            signing_keys=("2026-11",),
            signs="2026-11",
            log_retention=aws_logs.RetentionDays.THREE_MONTHS,
            removal=RemovalPolicy.RETAIN,
            requests_per_second=500,
            most_units=(20_000, 5_000),
            budget_usd=300,
            canary=True,
            protected=True,
            newcomer_days=7,
        ),
    )
}


class NotConfigured(Exception):
    """The app's context lacks something that a stage needs; the text says what to add."""


def stage_of(node: Node) -> Stage:
    """Return the stage that `-c stage=…` names, `dev` without, as the context fills it in. Raises
    NotConfigured where something is missing or wrong.
    """
    name = node.try_get_context("stage") or "dev"
    if name not in STAGES:
        raise NotConfigured(
            f"There is no stage {name!r}. Use -c stage= with one of: {', '.join(STAGES)}."
        )
    stage = STAGES[name]
    return _local(stage, node) if stage.is_local else _deployed(stage, node)


def _local(stage: Stage, node: Node) -> Stage:
    """Fill in what `make run` was given."""
    return replace(
        stage,
        telegram_api_url=node.try_get_context("telegram_api_url") or "",
        registration=_one_of(REGISTRATIONS, "registration", node) or stage.registration,
        store_client=_one_of(STORE_CLIENTS, "store_client", node) or stage.store_client,
        fair_use=str(node.try_get_context("fair_use") or stage.fair_use),
        newcomer_days=int(node.try_get_context("newcomer_days") or stage.newcomer_days),
        live=node.try_get_context("live") == "yes",
    )


def _one_of(known: tuple[str, ...], name: str, node: Node) -> str:
    """Return the context's value of this name, empty where it has none."""
    value = str(node.try_get_context(name) or "")
    if value and value not in known:
        raise NotConfigured(f"There is no {name} {value!r}. Use one of: {', '.join(known)}.")
    return value


def _deployed(stage: Stage, node: Node) -> Stage:
    """Fill in whether it is a hotfix, and for a synth elsewhere the origins of
    `-c origins=https://a.example,https://b.example`.
    """
    hotfix = node.try_get_context("hotfix") or ""
    if hotfix not in {"", "yes"}:
        raise NotConfigured(f"hotfix is {hotfix!r}: write yes, or leave it out.")
    stage = replace(stage, hotfix=hotfix == "yes")
    if origins := node.try_get_context("origins"):
        stage = replace(stage, origins=tuple(filter(None, origins.split(","))))
    if not stage.origins:
        raise NotConfigured(
            f"The stage {stage.name} needs the origins that browsers may call from: write "
            'origins=("https://app.example.com",) into it in infra/stages.py, '
            "or for a synth alone -c origins=https://app.example.com"
        )
    _must_be_origins(stage.origins)
    return stage


def _must_be_origins(origins: tuple[str, ...]) -> None:
    for origin in origins:
        scheme, _, host = origin.partition("://")
        is_here = scheme == "http" and host.partition(":")[0] == "localhost"
        if not host or "/" in host or "*" in host or (scheme != "https" and not is_here):
            raise NotConfigured(
                f"{origin!r} is no origin: write https:// and the host, nothing after it, "
                "as in https://app.example.com"
            )
