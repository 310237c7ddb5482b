"""What no run of this model can know, told with every result."""

CAVEATS = (
    "Individual anatomy: thickness of skin and fat, septa, large vessels and nerves are those of "
    "the case, not of a person.",
    "Blood flow in the cold, under suction and after release differs several-fold between people "
    "and sites; it decides how deep the cold goes.",
    "How the gel was put on: a dry spot, a bubble or a membrane that slipped is bare skin, which "
    "freezes far more readily.",
    "When ice nucleates: no hazard of human skin has been published.",
    "How vulnerable the cells, nerves and vessels of a person are; sensation is not computed.",
    "Contraindications: cryoglobulinaemia, cold agglutinin disease, cold haemoglobinuria, cold "
    "urticaria, poor circulation, hernia, broken skin.",
    "Paradoxical hyperplasia of fat, pain, bruising and scars: reported rates only.",
    "Thresholds of limits come from other tissues, other species and bare skin, or are assumed.",
    "This is a tool for research and design, not medical advice; a run within all limits does not "
    "show that a treatment is safe.",
)
"""A sentence each."""
