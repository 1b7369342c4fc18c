"""The pages, a module each. Loading one puts its pages into the table; this list loads all."""

from hedgerow.web.console.pages import account as account
from hedgerow.web.console.pages import banks as banks
from hedgerow.web.console.pages import care as care
from hedgerow.web.console.pages import case as case
from hedgerow.web.console.pages import contents as contents
from hedgerow.web.console.pages import deliveries as deliveries
from hedgerow.web.console.pages import enrolling as enrolling
from hedgerow.web.console.pages import finding as finding
from hedgerow.web.console.pages import handling as handling
from hedgerow.web.console.pages import home as home
from hedgerow.web.console.pages import joining as joining
from hedgerow.web.console.pages import keys as keys
from hedgerow.web.console.pages import log as log
from hedgerow.web.console.pages import oidc as oidc
from hedgerow.web.console.pages import overview as overview
from hedgerow.web.console.pages import people as people
from hedgerow.web.console.pages import policies as policies
from hedgerow.web.console.pages import proposals as proposals
from hedgerow.web.console.pages import queue as queue
from hedgerow.web.console.pages import reveal as reveal
from hedgerow.web.console.pages import search as search
from hedgerow.web.console.pages import settings as settings
from hedgerow.web.console.pages import signing_in as signing_in
from hedgerow.web.console.pages import team as team
from hedgerow.web.console.pages import thresholds as thresholds
from hedgerow.web.console.pages import webhooks as webhooks
