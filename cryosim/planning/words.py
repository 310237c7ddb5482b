"""A plan in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from cryosim.planning.told import REACHED, SHORT, UNREACHABLE, UNSAFE

Entry = Mapping[str, Any]

NO_ADVICE = "A tool for research and design, not medical advice."


def protocol(entry: Entry) -> str:
    """Temperature, time and cycles, as an operator would say it."""
    n = entry["cycles"]
    times = f"{n} times " if n > 1 else ""
    return f"{entry['temperature [degC]']:.4g} degC for {times}{entry['time [min]']:.4g} min"


def sentences(told: Entry) -> Iterator[str]:
    """What stops a plan and how far it can be trusted."""
    if told["answer"] is not None:
        yield f"Stopped by: {stopped(told, told['answer'])}."
    elif told["greatest"] is not None:
        yield f"Stopped by: {stopped(told, told['greatest'])}."
    yield from _runs(told)
    yield from _of_answer(told)
    yield kept(told)
    if told["surprises"]:
        yield (
            f"Not as a search takes for granted, {told['surprises_in_all']} times; a shorter "
            f"protocol may have been missed: {'; '.join(told['surprises'])}."
        )
    yield f"{told['timing']['evaluations']} evaluations in {told['model_dimension']}-D, " + (
        f"{told['timing']['run_now']} run now, {told['timing']['wall_s']:.0f} s. {NO_ADVICE}"
    )


def headline(told: Entry) -> str:
    """The answer."""
    goal, answer = told["goal"], told["answer"]
    wanted = f"{goal['target']:.4g} {goal['unit']} {goal['outcome']}"
    if answer is not None:
        inside = "" if answer["cycles"] == 1 else f", {answer['duration [min]']:.4g} min in all"
        how = {REACHED: "Shortest safe protocol", SHORT: "Best found, short of the target",
               UNSAFE: "Best found, beyond a limit"}[told["status"]]  # fmt: skip
        return f"{how} for {wanted}: {protocol(answer)}{inside}."
    greatest = told["greatest"]
    if greatest is None:
        return f"No safe protocol within the ranges, whatever the loss; {wanted} was asked."
    return (
        f"No safe protocol reaches {wanted}. The greatest safe loss is {greatest['loss']:.3g} "
        f"{goal['unit']}, by {protocol(greatest)}."
    )


def stopped(told: Entry, entry: Entry) -> str:
    """The limit, or the end of a range, that stops an answer."""
    longer = _longer(told, entry)
    limit = entry["limit"]
    if limit is not None:
        unit = "" if limit["unit"] == "1" else f" {limit['unit']}"
        return (
            f"{limit['title']} (limits.{limit['key']}), {limit['tier']:g}{unit}: at "
            f"{protocol(limit['beyond'])} it is {apart(limit['beyond']['value'], limit['tier'])}"
            f"{unit}{longer}"
        )
    coldest, shortest = told["ranges"]["temperature [degC]"][0], told["ranges"]["duration [min]"][0]
    if entry["shortest"]:
        asked = entry["duration [min]"] < shortest + 0.1 * entry["cycles"]
        return (
            f"no limit but the shortest time {'asked for' if asked else 'that the ramp leaves'}, "
            f"{entry['duration [min]']:.4g} min"
        )
    if entry["temperature [degC]"] < coldest + 0.1 - 1e-6:
        return f"no limit but the range asked for, {coldest:g} degC{longer}"
    return f"no limit; colder takes longer here{longer}"


def apart(value: float, tier: float) -> str:
    """A ``value`` in four digits, or as many as tell it from the ``tier``."""
    written = (f"{value:.{digits}g}" for digits in range(4, 17))
    return next((text for text in written if float(text) != float(f"{tier:g}")), f"{value!r}")


def _longer(told: Entry, entry: Entry) -> str:
    """Why the greatest safe loss is not that of a longer treatment."""
    if told["status"] != UNREACHABLE:
        return ""
    longest = told["ranges"]["duration [min]"][1]
    if entry["duration [min]"] > longest - 1.0:
        return f"; longer than {longest:g} min was not asked for"
    further = {
        point["limit"]["title"]: None
        for point in told["front"]
        if point["limit"] and point["duration [min]"] > entry["duration [min]"]
    }
    return f"; longer stops at {' and '.join(further)}" if further else ""


def kept(told: Entry) -> str:
    """Which limits were kept."""
    if told["margin"] == "error":
        return "Kept: the error tiers of all limits; warnings were passed where that saves time."
    return (
        "Kept: the warnings of limits that have an error tier, and errors; warnings alone, such "
        "as numbness, stop nothing."
    )


def _runs(told: Entry) -> Iterator[str]:
    """Runs of the answers in the case's own dimension, and what they changed."""
    goal = told["goal"]
    for run in told["runs"]:
        broken = f"; breaks {', '.join(run['broken'])}" if run["broken"] else ""
        expected = "" if run["dimension"] == told["model_dimension"] else (
            f", {run['expected']:.4g} {goal['unit']} expected"
        )  # fmt: skip
        yield (
            f"Run in {run['dimension']}-D, {protocol(run)}: {run['loss']:.4g} {goal['unit']}"
            f"{expected}{broken}."
        )
    offset, factor = told["correction"]["offset"], told["correction"]["factor"]
    if factor != 1.0:
        added = f"{offset:+.3g} {goal['unit']}" if offset else ""
        yield (
            f"So the loss of the {told['model_dimension']}-D search was taken times "
            f"{factor:.3g} {added}{' ' * bool(added)}and its margins were moved, here and in the "
            "front."
        )


def _of_answer(told: Entry) -> Iterator[str]:
    """Interval and warnings of the last run of an answer."""
    if told["answer"] is None:
        return
    goal, last = told["goal"], told["runs"][-1]
    if last["interval"]:
        low, high = last["interval"]
        yield (
            f"Of the calibration, 5 to 95 %: {low:.3g} to {high:.3g} {goal['unit']}; tissue and "
            "device are not in it."
        )
    warned = [x for x in last["limits"] if x["status"] == "warning"]
    if warned:
        yield "Warns of " + "; ".join(
            f"{x['title']} {x['value']:.3g}{'' if x['unit'] == '1' else ' ' + x['unit']} "
            f"({x['warning']:g})" for x in warned
        ) + "."  # fmt: skip
