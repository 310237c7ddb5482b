"""A run looked at in a browser: the page, the pictures sent to it, and who may see them."""
