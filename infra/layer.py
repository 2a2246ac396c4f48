"""The layer of the product: the third-party code of production and the package `cobroke`, compiled
for Lambda. The maker of keys has one of the third-party code alone.

CDK's zipper dates files 1980: bytecode that is checked by date would look stale, and every cold
start would compile again. Bytecode with an unchecked hash is taken as it is.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import Stage

SOURCE = Path(__file__).parent.parent / "layers" / "common"
PACKAGE = SOURCE / "python" / "cobroke"
LOCK = SOURCE / "requirements.txt"
RECIPE = Path(__file__)
CACHE = Path(__file__).parent.parent / "build" / "layers"
# Of botocore's descriptions of 400 services, those that we call.
SERVICES = {"dynamodb", "scheduler", "sqs", "ssm"}
NEWEST = "manylinux_2_28"
PLATFORMS = {
    lambda_.Architecture.ARM_64.name: ("manylinux2014_aarch64", f"{NEWEST}_aarch64"),
    lambda_.Architecture.X86_64.name: ("manylinux2014_x86_64", f"{NEWEST}_x86_64"),
}


def make_layer(scope: Construct, stage: Stage) -> lambda_.LayerVersion:
    """Make the layer, built on this machine for the stage's architecture."""
    return _make(scope, stage, "Common", own_code=True)


def make_libraries(scope: Construct, stage: Stage) -> lambda_.LayerVersion:
    """Make a layer that no change of our own code changes."""
    return _make(scope, stage, "Libraries", own_code=False)


def _make(scope: Construct, stage: Stage, name: str, *, own_code: bool) -> lambda_.LayerVersion:
    platforms = platforms_of(stage)

    def build(into: Path) -> None:
        if stage.is_local:
            link_layer(into / "python", own_code=own_code, live=stage.live)
        else:
            build_layer(into / "python", platforms, own_code=own_code)

    code = bundled(SOURCE, asset_hash(platforms, own_code=own_code, live=stage.live), build)
    return lambda_.LayerVersion(
        scope,
        name,
        code=code,
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        compatible_architectures=[stage.architecture],
    )


def bundled(source: Path, named: str, build: Callable[[Path], None]) -> lambda_.AssetCode:
    """Return the asset that `build` writes into a folder, made of `source` and of what `named` is
    the hash of: by it alone CDK knows whether it has it already.
    """
    bundling = BundlingOptions(
        image=DockerImage.from_registry("none"),  # CDK asks for one; it is never used
        local=_Local(build),
    )
    return lambda_.Code.from_asset(
        str(source),
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=named,
        bundling=bundling,
    )


@jsii.implements(ILocalBundling)
class _Local:
    def __init__(self, build: Callable[[Path], None]) -> None:
        self._build = build

    def try_bundle(
        self,
        output_dir: str,
        *,
        image: DockerImage,  # noqa: ARG002 - jsii's own
        **_: object,
    ) -> bool:
        self._build(Path(output_dir))
        return True


def platforms_of(stage: Stage) -> tuple[str, ...]:
    """Return pip's platforms of the stage's functions; none: they run in this very interpreter."""
    return () if stage.is_local else PLATFORMS[stage.architecture.name]


def asset_hash(platforms: tuple[str, ...], *, own_code: bool = True, live: bool = False) -> str:
    """Return what names the layer: another source, lock, processor, Python or recipe gives another
    name, so that CDK never takes what was built of something else.
    """
    where = "" if platforms else f"{CACHE} {live}"
    made_for = f"{_target(platforms)} {where}".encode()
    seen = hashlib.sha256(made_for + RECIPE.read_bytes() + LOCK.read_bytes())
    for path in sorted(PACKAGE.rglob("*")) if own_code else ():
        if path.is_file() and path.suffix != ".pyc":
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            seen.update(f"{path.relative_to(PACKAGE).as_posix()} {content}\n".encode())
    return seen.hexdigest()


def _target(platforms: tuple[str, ...]) -> str:
    machine = "-".join(platforms) or f"{sys.platform}-{platform.machine()}"
    return f"{machine}-py{sys.version_info[0]}.{sys.version_info[1]}"


def build_layer(into: Path, platforms: tuple[str, ...] = (), *, own_code: bool = True) -> None:
    """Build the layer's `python` folder, for pip's platforms or (without any) for this machine."""
    shutil.copytree(_third_party(platforms), into)
    if own_code:
        _add_own_code(into)


def link_layer(into: Path, *, own_code: bool = True, live: bool = False) -> None:
    """Build the `python` folder of this machine's emulator, which unpacks a layer anew for every
    start of a function: third-party code, and if live our own, is only named in it.
    """
    folders = [_third_party(())]
    if own_code and live:
        folders.append(PACKAGE.parent)
    site = into / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    named = [str(folder) for folder in folders]
    (site / "linked.pth").write_text(f"import sys; sys.path[:0] = {named}\n")
    if own_code and not live:
        _add_own_code(into)


def _add_own_code(into: Path) -> None:
    own = into / PACKAGE.name
    shutil.copytree(PACKAGE, own, ignore=shutil.ignore_patterns("__pycache__"))
    _compile(own)


def _third_party(platforms: tuple[str, ...]) -> Path:
    """Return the folder of what was installed, pruned and compiled, once a lock and platform."""
    made_from = LOCK.read_bytes() + RECIPE.read_bytes()
    built = CACHE / f"{_target(platforms)}-{hashlib.sha256(made_from).hexdigest()[:16]}"
    if not built.exists():
        half = built.with_name(f"{built.name}.half-{os.getpid()}")
        _install(half, platforms)
        _prune(half)
        _compile(half)
        try:
            half.rename(built)
        except OSError:  # another process was as fast
            shutil.rmtree(half)
    return built


def _install(into: Path, platforms: tuple[str, ...]) -> None:
    """Install what the lock names: by uv, or by pip where uv does not reach the index."""
    asked = ["--require-hashes", "--only-binary=:all:", "--requirement", str(LOCK)]
    asked += ["--target", str(into), *(["--python-version", "3.13"] if platforms else [])]
    uv = ["uv", "pip", "install", "--quiet", "--link-mode=copy", *asked]
    pip = ["pip", "--disable-pip-version-check", "-qq", "install", "--no-compile", *asked]
    if platforms:
        machine = platforms[-1].removeprefix(f"{NEWEST}_")
        uv += ["--python-platform", f"{machine}-{NEWEST}"]
        pip += ["--implementation", "cp"]
        pip += [word for name in platforms for word in ("--platform", name)]
    python = [sys.executable, "-m"]
    if subprocess.run([*python, *uv], check=False).returncode:  # noqa: S603 - our own words
        shutil.rmtree(into, ignore_errors=True)
        subprocess.run([*python, *pip], check=True)  # noqa: S603 - our own words


def _prune(folder: Path) -> None:
    """Take out what never runs. dist-info keeps its METADATA: email-validator is found by it."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for description in (folder / "botocore" / "data").iterdir():
        if description.is_dir() and description.name not in SERVICES:
            shutil.rmtree(description)
    for useless in (*folder.glob(".lock"), *folder.glob("*.dist-info/RECORD")):
        useless.unlink()


def _compile(folder: Path) -> None:
    words = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    words += ["-s", str(folder.parent), str(folder)]
    subprocess.run(words, check=True)  # noqa: S603 - our own words
