"""README, the glossary and the decisions name what is there, and all of it."""

import re
from pathlib import Path

import pytest

from cobroke.edge.routes import PAGES as OF_THE_CONTRACT
from cobroke.edge.routes import ROUTES
from tests.conftest import ROOT

FUNCTIONS = {path.parent.name for path in ROOT.glob("functions/*/handler.py")}
PACKAGE = ROOT / "layers" / "common" / "python" / "cobroke"
DECISIONS = sorted(ROOT.glob("docs/decisions/[0-9]*.md"))
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
DATE = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    for link in (link for link in links if "://" not in link):
        assert (page.parent / link).exists(), link


def test_the_picture_shows_every_function() -> None:
    picture = (ROOT / "README.md").read_text().split("```")[1]
    assert {name for name in FUNCTIONS if re.search(rf"\b{name}\b", picture)} == FUNCTIONS


def test_the_readme_says_what_wakes_every_function_that_serves_no_route() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| .+ \| .+ \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    serving = {route.function for route in (*ROUTES, *OF_THE_CONTRACT)}
    assert sorted(rows) == sorted(FUNCTIONS - serving)


def test_the_glossary_names_files_that_are_there() -> None:
    rows = re.findall(
        r"^\| [a-z].* \| (`.+`) \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    files = {file for row in rows for file in re.findall("`([^`]+)`", row)}
    assert files
    assert {file for file in files if not (PACKAGE / file).is_file()} == set()


def test_every_decision_is_listed_with_its_title_and_date() -> None:
    listed = re.findall(rf"^(\d+)\. \[(.+)\]\((.+)\), ({DATE})$", _index(), re.MULTILINE)
    assert [(f"# {number}. {title}", file, date) for number, title, file, date in listed] == [
        (path.read_text().splitlines()[0], path.name, path.read_text().splitlines()[1][:10])
        for path in DECISIONS
    ]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_a_decision_has_alternatives_and_half_a_page(decision: Path) -> None:
    text = decision.read_text()
    assert re.search(r"^Alternatives\n- ", text, re.MULTILINE)
    assert len(text.split()) <= 360


def _index() -> str:
    return (ROOT / "docs" / "decisions" / "README.md").read_text()


def test_the_lines_that_sign_a_proof_are_those_that_make_clients_runs() -> None:
    signing = (ROOT / "clients" / "deals" / "init-data.ts").read_text()
    assert f"```ts\n{signing}```" in (ROOT / "docs" / "client.md").read_text()
