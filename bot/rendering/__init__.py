"""An Answer drawn for a channel. Pure functions: the same Answer gives the same drawing."""
