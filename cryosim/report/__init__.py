"""A run, or several, as one file of HTML that needs no server and no network."""
