"""Hooks of `make fuzz`: what schemathesis cannot make of the contract alone."""

import re
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from tools.contract.words import PARAMETERS

# Its coverage phase knows no quotation mark in a header.
_TAG = st.from_regex(r'(W/)?"[!#-~]{0,8}"', fullmatch=True)
schemathesis.openapi.format(
    "if-match", st.just("*") | st.lists(_TAG, min_size=1, max_size=3).map(", ".join)
)
schemathesis.openapi.format("iana-time-zone", st.sampled_from(["Europe/Moscow", "Asia/Kolkata"]))


@schemathesis.hook
def before_call(
    _: schemathesis.HookContext, case: schemathesis.Case[Any], __: dict[str, Any]
) -> None:
    """Give a request of the coverage phase a key and a tag of its own. It sends the same with every
    body: all but the first would be refused for these.
    """
    how = case.meta.phase.data if case.meta else None
    if isinstance(how, CoveragePhaseData) and how.scenario != CoverageScenario.MISSING_PARAMETER:
        for name, instead in (("Idempotency-Key", case.id), ("If-Match", "*")):
            sent = case.headers.get(name)
            if isinstance(sent, str) and re.fullmatch(PARAMETERS[name]["schema"]["pattern"], sent):
                case.headers[name] = instead
