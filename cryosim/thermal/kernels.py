"""Kernels of the heat balance: invert enthalpy, conduct, perfuse, and one fused stage.

A stage reads the potentials of the stage before and writes the enthalpy and the potentials of the
new one in a single sweep over the rows.  Measured choices: arrays are taken out of their tuples
before a loop, and inlined functions that take arrays call no others (else numba counts references
at every node: ten times slower); unsigned
column indices and several accumulators in the row product (vectorised gathers were four times
slower than scalar loads); all curves of a tissue at one temperature in one cache line.
"""

from typing import Any

import numba
import numpy as np

from cryosim.physics.tables import ENTHALPY, HEAT_FLOW, METABOLISM, PERFUSION

_jit: Any = numba.njit(cache=True, error_model="numpy", fastmath={"contract"})
_inlined: Any = numba.njit(forceinline=True, error_model="numpy", fastmath={"contract"})

ONE = np.uint32(1)

LEDGER_PERFUSION, LEDGER_METABOLISM, LEDGER_SOURCE, LEDGER_SURFACES = 0, 1, 2, 3
"""Places in a ledger of heat rates (W): perfusion, metabolism, source, one for each surface."""


@_inlined
def _interval(T_0, per_kelvin, last, T):  # type: ignore[no-untyped-def]
    """Index of the tabulated interval that holds ``T`` (K); the ends go on for ever."""
    return min(max(int((T - T_0) * per_kelvin), 0), last)


@_inlined
def _row(row_start, column, conduction, x, i):  # type: ignore[no-untyped-def]
    """Product of row ``i`` with the potentials ``x``."""
    p, end = row_start[i], row_start[i + 1]
    a = b = c = d = 0.0
    while p + np.uint32(4) <= end:
        a += conduction[p] * x[column[p]]
        b += conduction[p + ONE] * x[column[p + ONE]]
        c += conduction[p + np.uint32(2)] * x[column[p + np.uint32(2)]]
        d += conduction[p + np.uint32(3)] * x[column[p + np.uint32(3)]]
        p += np.uint32(4)
    while p < end:
        a += conduction[p] * x[column[p]]
        p += ONE
    return (a + b) + (c + d)


@_inlined
def _newton(per_kelvin, curve, tissue, volume, first, end, H, k):  # type: ignore[no-untyped-def]
    """Place of enthalpy ``H`` (J) on the line through interval ``k`` of slots ``first:end``.

    One step of Newton's method, in intervals from the first temperature of the table.  Where the
    kernels invert enthalpy they take two steps without a question, which nearly always do and
    spare a branch that no processor can predict, and leave the rest to :func:`_settle`.
    """
    m = tissue[first]
    excess = H - volume[first] * curve[m, k, ENTHALPY]
    capacity = volume[first] * curve[m, k, ENTHALPY + 1]
    for slot in range(first + 1, end):
        m = tissue[slot]
        excess -= volume[slot] * curve[m, k, ENTHALPY]
        capacity += volume[slot] * curve[m, k, ENTHALPY + 1]
    return k + excess / capacity * per_kelvin


@_jit
def _settle(per_kelvin, last, curve, tissue, volume, first, end, H, place):  # type: ignore[no-untyped-def]
    """Place of enthalpy ``H`` (J) where two steps of Newton's method did not settle it."""
    low, high = 0, last
    while low <= high and place == place:
        k = min(max(int(place), low), high)
        place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
        if place < k:
            high = k - 1
        elif place >= k + 1:
            low = k + 1
        else:
            break
    return place


@_inlined
def _spread(curve, tissue, potential, first, end, above, k, x):  # type: ignore[no-untyped-def]
    """Store the conductivity integrals of slots ``first:end``, ``above`` (K) interval ``k``."""
    for slot in range(first, end):
        place = potential[slot]
        if place >= 0:
            m = tissue[slot]
            x[place] = curve[m, k, HEAT_FLOW] + curve[m, k, HEAT_FLOW + 1] * above


