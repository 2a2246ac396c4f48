"""Two clones of one commit give the same templates to the letter: a deploy from another machine
changes nothing by itself.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WHAT_IS_DEPLOYED = ("functions", "infra", "layers")
CONTEXT = {"stage": "dev", "aws:cdk:bundling-stacks": []}


def clone(into: Path) -> Path:
    into.mkdir()
    for name in WHAT_IS_DEPLOYED:
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    (into / "docs").mkdir()
    for name in ("app.py", "cdk.json", "package-lock.json", "docs/openapi.json"):
        shutil.copy(ROOT / name, into / name)
    return into


def synthesizing(clone: Path) -> subprocess.Popen[bytes]:
    own = {
        "CDK_CONTEXT_JSON": json.dumps(CONTEXT),
        "CDK_OUTDIR": str(clone / "out"),
        "PYTHONPATH": os.pathsep.join([str(clone / "layers" / "common" / "python"), str(clone)]),
    }
    return subprocess.Popen(
        [sys.executable, "app.py"], cwd=clone, env=os.environ | own, stderr=subprocess.DEVNULL
    )


def templates(clone: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (clone / "out").glob("*.template.json")}


def test_two_clones_give_the_same_templates(tmp_path: Path) -> None:
    one, other = clone(tmp_path / "one"), clone(tmp_path / "another")
    (other / "functions" / "auth" / "__pycache__").mkdir(exist_ok=True)
    (other / "functions" / "auth" / "__pycache__" / "handler.pyc").write_bytes(b"compiled")
    for made in [synthesizing(one), synthesizing(other)]:
        assert made.wait() == 0
    assert templates(one).keys() == {"cobroke-dev-data.template.json", "cobroke-dev.template.json"}
    assert templates(one) == templates(other)
