from pathlib import Path

from hedgerow.web.app import create_app
from hedgerow.web.direct import Direct
from hedgerow.web.service import Plan


def test_what_every_upload_takes_goes_the_short_way():
    folders = map(Path, ("index", "incoming", "key", "sealed"))
    app = create_app(Plan("sqlite://", *folders))
    assert Direct(app, app.routes).ways == {
        ("POST", "/api/v1/match"),
        ("POST", "/api/v1/match/batch"),
    }
