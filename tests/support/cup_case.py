"""A case with a cup, as the text of a case file."""


def cup_case(dimension=2, cup="", protocol=None, more="", applicator=None):
    """A small cup that draws a fold, cools it and lets go; texts of TOML are put in as they are."""
    applicator = applicator or (
        f'[[applicator]]\nkind = "cup"\nmargin = "40 mm"\n{cup}\n'
        "[applicator.cup]\n"
        'gap = "24 mm"\nlength = "40 mm"\ndepth = "18 mm"\nlip = "4 mm"\nrim = "6 mm"\n'
    )
    protocol = protocol or (
        '[[protocol]]\nphase = "cool"\ntemperature = "-8 degC"\nramp = "20 s"\n'
        'duration = "3 min"\nperfusion = 0.3\n'
        '[[protocol]]\nphase = "remove"\nduration = "2 min"\n'
    )
    return f"""title = "cup"
dimension = {dimension}
[anatomy]
layers = [
    {{ tissue = "skin", thickness = "2 mm" }},
    {{ tissue = "fat", thickness = "12 mm" }},
    {{ tissue = "muscle", thickness = "10 mm" }},
]
{applicator}
{protocol}
[mesh]
lateral = {{ finest = "2 mm", coarsest = "5 mm" }}
depth = {{ finest = "0.5 mm", growth = 1.2, coarsest = "2.5 mm" }}
[output]
every = "60 s"
figures = false
{more}
"""
