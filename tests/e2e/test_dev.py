"""What `make dev` does when a file is saved, to the deployed stack."""

from concurrent.futures import ThreadPoolExecutor

from tests.builders import a_lead
from tests.client import Client
from tools.dev import Functions
from tools.emulator import RunningStack
from tools.stack import LIVE


def test_a_renewed_function_takes_over_and_the_market_stays(
    stack: RunningStack, stranger: Client
) -> None:
    anna = stranger.registered()
    lead = anna.post_lead(a_lead())
    lambdas = stack.client("lambda")
    functions = Functions(lambdas)
    name = functions._settings["leads"]["FunctionName"]
    before = lambdas.get_alias(FunctionName=name, Name=LIVE)["FunctionVersion"]
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(anna.get, f"/leads/{lead}") for _ in range(8)]
        functions.renew("leads")
        assert {one.result().status for one in asked} == {200}
    assert anna.get(f"/leads/{lead}").needs(200)["lead_id"] == lead
    middle = lambdas.get_alias(FunctionName=name, Name=LIVE)["FunctionVersion"]
    functions.renew("leads")
    now = lambdas.get_alias(FunctionName=name, Name=LIVE)["FunctionVersion"]
    versions = lambdas.list_versions_by_function(FunctionName=name)["Versions"]
    assert len({before, middle, now}) == 3
    assert {one["Version"] for one in versions} == {"$LATEST", middle, now}
