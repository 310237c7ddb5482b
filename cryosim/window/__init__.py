"""A run in a window of the desktop: Qt's widgets round the scene, which holds what is seen."""
