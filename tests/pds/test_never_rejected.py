"""Whatever a row holds, nothing that is asked about it is rejected (400)."""

from datetime import date
from functools import partial

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pds.client import Client
from pds.limiter import Unlimited
from pds.rules.questions import Search, questions
from pds.rules.sought import Sought
from pds.simulator.app import Simulator, make_app
from pds.simulator.named import NAMED
from pds.simulator.search import Population

# Of letters that files hold, of what PDS minds, and of anything at all.
NAMES = st.one_of(
    st.text(st.sampled_from("abé Żøßïʼ’`'-.*%$£&#+ 1²ﬁ\u0301\u200b\n"), max_size=80),
    st.text(max_size=60),
    st.from_regex(r"[A-Z][a-z]{0,40}([ '-][A-Z][a-z]{0,40}){0,3}", fullmatch=True),
)
POSTCODES = st.one_of(
    st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", fullmatch=True),
    st.sampled_from(["", "A", "ZZ99 3VZ", "SW*", "*", "S*1 1AA", "bd$ 2nb"]),
    st.text(max_size=10),
)
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([person.nhs_number for person in NAMED]),
    st.text("0123456789", min_size=10, max_size=10),
    st.text(max_size=12),
)


@pytest.fixture(scope="module")
def ask():
    """Send a question to the simulator as the client writes it; return the status."""
    transport = httpx.ASGITransport(make_app(Simulator(Population(NAMED))))
    client = Client(base_url="http://pds", ods_code="R0001", limiter=Unlimited())
    headers = {"X-Request-ID": "11111111-1111-4111-8111-111111111111"}

    async def send(question):
        async with httpx.AsyncClient(transport=transport) as http:
            return await http.get(client._url(question), headers=headers)

    with start_blocking_portal() as portal:
        yield lambda question: portal.call(partial(send, question))
        portal.call(client.close)


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example("Amara", "x" * 34 + "yz", date(2014, 3, 27), "SW1A 1AA", None)
@example("*", "%$£James", date(2014, 3, 27), "*2AA", "9990000019")
@example("-'-" * 12 + "a-b-c", "´" * 40, date(1, 1, 1), "L", "")
@given(
    first_name=NAMES,
    last_name=NAMES,
    date_of_birth=st.dates(),
    postcode=POSTCODES,
    nhs_number=NUMBERS,
)
def test_no_question_is_rejected(
    ask, first_name, last_name, date_of_birth, postcode, nhs_number
):
    sought = Sought(first_name, last_name, date_of_birth, postcode, nhs_number)

    for question in questions(sought):
        answer = ask(question)
        assert answer.status_code in {200, 404}, (question, answer.text)
        if isinstance(question, Search):
            # What PDS refuses, whether or not the simulator does.
            sent = dict(question.parameters)
            assert len(sent["family"]) <= 35
            assert len(sent["given"]) <= 35
            for name in ("family", "given", "address-postalcode"):
                assert "*" not in sent.get(name, "")[:2]
                assert not set(sent.get(name, "")) & set("%$£&#’ʼ`+\n")
