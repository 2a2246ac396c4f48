"""The layer as Lambda sees it: every file dated 1980, in a folder that nobody may write to."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra import layer as recipe
from infra.layer import PLATFORMS, asset_hash, build_layer, link_layer, platforms_of
from infra.stages import STAGES

ZIPPED = 315_532_800
"""1980-01-01, in seconds since 1970."""
UNCHECKED_HASH = 0b01
AARCH64, X86_64 = 183, 62
"""How an ELF file names its processor."""
START = """
import importlib, pkgutil, sys
sys.path.append(sys.argv[1])
import cobroke
for module in pkgutil.walk_packages(cobroke.__path__, "cobroke."):
    importlib.import_module(module.name)
"""


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    folder = tmp_path / "python"
    build_layer(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
        os.utime(path, (ZIPPED, ZIPPED))
    return folder


def test_every_module_starts_from_the_layer_alone_and_none_is_compiled(layer: Path) -> None:
    said = start(layer)
    of_the_layer = re.findall(rf"code object from '?{re.escape(str(layer))}/([^'\n]*)", said)
    assert [file for file in of_the_layer if file.endswith(".py")] == []
    for package in ("aws_lambda_powertools", "botocore", "cobroke", "pydantic"):
        assert f"{package}/__pycache__/__init__.cpython-313.pyc" in of_the_layer


def test_a_start_writes_nothing(layer: Path) -> None:
    before = digest(layer)
    said = start(layer)
    assert digest(layer) == before
    assert f"wrote '{layer}" not in said


def test_no_date_makes_bytecode_stale(layer: Path) -> None:
    compiled = [
        Path(importlib.util.cache_from_source(str(source))) for source in layer.rglob("*.py")
    ]
    assert len(compiled) > 500
    kinds = {int.from_bytes(bytecode.read_bytes()[4:8], "little") for bytecode in compiled}
    assert kinds == {UNCHECKED_HASH}


@pytest.mark.parametrize(
    ("platforms", "machine"),
    [(PLATFORMS["arm64"], AARCH64), (PLATFORMS["x86_64"], X86_64)],
    ids=["arm64", "x86_64"],
)
def test_what_is_compiled_in_a_layer_is_of_its_processor(
    tmp_path: Path, platforms: tuple[str, ...], machine: int
) -> None:
    build_layer(tmp_path / "python", platforms)
    compiled = [*tmp_path.rglob("*.so"), *tmp_path.rglob("*.so.*")]
    assert len(compiled) > 3
    assert {int.from_bytes(path.read_bytes()[18:20], "little") for path in compiled} == {machine}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_gets_the_layers_of_the_processor_that_its_template_names(stage: str) -> None:
    settings = STAGES[stage]
    assert platforms_of(settings) == PLATFORMS[settings.architecture.name]
    assert settings.architecture.name == "arm64"  # as tests/infra/test_template.py finds it


@pytest.mark.parametrize("live", [False, True])
def test_the_layer_of_this_machine_names_where_the_code_lies(tmp_path: Path, *, live: bool) -> None:
    """It is unpacked for every start of a function: third-party code is not in it."""
    link_layer(tmp_path, live=live)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < 3_000_000
    site = tmp_path / "lib" / "python3.13" / "site-packages"
    program = (
        f"import site, sys; sys.path.insert(0, {str(tmp_path)!r}); site.addsitedir({str(site)!r})"
    )
    program += "; import botocore, cobroke.edge.api, pydantic"
    program += "; print(botocore.__file__, cobroke.__file__, pydantic.__file__, sep='\\n')"
    words = [sys.executable, "-I", "-S", "-c", program]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    botocore, cobroke, pydantic = map(Path, said.stdout.splitlines())
    assert recipe.CACHE in botocore.parents
    assert recipe.CACHE in pydantic.parents
    assert (recipe.PACKAGE if live else tmp_path / "cobroke") == cobroke.parent


def test_the_key_of_the_layer_is_the_same_wherever_it_is_made() -> None:
    assert asset_hash(PLATFORMS["arm64"]) == asset_hash(PLATFORMS["arm64"])


def test_another_processor_python_recipe_lock_or_source_gives_the_layer_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [asset_hash(platforms) for platforms in (*PLATFORMS.values(), ())]
    with monkeypatch.context() as patched:
        patched.setattr(sys, "version_info", (3, 14, 0))
        keys.append(asset_hash(PLATFORMS["arm64"]))
    with monkeypatch.context() as patched:
        other = tmp_path / "layer.py"
        other.write_text("another recipe")
        patched.setattr(recipe, "RECIPE", other)
        keys.append(asset_hash(PLATFORMS["arm64"]))
    copy = tmp_path / "cobroke"
    shutil.copytree(recipe.PACKAGE, copy)
    monkeypatch.setattr(recipe, "PACKAGE", copy)
    assert asset_hash(PLATFORMS["arm64"]) == keys[0]
    (copy / "__pycache__").mkdir(exist_ok=True)
    (copy / "__pycache__" / "clock.pyc").write_bytes(b"compiled meanwhile")
    assert asset_hash(PLATFORMS["arm64"]) == keys[0]
    libraries = asset_hash(PLATFORMS["arm64"], own_code=False)
    (copy / "clock.py").write_text("another source")
    assert asset_hash(PLATFORMS["arm64"], own_code=False) == libraries  # the keys' stack stays
    keys += [asset_hash(PLATFORMS["arm64"]), libraries]
    monkeypatch.setattr(recipe, "LOCK", other)
    keys += [asset_hash(PLATFORMS["arm64"], own_code=own_code) for own_code in (True, False)]
    assert len(set(keys)) == len(keys) == 9


def start(layer: Path) -> str:
    """What a new interpreter says of its imports: it has the standard library and this layer."""
    words = [sys.executable, "-I", "-S", "-v", "-c", START, str(layer)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, re.sub(r"(?m)^(#|import ).*\n", "", done.stderr)
    return done.stderr


def digest(folder: Path) -> str:
    """Of every name, date and byte; root may write whatever the modes say."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        seen.update(f"{path}{path.stat().st_mtime_ns}".encode())
        seen.update(path.read_bytes() if path.is_file() else b"")
    return seen.hexdigest()
