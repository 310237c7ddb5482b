"""How far the outcomes of one case are uncertain because its inputs are."""