@_inlined
def _sum_enthalpy(curve, tissue, volume, first, end, above, k):  # type: ignore[no-untyped-def]
    """Enthalpy (J) of slots ``first:end``, ``above`` (K) interval ``k``."""
    m = tissue[first]
    H = volume[first] * (curve[m, k, ENTHALPY] + curve[m, k, ENTHALPY + 1] * above)
    for slot in range(first + 1, end):
        m = tissue[slot]
        H += volume[slot] * (curve[m, k, ENTHALPY] + curve[m, k, ENTHALPY + 1] * above)
    return H


@_jit
def temperatures(net, tab, H, guess, T):  # type: ignore[no-untyped-def]
    """Temperature ``T`` (K) of all owned nodes with enthalpy ``H`` (J)."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    for i in range(H.size):
        k = _interval(T_0, per_kelvin, last, guess[i])
        first, end = slot_start[i], slot_start[i + 1]
        place = _newton(per_kelvin, curve, tissue, volume, first, end, H[i], k)
        k = min(max(int(place), 0), last)
        place = _newton(per_kelvin, curve, tissue, volume, first, end, H[i], k)
        if k != min(max(int(place), 0), last):
            place = _settle(per_kelvin, last, curve, tissue, volume, first, end, H[i], place)
        T[i] = T_0 + place / per_kelvin


@_jit
def enthalpies(net, tab, T, H):  # type: ignore[no-untyped-def]
    """Enthalpy ``H`` (J) of all owned nodes at temperature ``T`` (K)."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    for i in range(H.size):
        k = _interval(T_0, per_kelvin, last, T[i])
        first, end = slot_start[i], slot_start[i + 1]
        H[i] = _sum_enthalpy(curve, tissue, volume, first, end, T[i] - T_0 - k / per_kelvin, k)


@_jit
def put_all(net, tab, T, x):  # type: ignore[no-untyped-def]
    """Potentials ``x`` of all owned nodes from their temperature ``T`` (K)."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, potential = net.slot_start, net.slot_tissue, net.slot_potential
    for i in range(T.size):
        x[i] = T[i]
        k = _interval(T_0, per_kelvin, last, T[i])
        _spread(
            curve,
            tissue,
            potential,
            slot_start[i],
            slot_start[i + 1],
            T[i] - T_0 - k / per_kelvin,
            k,
            x,
        )


@_jit
def put_ghosts(net, tab, x):  # type: ignore[no-untyped-def]
    """Conductivity integrals of ghosts from their temperature, both in ``x``."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    node, tissue, potential = net.ghost_node, net.ghost_tissue, net.ghost_potential
    for g in range(node.size):
        T = x[node[g]]
        k = _interval(T_0, per_kelvin, last, T)
        m = tissue[g]
        x[potential[g]] = curve[m, k, HEAT_FLOW] + curve[m, k, HEAT_FLOW + 1] * (
            T - T_0 - k / per_kelvin
        )


@_jit
def exchange(node, surface, area, parameters, heat, x, into, ledger):  # type: ignore[no-untyped-def]
    """Heat into nodes from surfaces (W) on top of ``heat``: fills ``into``, adds to ``ledger``.

    ``parameters[s]`` are those of :meth:`cryosim.physics.exchange.Exchange.parameters`.
    """
    for e in range(node.size):
        into[node[e]] = heat[node[e]]
    for e in range(node.size):
        s = surface[e]
        h, T_e, q_max = parameters[s, 0], parameters[s, 1], parameters[s, 2]
        T = x[node[e]]
        q = min(h * (T - T_e), q_max) + parameters[s, 3]
        if parameters[s, 4] > 0.0:
            q += parameters[s, 4] * (T**4 - T_e**4)
        into[node[e]] -= area[e] * q
        ledger[LEDGER_SURFACES + s] -= area[e] * q


