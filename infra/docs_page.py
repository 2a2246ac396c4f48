"""The function that serves the contract as a page: Swagger UI's files are in its own asset, and
nothing on it comes from a third host.
"""

import hashlib
import json
import shutil
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import FUNCTIONS, Function
from infra.layer import bundled
from infra.stages import Stage

NAME = "docs"
ROOT = FUNCTIONS.parent
SWAGGER_UI = ROOT / "node_modules" / "swagger-ui-dist"
LOCK = ROOT / "package-lock.json"
PAGE = (
    *(FUNCTIONS / NAME / "page").iterdir(),
    *(
        SWAGGER_UI / name
        for name in ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE")
    ),
)
"""What is served as it is, by its own name."""
CONTRACT = ROOT / "docs" / "openapi.json"
HERE = {"url": ".", "description": "this stack"}


def make_docs_page(scope: Construct, stage: Stage, layer: lambda_.ILayerVersion) -> Function:
    """Make the function. It may do nothing but answer and log."""
    code = bundled(FUNCTIONS / NAME, _asset_hash(), build_docs_page)
    return Function(scope, stage, NAME, layer, {}, code=code)


def build_docs_page(into: Path) -> None:
    """Build the function's folder: its handler, and the files of its page."""
    shutil.copy(FUNCTIONS / NAME / "handler.py", into)
    (into / "page").mkdir()
    for file in PAGE:
        shutil.copy(file, into / "page")
    document = json.loads(CONTRACT.read_text()) | {"servers": [HERE]}
    del document["info"]["license"]["identifier"]  # Swagger UI would link it, to a page of SPDX's
    (into / "page" / CONTRACT.name).write_text(json.dumps(document, ensure_ascii=False))


def _asset_hash() -> str:
    """Return what names the folder. Of what npm installed its lock speaks, installed or not."""
    files = [Path(__file__), LOCK, CONTRACT, FUNCTIONS / NAME / "handler.py"]
    files += [file for file in PAGE if SWAGGER_UI not in file.parents]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()
