"""Slabs of tissue that nothing but a source heats, as the text of a case file."""

TISSUE = """[tissue.slab]
density = "1000 kg/m^3"
heat_capacity = "3500 J/kg/K"
conductivity = "{k} W/m/K"
"""


def slab(source, k=0.4, dimension=1, duration="10 min", thickness="20 mm", **more):
    """Nothing leaves it: no blood, no film; one phase with ``source``; ``more`` adds tables."""
    parts = {
        "mesh": '[mesh]\ndepth = { finest = "0.25 mm", growth = 1.0, coarsest = "0.25 mm" }',
        "phase": f'[[protocol]]\nphase = "wait"\nduration = "{duration}"\nsource = {source}',
    } | more
    return (
        f'title = "source"\ndimension = {dimension}\n'
        f'anatomy = {{ layers = [{{ tissue = "slab", thickness = "{thickness}" }}], '
        'faces = { bottom = "insulated" } }\nroom = { film = "0 W/m^2/K" }\n'
        'start = { kind = "uniform", temperature = "20 degC" }\n'
        + "\n".join(parts.values())
        + "\n"
        + TISSUE.format(k=k)
        + '[output]\nevery = "60 s"\nfields = false\nfigures = false\n'
        + '[[probes]]\nname = "skin"\ndepth = "0 mm"\n'
        + '[[probes]]\nname = "deep"\ndepth = "5 mm"\n'
    )
