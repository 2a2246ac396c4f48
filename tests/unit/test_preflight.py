"""Every check before a deploy, failing and passing; the account is moto's."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import moto
import pytest
from botocore.exceptions import ClientError

from infra.stages import STAGES
from tools import preflight
from tools.preflight import Check, Deploy, NotReady

DEV, PROD = Deploy("dev"), Deploy("prod")
ORIGIN = "https://app.example.com"
HERE = {"account": "123456789012", "region": "eu-central-1"}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
TOKEN = "42:a-secret-that-is-never-shown"


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An empty one; nothing of this machine's own configuration."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    with moto.mock_aws():
        yield


@pytest.fixture(autouse=True)
def filled_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The settings of prod, as a team has written them."""

    def fill(**settings: Any) -> None:
        monkeypatch.setitem(STAGES, "prod", replace(STAGES["prod"], **settings))

    fill(origins=(ORIGIN,), alarm_topic=TOPIC, **HERE)
    return fill


def put(name: str, value: str, kind: str = "String", **more: str) -> None:
    ssm: Any = boto3.client("ssm")
    ssm.put_parameter(Name=name, Value=value, Type=kind, **more)


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_credentials_are_named_by_account_and_region() -> None:
    assert preflight.credentials(DEV).startswith("account 123456789012 in eu-central-1")


def test_the_region_is_the_one_that_the_cdk_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert " in eu-west-1," in preflight.credentials(DEV)


def test_no_credentials_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotReady, match=r"none that work \(NoCredentialsError\): `aws sso login`"):
        preflight.credentials(DEV)


def test_a_profile_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(NotReady, match=r"none that work \(ProfileNotFound\)"):
        preflight.credentials(DEV)


def test_no_region_is_said_before_the_cdk_takes_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NotReady, match="no region"):
        preflight.credentials(DEV)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """How many functions the account may run at once: moto does not say."""

    class Lambda:
        def get_account_settings(self) -> dict[str, Any]:
            return {"AccountLimit": {"ConcurrentExecutions": allowed[-1]}}

    class Session:
        def __init__(self) -> None:
            self._real: Any = boto3.Session()
            self.region_name = self._real.region_name

        def client(self, service: str) -> Any:
            return Lambda() if service == "lambda" else self._real.client(service)

    allowed: list[int] = []
    monkeypatch.setattr(preflight, "session", Session)
    return allowed.append


@pytest.mark.parametrize(("deploy", "fewest"), [(PROD, 100), (DEV, 10)])
def test_an_account_that_may_run_too_few_functions_at_once_is_said(
    limit: Callable[[int], None], deploy: Deploy, fewest: int
) -> None:
    limit(fewest)
    assert preflight.concurrency(deploy) == f"{fewest} functions at once"
    limit(fewest - 1)
    with pytest.raises(NotReady, match=f"{fewest - 1} functions at once, {deploy.stage} needs"):
        preflight.concurrency(deploy)


def test_a_limit_that_may_not_be_read_is_said() -> None:
    with pytest.raises(NotReady, match="the credentials need lambda:GetAccountSettings"):
        preflight.concurrency(PROD)


def test_an_account_that_is_not_bootstrapped_is_said() -> None:
    with pytest.raises(NotReady, match="not yet: run `node_modules"):
        preflight.bootstrap(DEV)


def test_a_bootstrap_that_the_template_refuses_is_said() -> None:
    put(preflight.BOOTSTRAP_VERSION, "5")
    with pytest.raises(NotReady, match="version 5 is too old"):
        preflight.bootstrap(DEV)


def test_a_bootstrapped_account_is_ok() -> None:
    put(preflight.BOOTSTRAP_VERSION, "30")
    assert preflight.bootstrap(DEV) == "version 30"


def test_a_missing_bot_token_is_said_with_its_name() -> None:
    put("/cobroke/dev/telegram-bot-token", TOKEN, "SecureString")
    with pytest.raises(NotReady, match="put it into /cobroke/prod/telegram-bot-token"):
        preflight.bot_token(PROD)


def test_a_bot_token_in_the_clear_is_said() -> None:
    put("/cobroke/prod/telegram-bot-token", TOKEN)
    with pytest.raises(NotReady, match="is a String: delete it"):
        preflight.bot_token(PROD)


def test_a_bot_token_under_a_key_that_auth_may_not_use_is_said() -> None:
    put("/cobroke/prod/telegram-bot-token", TOKEN, "SecureString", KeyId="alias/another")
    with pytest.raises(NotReady, match="without --key-id"):
        preflight.bot_token(PROD)


def test_a_bot_token_as_a_secure_string_is_ok_and_that_it_was_not_read_is_said() -> None:
    put("/cobroke/prod/telegram-bot-token", TOKEN, "SecureString")
    assert "its text was not read" in preflight.bot_token(PROD)


@pytest.mark.parametrize("check", [preflight.bootstrap, preflight.bot_token])
def test_what_may_not_be_looked_up_is_said(
    monkeypatch: pytest.MonkeyPatch, check: preflight.Look
) -> None:
    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": TOKEN}}, "any")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(NotReady, match=r"\(AccessDeniedException\): the credentials need ssm:\w+$"):
        check(DEV)


def test_a_stage_and_its_origins_are_named() -> None:
    assert preflight.stage(PROD) == "prod, for browsers from https://app.example.com"


def test_the_bot_token_is_looked_for_where_the_stack_reads_it() -> None:
    for name, stage in STAGES.items():
        assert Deploy(name).bot_token_parameter == stage.bot_token_parameter