@_inlined
def _sources(  # type: ignore[no-untyped-def]
    T_0, per_kelvin, last, curve, remembers, arterial, tissue, volume, first, end, T, k, cold, scale
):
    """Heat of perfusion and of metabolism (W) in slots ``first:end``."""
    above = T - T_0 - k / per_kelvin
    k_cold, above_cold = k, above
    if cold < T:
        k_cold = _interval(T_0, per_kelvin, last, cold)
        above_cold = cold - T_0 - k_cold / per_kelvin
    m, V = tissue[first], volume[first]
    q = V * (curve[m, k, METABOLISM] + curve[m, k, METABOLISM + 1] * above)
    j, d = (k_cold, above_cold) if remembers[m] else (k, above)
    G = V * (curve[m, j, PERFUSION] + curve[m, j, PERFUSION + 1] * d)
    for slot in range(first + 1, end):
        m, V = tissue[slot], volume[slot]
        q += V * (curve[m, k, METABOLISM] + curve[m, k, METABOLISM + 1] * above)
        j, d = (k_cold, above_cold) if remembers[m] else (k, above)
        G += V * (curve[m, j, PERFUSION] + curve[m, j, PERFUSION + 1] * d)
    return scale * G * (arterial - T), q


@_jit
def rates(net, tab, x, coldest, scale, into, ledger, F):  # type: ignore[no-untyped-def]
    """Heat ``F`` (W) into every owned node at potentials ``x``; adds to the ``ledger``.

    ``scale`` is the factor on perfusion of every node.
    What flows into a held node leaves through the surface that holds it.
    """
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    remembers, arterial = tab.remembers, tab.arterial
    row_start, column, conduction = net.row_start, net.column, net.conduction
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    held = net.held
    blood = metabolic = 0.0
    for i in range(held.size):
        k = _interval(T_0, per_kelvin, last, x[i])
        perfusion, metabolism = _sources(
            T_0, per_kelvin, last, curve, remembers, arterial, tissue, volume,
            slot_start[i], slot_start[i + 1], x[i], k, coldest[i], scale[i],
        )  # fmt: skip
        blood += perfusion
        metabolic += metabolism
        F[i] = perfusion + metabolism + into[i] - _row(row_start, column, conduction, x, i)
        if held[i] > 0:
            ledger[LEDGER_SURFACES + held[i] - 1] -= F[i]
    ledger[LEDGER_PERFUSION] += blood
    ledger[LEDGER_METABOLISM] += metabolic


