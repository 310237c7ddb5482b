"""Cups, and the shapes that tissue takes when it is drawn into them; numpy only."""
