"""The templates of all stages, each made once."""

import json
from pathlib import Path
from typing import Any

import pytest

import app

STAGES = ("local", "dev", "prod")
ORIGINS = "https://app.example.com,https://www.example.com"


class Template:
    """The template of one stage, as CloudFormation gets it, and what cdk-nag said."""

    def __init__(self, stage: str, outdir: Path) -> None:
        context = {"stage": stage, "origins": ORIGINS, "aws:cdk:bundling-stacks": []}
        app.synthesize(str(outdir), context)
        self.stage = stage
        self.path = outdir / f"cobroke-{stage}.template.json"
        self.body: dict[str, Any] = json.loads(self.path.read_text())
        self.report: dict[str, Any] = json.loads((outdir / "validation-report.json").read_text())

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

    def statements(self, function: str) -> list[dict[str, Any]]:
        """What the role of a function allows."""
        role = self.functions()[function]["Role"]["Fn::GetAtt"][0]
        policies = (one["Properties"] for one in self.all("AWS::IAM::Policy").values())
        mine = [
            one["PolicyDocument"]["Statement"] for one in policies if {"Ref": role} in one["Roles"]
        ]
        return [statement for statements in mine for statement in statements]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    return {stage: Template(stage, tmp_path_factory.mktemp(stage)) for stage in STAGES}


@pytest.fixture(params=STAGES)
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    return templates[request.param]


@pytest.fixture
def prod(templates: dict[str, Template]) -> Template:
    return templates["prod"]