@_jit
def first_stage(net, tab, x, H, F, step, holding, H_new, x_new):  # type: ignore[no-untyped-def]
    """Euler step ``H_new = H + step * F`` and its potentials; held nodes as ``holding`` (K)."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    potential, held = net.slot_potential, net.held
    for i in range(held.size):
        first, end = slot_start[i], slot_start[i + 1]
        if held[i] > 0:
            T = holding[held[i] - 1]
            k = _interval(T_0, per_kelvin, last, T)
            H_new[i] = _sum_enthalpy(curve, tissue, volume, first, end, T - T_0 - k / per_kelvin, k)
        else:
            H_new[i] = H[i] + step * F[i]
            k = _interval(T_0, per_kelvin, last, x[i])
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H_new[i], k)
            k = min(max(int(place), 0), last)
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H_new[i], k)
            if k != min(max(int(place), 0), last):
                place = _settle(
                    per_kelvin, last, curve, tissue, volume, first, end, H_new[i], place
                )
            T = T_0 + place / per_kelvin
            k = min(max(int(place), 0), last)
        x_new[i] = T
        if net.varying:
            _spread(curve, tissue, potential, first, end, T - T_0 - k / per_kelvin, k, x_new)


@_jit
def stage(  # type: ignore[no-untyped-def]
    net, tab, x, coldest, scale, into, ledger, holding, weights, H_0, F_0, H_1, H_2, x_new
):
    """One Chebyshev stage; ``H_2`` holds the stage before the last and receives the new one.

    ``weights`` are those of ``H_0``, ``H_1``, ``H_2``, the present rate and ``F_0``; ``ledger``
    receives the present rates.
    """
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    remembers, arterial = tab.remembers, tab.arterial
    row_start, column, conduction = net.row_start, net.column, net.conduction
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    potential, held = net.slot_potential, net.held
    a_0, a_1, a_2, f, f_0 = weights
    remembering = remembers.any()
    blood = metabolic = 0.0
    for i in range(held.size):
        first, end = slot_start[i], slot_start[i + 1]
        k = _interval(T_0, per_kelvin, last, x[i])
        perfusion, metabolism = _sources(
            T_0, per_kelvin, last, curve, remembers, arterial, tissue, volume,
            first, end, x[i], k, coldest[i] if remembering else np.inf, scale[i],
        )  # fmt: skip
        blood += perfusion
        metabolic += metabolism
        F = perfusion + metabolism + into[i] - _row(row_start, column, conduction, x, i)
        if held[i] > 0:
            ledger[LEDGER_SURFACES + held[i] - 1] -= F
            T = holding[held[i] - 1]
            k = _interval(T_0, per_kelvin, last, T)
            H_2[i] = _sum_enthalpy(curve, tissue, volume, first, end, T - T_0 - k / per_kelvin, k)
        else:
            H = a_0 * H_0[i] + a_1 * H_1[i] + a_2 * H_2[i] + f * F + f_0 * F_0[i]
            H_2[i] = H
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
            k = min(max(int(place), 0), last)
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
            if k != min(max(int(place), 0), last):
                place = _settle(per_kelvin, last, curve, tissue, volume, first, end, H, place)
            T = T_0 + place / per_kelvin
            k = min(max(int(place), 0), last)
        x_new[i] = T
        if net.varying:
            _spread(curve, tissue, potential, first, end, T - T_0 - k / per_kelvin, k, x_new)
    ledger[LEDGER_PERFUSION] += blood
    ledger[LEDGER_METABOLISM] += metabolic


@_jit
def squared_error(net, tab, x, H_end, estimate, capacity):  # type: ignore[no-untyped-def]
    """Sum of capacity times squared temperature error (J K) of a step; NaN if it broke down."""
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    held = net.held
    total = 0.0
    for i in range(held.size):
        if held[i] == 0:
            H = H_end[i] + estimate[i]
            k = _interval(T_0, per_kelvin, last, x[i])
            first, end = slot_start[i], slot_start[i + 1]
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
            k = min(max(int(place), 0), last)
            place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
            if k != min(max(int(place), 0), last):
                place = _settle(per_kelvin, last, curve, tissue, volume, first, end, H, place)
            total += capacity[i] * (T_0 + place / per_kelvin - x[i]) ** 2
    return total


@_jit
def between(net, tab, nodes, x, H_start, H_end, F_start, F_end, dt, s, T):  # type: ignore[no-untyped-def]
    """Temperature ``T`` (K) of ``nodes`` a fraction ``s`` into a step (cubic Hermite in H).

    Held nodes do not store what flows into them: their H runs straight.
    """
    T_0, per_kelvin, curve = tab.temperature[0], tab.per_kelvin, tab.curve
    last = curve.shape[1] - 2
    slot_start, tissue, volume = net.slot_start, net.slot_tissue, net.slot_volume
    a = (1.0 + 2.0 * s) * (1.0 - s) ** 2
    b = s * (1.0 - s) ** 2 * dt
    c = s * s * (3.0 - 2.0 * s)
    d = s * s * (s - 1.0) * dt
    for n in range(nodes.size):
        i = nodes[n]
        H = a * H_start[i] + b * F_start[i] + c * H_end[i] + d * F_end[i]
        if net.held[i] > 0:
            H = (1.0 - s) * H_start[i] + s * H_end[i]
        k = _interval(T_0, per_kelvin, last, x[i])
        first, end = slot_start[i], slot_start[i + 1]
        place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
        k = min(max(int(place), 0), last)
        place = _newton(per_kelvin, curve, tissue, volume, first, end, H, k)
        if k != min(max(int(place), 0), last):
            place = _settle(per_kelvin, last, curve, tissue, volume, first, end, H, place)
        T[n] = T_0 + place / per_kelvin
