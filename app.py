"""The CDK app: `cdk deploy -c stage=local|dev|prod`. `python app.py` synthesises into cdk.out."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
sys.path.append(str(ROOT / "layers" / "common" / "python"))  # infra takes the routes from the layer

from aws_cdk import App, Validations  # noqa: E402
from cdk_nag import AwsSolutionsChecks  # noqa: E402

from infra.stacks import CobrokeStack, DataStack  # noqa: E402
from infra.stages import NotConfigured, stage_of  # noqa: E402


def synthesize(outdir: str, context: Mapping[str, Any] | None = None) -> None:
    """Write the cloud assembly of one stage. What cdk-nag finds fails it; the CDK CLI's own context
    wins.
    """
    ours = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context={**ours, **(context or {})}, outdir=outdir)
    stage = stage_of(app.node)
    CobrokeStack(app, stage, DataStack(app, stage))
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    app.synth()


if __name__ == "__main__":
    try:
        synthesize(os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out")))
    except NotConfigured as why:
        sys.exit(str(why))
