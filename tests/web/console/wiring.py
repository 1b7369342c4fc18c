"""Temporary: what the lead will wire in web/service.py and web/app.py."""
import hedgerow.store, hedgerow.matching
if not hasattr(hedgerow.store, "MediaVault"):
    class _Media: pass
    hedgerow.store.MediaVault = _Media
if not hasattr(hedgerow.matching, "drawing_of"):
    from hedgerow.matching import drawing, places
    for m, n in ((drawing, "Drawing"), (drawing, "drawing_of"), (places, "Outline"), (places, "outlines_of"), (places, "words_of")):
        setattr(hedgerow.matching, n, getattr(m, n))
import hedgerow.web.app as app_module
import tests.web.running as running_module
from hedgerow.accounts import Sessions, People, Limits
from hedgerow.accounts.hashing import Hashing
from hedgerow.web.service import Service
from hedgerow.web import console
from hedgerow.store import Vault

_made = app_module.create_app
def create_app(plan, **k):
    app = _made(plan, **k)
    if not any(getattr(r, "path", "") == "/console" for r in app.router.routes):
        console.install(app)
    return app
if not getattr(running_module.create_app, "__name__", "") == "wired":
    create_app.__name__ = "wired"
    running_module.create_app = create_app

_init = Service.__init__
def __init__(self, plan):
    _init(self, plan)
    limits = Limits()
    if not hasattr(self, "people"):
        self.people = People(self.database, Hashing(Vault(plan.vault_key), limits), limits)
    if not hasattr(self, "sessions"):
        self.sessions = Sessions(self.database, limits)
    if not hasattr(self, "cases"):
        try:
            from hedgerow.cases import Cases
            try:
                from hedgerow.store import MediaVault
                self.media = MediaVault(self.database, Vault(plan.vault_key), str(plan.index_folder.parent / "media"))
            except (ImportError, TypeError):
                self.media = None
            self.cases = Cases(self.banks, vault=self.media)
        except ImportError as e:
            print("NO CASES", e)
if Service.__init__.__name__ != "wired":
    __init__.__name__ = "wired"
    Service.__init__ = __init__
