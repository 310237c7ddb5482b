"""A case brought to life: phases, state, what is observed of it, and its checkpoints."""