@pytest.mark.parametrize(
    ("deploy", "said"),
    [
        (Deploy("test"), "There is no stage 'test'"),
        (Deploy("local"), "local is for `make run`"),
    ],
)
def test_a_stage_that_cannot_be_deployed_is_said(deploy: Deploy, said: str) -> None:
    with pytest.raises(NotReady, match=said):
        preflight.stage(deploy)


@pytest.mark.parametrize(
    ("origins", "said"), [((), "write origins="), ((f"{ORIGIN}/path",), "no origin")]
)
def test_origins_that_are_missing_or_wrong_are_said(
    filled_in: Callable[..., None], origins: tuple[str, ...], said: str
) -> None:
    filled_in(origins=origins)
    with pytest.raises(NotReady, match=said):
        preflight.stage(PROD)


def test_credentials_of_the_stages_account_and_region_are_ok() -> None:
    assert preflight.place(PROD) == "prod belongs there"


@pytest.mark.parametrize("other", [{"account": "210987654321"}, {"region": "eu-west-1"}])
def test_credentials_of_another_place_are_said(
    filled_in: Callable[..., None], other: dict[str, str]
) -> None:
    filled_in(**(HERE | other))
    with pytest.raises(NotReady, match=f"belongs into .*{next(iter(other.values()))}.* and these"):
        preflight.place(PROD)


def test_a_stage_that_does_not_say_where_it_belongs_is_told_what_to_write() -> None:
    wanted = 'write account="123456789012", region="eu-central-1"'
    with pytest.raises(NotReady, match=wanted):
        preflight.place(DEV)


def test_alarms_of_prod_that_nobody_hears_are_said(filled_in: Callable[..., None]) -> None:
    assert preflight.alarms(PROD) == f"go to {TOPIC}"
    assert "only shown" in preflight.alarms(DEV)
    filled_in(alarm_topic="")
    with pytest.raises(NotReady, match="nobody hears"):
        preflight.alarms(PROD)


@pytest.mark.parametrize("topic", ["alarms", TOPIC.replace("central", "west"), "arn:aws:sqs:a:b:c"])
def test_a_topic_that_is_elsewhere_is_said(filled_in: Callable[..., None], topic: str) -> None:
    filled_in(alarm_topic=topic)
    with pytest.raises(NotReady, match="is no topic of 123456789012 in eu-central-1"):
        preflight.alarms(PROD)


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo v18.20.8", "v18.20.8 is too old"), ("exit 1", "install Node 20 or newer")],
)
def test_a_node_that_does_not_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setattr(preflight, "NODE", str(program(tmp_path / "node", script)))
    with pytest.raises(NotReady, match=said):
        preflight.node(DEV)


def test_a_new_node_is_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "NODE", str(program(tmp_path / "node", "echo v24.1.0")))
    assert preflight.node(DEV) == "v24.1.0"


def test_a_cdk_that_is_not_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "CDK", tmp_path / "none")
    with pytest.raises(NotReady, match="run `make install`"):
        preflight.cdk(DEV)


def test_the_cdk_synthesises_the_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    monkeypatch.setattr(preflight, "CDK", program(tmp_path / "cdk", f'echo "$@" > {said}'))
    assert preflight.template(PROD) == "synthesises, cdk-nag included"
    assert "-c stage=prod" in said.read_text()


def test_a_template_that_does_not_synthesise_is_said_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "CDK", program(tmp_path / "cdk", "echo the reason >&2; exit 1"))
    with pytest.raises(NotReady, match=r"does not synthesise\nthe reason"):
        preflight.template(PROD)


def _bad(_: Deploy) -> str:
    raise NotReady("do this")


def _good(_: Deploy) -> str:
    return "found"


def test_one_check_that_fails_fails_all_and_the_others_are_tried_but_for_what_needs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = (Check("a", _bad), Check("b", _good, ("a",)), Check("c", _good))
    monkeypatch.setattr(preflight, "CHECKS", checks)
    assert not preflight.ready(DEV)
    assert capsys.readouterr().out.splitlines() == [
        "NO  a: do this",
        "--  b: not tried, first a",
        "ok  c: found",
    ]


def test_a_configuration_without_a_fault_is_ready_and_no_secret_is_shown(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    limit: Callable[[int], None],
) -> None:
    limit(100)
    monkeypatch.setattr(preflight, "CDK", program(tmp_path / "cdk", "echo 2.1148.1"))
    monkeypatch.setattr(preflight, "NODE", str(program(tmp_path / "node", "echo v20.20.2")))
    put(preflight.BOOTSTRAP_VERSION, "30")
    put("/cobroke/prod/telegram-bot-token", TOKEN, "SecureString")
    assert preflight.ready(PROD)
    said = capsys.readouterr().out
    assert [line[:4] for line in said.splitlines()] == ["ok  "] * len(preflight.CHECKS)
    assert TOKEN not in said


@pytest.mark.parametrize("arguments", [[], ["dev", "https://a.example"]])
def test_wrong_arguments_are_answered_with_the_usage(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["preflight", *arguments])
    with pytest.raises(SystemExit, match="Usage:"):
        preflight.main()


def test_what_is_not_ready_ends_with_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["preflight", "dev"])
    monkeypatch.setattr(preflight, "CHECKS", (Check("a", _bad),))
    with pytest.raises(SystemExit, match="Not ready"):
        preflight.main()
