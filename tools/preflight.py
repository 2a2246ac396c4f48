"""`make deploy-check`: says of all that a deploy needs whether it is ok, or what to do. It reads no
secret and changes nothing.

Usage: python -m tools.preflight STAGE
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from tools.stack import session

if TYPE_CHECKING:
    from infra.stages import Stage

ROOT = Path(__file__).parent.parent
NODE = "node"
CDK = ROOT / "node_modules" / ".bin" / "cdk"
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
OLDEST_BOOTSTRAP = 6  # the template's own rule CheckBootstrapVersion refuses an older one
OLDEST_NODE = 20
FEWEST_AT_ONCE = {"dev": 10, "prod": 100}
SETTINGS = "in infra/stages.py; docs/deploy.md, step 3"
DEFAULT_KEY = "alias/aws/ssm"


class NotReady(Exception):
    """Something is missing or wrong; the text says what to do."""


@dataclass(frozen=True)
class Deploy:
    """A deploy, as `make deploy` is given it."""

    stage: str

    @property
    def bot_token_parameter(self) -> str:
        return f"/cobroke/{self.stage}/telegram-bot-token"


type Look = Callable[[Deploy], str]


class Check(NamedTuple):
    """One check. `look` returns what it found, or raises NotReady. It waits until all that it
    `needs` is ok.
    """

    what: str
    look: Look
    needs: tuple[str, ...] = ()


def ready(deploy: Deploy) -> bool:
    """Return whether every check is ok, and print a line for each."""
    passed: set[str] = set()
    for check in CHECKS:
        waiting = [needed for needed in check.needs if needed not in passed]
        if waiting:
            print(f"--  {check.what}: not tried, first {' and '.join(waiting)}", flush=True)
            continue
        try:
            found = check.look(deploy)
        except NotReady as why:
            print(f"NO  {check.what}: {why}", flush=True)
        else:
            passed.add(check.what)
            print(f"ok  {check.what}: {found}", flush=True)
    return len(passed) == len(CHECKS)


def node(_: Deploy) -> str:
    version = _said(
        [NODE, "--version"], f"install Node {OLDEST_NODE} or newer, or let `make install` do it"
    )
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        raise NotReady(f"{version} is too old: install Node {OLDEST_NODE} or newer")
    return version


def cdk(_: Deploy) -> str:
    return _said([str(CDK), "--version"], "run `make install`")


def stage(deploy: Deploy) -> str:
    found = _settings(deploy)
    if found.is_local:
        raise NotReady(
            "local is for `make run`: anybody may register there. Use STAGE=dev or STAGE=prod"
        )
    return f"{found.name}, for browsers from {', '.join(found.origins)}"


def credentials(_: Deploy) -> str:
    try:
        here = session()
        if not here.region_name:
            raise NotReady("no region: export AWS_REGION=…, else the CDK would take us-east-1")
        identity = here.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as why:
        raise NotReady(
            f"none that work ({type(why).__name__}): `aws sso login`, or export AWS_PROFILE=…"
        ) from None
    account, who = identity["Account"], identity["Arn"].rpartition(":")[2]
    return f"account {account} in {here.region_name}, as {who}"


def place(deploy: Deploy) -> str:
    """Look whether the credentials are of where the stage belongs."""
    named, here = _settings(deploy), session()
    account = here.client("sts").get_caller_identity()["Account"]
    if (named.account, named.region) == (account, here.region_name):
        return f"{deploy.stage} belongs there"
    yours = f'account="{account}", region="{here.region_name}"'
    if not (named.account and named.region):
        raise NotReady(
            f"infra/stages.py does not say where {deploy.stage} belongs. If there: write {yours}"
        )
    raise NotReady(
        f"{deploy.stage} belongs into {named.account} in {named.region}, and these are {yours}"
    )


def alarms(deploy: Deploy) -> str:
    """Look whether somebody hears of them."""
    stage = _settings(deploy)
    if not stage.alarm_topic:
        if stage.protected:
            raise NotReady(f"nobody hears them: write alarm_topic= into {stage.name}, {SETTINGS}")
        return "only shown: the stage has no alarm_topic"
    if stage.alarm_topic.split(":")[2:5] != ["sns", stage.region, stage.account]:
        raise NotReady(
            f"{stage.alarm_topic} is no topic of {stage.account} in {stage.region}, {SETTINGS}"
        )
    return f"go to {stage.alarm_topic}"


def bootstrap(_: Deploy) -> str:
    todo = "run `node_modules/.bin/cdk bootstrap aws://ACCOUNT/REGION`, with those above"
    ssm = session().client("ssm")
    try:
        version = ssm.get_parameter(Name=BOOTSTRAP_VERSION)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        raise NotReady(f"not yet: {todo}") from None
    except (BotoCoreError, ClientError) as why:
        raise NotReady(_refused("ssm:GetParameter", why)) from None
    if int(version) < OLDEST_BOOTSTRAP:
        raise NotReady(f"version {version} is too old: {todo}")
    return f"version {version}"


def concurrency(deploy: Deploy) -> str:
    """Look at how many functions the account may run at once, for all its stacks. A new account's
    ten are what the two queues alone may take.
    """
    try:
        limits = session().client("lambda").get_account_settings()["AccountLimit"]
    except (BotoCoreError, ClientError) as why:
        raise NotReady(_refused("lambda:GetAccountSettings", why)) from None
    found, fewest = limits["ConcurrentExecutions"], FEWEST_AT_ONCE[deploy.stage]
    if found < fewest:
        raise NotReady(
            f"{found} functions at once, {deploy.stage} needs {fewest}: ask for more with "
            "`aws service-quotas request-service-quota-increase`, docs/deploy.md, step 2"
        )
    return f"{found} functions at once"


def bot_token(deploy: Deploy) -> str:
    """Look at its kind and its key. A description holds no text of it, encrypted or not."""
    name = deploy.bot_token_parameter
    try:
        ssm = session().client("ssm")
        found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])
    except (BotoCoreError, ClientError) as why:
        raise NotReady(_refused("ssm:DescribeParameters", why)) from None
    if not found["Parameters"]:
        raise NotReady(
            f"put it into {name} as a SecureString; "
            "docs/deploy.md says how, out of the shell's history"
        )
    (parameter,) = found["Parameters"]
    if parameter["Type"] != "SecureString":
        raise NotReady(
            f"{name} is a {parameter['Type']}: "
            "delete it, put a SecureString there, let @BotFather revoke it"
        )
    if not parameter.get("KeyId", DEFAULT_KEY).endswith(DEFAULT_KEY):
        raise NotReady(
            f"{name} lies under a key that auth may not use: put it anew without --key-id"
        )
    return (
        f"{name} is a SecureString; "
        "its text was not read, so whether it is the right token is not known"
    )


def template(deploy: Deploy) -> str:
    with tempfile.TemporaryDirectory() as out:
        words = [str(CDK), "synth", "--quiet", "--no-notices", "--output", out]
        words += ["-c", f"stage={deploy.stage}"]
        _said(words, "it does not synthesise")
    return "synthesises, cdk-nag included"


def _settings(deploy: Deploy) -> "Stage":
    from aws_cdk import App  # noqa: PLC0415 - starts Node when it is imported

    from infra.stages import NotConfigured, stage_of  # noqa: PLC0415

    try:
        return stage_of(App(context={"stage": deploy.stage}).node)
    except NotConfigured as why:
        raise NotReady(str(why)) from None


CHECKS = (
    Check("Node", node),
    Check("CDK", cdk, ("Node",)),
    Check("stage and origins", stage, ("Node",)),
    Check("AWS credentials", credentials),
    Check("account and region", place, ("stage and origins", "AWS credentials")),
    Check("alarms", alarms, ("stage and origins",)),
    Check("bootstrapped", bootstrap, ("AWS credentials",)),
    Check("concurrency", concurrency, ("stage and origins", "AWS credentials")),
    Check("bot token", bot_token, ("stage and origins", "AWS credentials")),
    Check("template", template, ("CDK", "stage and origins")),
)


def _said(words: list[str], otherwise: str) -> str:
    """Return what a command prints. Raises NotReady where it fails: what to do, and its end."""
    own = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            words,
            cwd=ROOT,
            env=os.environ | {"PATH": own},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        raise NotReady(otherwise) from None
    if done.returncode:
        end = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise NotReady(f"{otherwise}\n{end}")
    return done.stdout.strip()


def _refused(action: str, why: Exception) -> str:
    code = why.response["Error"]["Code"] if isinstance(why, ClientError) else type(why).__name__
    return f"could not be looked up ({code}): the credentials need {action}"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m tools.preflight STAGE")
    if not ready(Deploy(sys.argv[1])):
        sys.exit("Not ready for a deploy.")


if __name__ == "__main__":
    main()
