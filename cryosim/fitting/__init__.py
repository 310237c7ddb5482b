"""Properties of contact and tissue fitted to what thermocouples and heat flux sensors saw."""
