from collections.abc import Iterator

import pytest
from tests.survivors.conftest import CHEAP
from tests.web.running import Running, plan_for, running

from hedgerow.survivors import Limits
from hedgerow.web import HelpOptions


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the survivors' pages switched on, in all languages."""
    home = tmp_path_factory.mktemp("help")
    options = HelpOptions(enabled=True, organisation="Example Hotline", exit_url="http://exit.test/")
    with running(plan_for(home, help=options, survivors=Limits(**CHEAP))) as found:
        yield found
