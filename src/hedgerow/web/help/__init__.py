"""The survivors' pages: my picture, my case, my decision. A door of its own, for everybody."""
