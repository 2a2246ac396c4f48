"""What README tells a client's developer to type does what it says, as it stands."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cobroke.exact_json import loads
from tests.conftest import ROOT
from tools.emulator import RunningStack


def typed() -> str:
    (block,) = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    return str(block)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_lines_of_the_readme_can_be_typed_twice_and_end_with_the_listing_at_the_head(
    stack: RunningStack, tmp_path: Path
) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "api-url").write_text(stack.base_url)
    script = "set -euo pipefail\n" + typed()
    typing = ["bash", "-c", script]
    done, again = (
        subprocess.run(typing, cwd=tmp_path, capture_output=True, text=True, check=False)
        for _ in range(2)
    )
    assert (done.returncode, done.stderr) == (again.returncode, again.stderr) == (0, "")
    posted, best = map(loads, re.findall(r"\{.*?\}(?=\{|$)", done.stdout))
    row = best["recommendations"][0]
    assert (row["property_id"], row["match_score"]) == (posted["property_id"], 100)
