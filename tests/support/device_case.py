"""A case with a device, as the text of a case file."""

LAYERS = (
    'layers = [ { tissue = "skin", thickness = "2 mm" }, { tissue = "fat", thickness = "15 mm" } ]'
)


def device_case(dimension=1, device="", **more):
    """Cooling by a plate with a pump, rewarming, removal; ``more`` replaces whole tables."""
    parts = {
        "applicator": '[applicator]\nsize = ["12 mm", "12 mm"]',
        "gel": '[applicator.gel]\nthickness = "1.2 mm"',
        "device": f"[applicator.device]\n{device}",
        "pump": '[applicator.device.pump]\npower = "250 mW/cm^2"',
        "protocol": (
            '[[protocol]]\nphase = "cool"\ntemperature = "-9 degC"\nramp = "30 s"\n'
            'duration = "5 min"\n[[protocol]]\nphase = "rewarm"\ntemperature = "30 degC"\n'
            'duration = "1 min"\n[[protocol]]\nphase = "remove"\nduration = "1 min"'
        ),
        "mesh": (
            '[mesh]\nmargin = "6 mm"\nlateral = { finest = "2 mm", coarsest = "3 mm" }\n'
            'depth = { finest = "0.4 mm", growth = 1.2, coarsest = "2 mm" }'
        ),
        "output": '[output]\nevery = "30 s"\nfields = false\nfigures = false',
    } | more
    head = f'title = "device"\ndimension = {dimension}\n[anatomy]\n{LAYERS}\n'
    return head + "\n".join(text for text in parts.values() if text) + "\n"
