"""The templates of all stages, each made once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import app
from infra.stages import STAGES as TABLE

STAGES = ("local", "dev", "prod")
ORIGINS = "https://app.example.com,https://www.example.com"
ACCOUNT, REGION = "123456789012", "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
MINI_APP = "https://t.me/cobroke_bot/app"


class Template:
    """The templates of one stage, as CloudFormation gets them, and what cdk-nag said. `body` is of
    both stacks, and reads as if they were one: what the second takes from the first is filled in.
    """

    def __init__(self, stage: str, outdir: Path, **context: str) -> None:
        context = {"stage": stage, "origins": ORIGINS, **context}
        app.synthesize(str(outdir), {**context, "aws:cdk:bundling-stacks": []})
        self.stage = stage
        names = (f"cobroke-{stage}-data", f"cobroke-{stage}")
        self.paths = {name: outdir / f"{name}.template.json" for name in names}
        self.data, self.main = (json.loads(path.read_text()) for path in self.paths.values())
        self.body: dict[str, Any] = {
            part: self.data.get(part, {}) | self._filled_in(self.main.get(part, {}))
            for part in ("Parameters", "Resources", "Outputs")
        }
        self.report: dict[str, Any] = json.loads((outdir / "validation-report.json").read_text())

    def _filled_in(self, value: Any) -> Any:
        match value:
            case {"Fn::GetStackOutput": taken}:
                assert taken["StackName"] == f"cobroke-{self.stage}-data"
                return self.data["Outputs"][taken["OutputName"]]["Value"]
            case dict():
                return {name: self._filled_in(one) for name, one in value.items()}
            case list():
                return [self._filled_in(one) for one in value]
        return value

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id → resource, of one type."""
        return {name: one for name, one in self.body["Resources"].items() if one["Type"] == kind}

    def one(self, kind: str) -> dict[str, Any]:
        """The properties of the only resource of its type."""
        (resource,) = self.all(kind).values()
        return dict(resource["Properties"])

    def functions(self) -> dict[str, dict[str, Any]]:
        """Folder of `functions/` → properties."""
        found = (one["Properties"] for one in self.all("AWS::Lambda::Function").values())
        return {one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: one for one in found}

    def called(self, by: Any) -> str:
        """The folder of the function that is called by its alias."""
        aliases = self.all("AWS::Lambda::Alias")
        (name,) = references(by) & aliases.keys()
        alias = aliases[name]["Properties"]
        function = self.body["Resources"][alias["FunctionName"]["Ref"]]["Properties"]
        return str(function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"])

    def mappings(self, *, of_stream: bool) -> dict[str, dict[str, Any]]:
        """Folder of the function that is woken → properties of the mapping."""
        found = [one["Properties"] for one in self.all("AWS::Lambda::EventSourceMapping").values()]
        found = [one for one in found if ("StartingPosition" in one) == of_stream]
        return {self.called(one["FunctionName"]): one for one in found}

    def statements(self, function: str) -> list[dict[str, Any]]:
        """What the role of a function allows."""
        role = self.functions()[function]["Role"]["Fn::GetAtt"][0]
        policies = (one["Properties"] for one in self.all("AWS::IAM::Policy").values())
        mine = [
            one["PolicyDocument"]["Statement"] for one in policies if {"Ref": role} in one["Roles"]
        ]
        return [statement for statements in mine for statement in statements]


def references(value: Any) -> set[str]:
    """The logical ids of all that is named in it."""
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), _]}:
            return {name}
        case dict():
            return set().union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    return {stage: Template(stage, tmp_path_factory.mktemp(stage)) for stage in STAGES}


@pytest.fixture(params=STAGES)
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    return templates[request.param]


@pytest.fixture
def prod(templates: dict[str, Template]) -> Template:
    return templates["prod"]


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """`prod` as a team has filled it in, in a deploy that mends what rings."""
    filled = replace(
        TABLE["prod"], account=ACCOUNT, region=REGION, alarm_topic=TOPIC, mini_app_url=MINI_APP
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(TABLE, "prod", filled)
        return Template("prod", tmp_path_factory.mktemp("settled"), hotfix="yes")
