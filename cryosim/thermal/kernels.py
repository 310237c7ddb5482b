"""Kernels of the heat balance: invert enthalpy, conduct, perfuse, and one fused stage.

A stage reads the potentials of the stage before and writes the enthalpy and the potentials of the
new one in a single sweep over the rows.  Unsigned column indices and several accumulators in the
row product are measured choices: vectorised gathers were four times slower than scalar loads.
"""

from typing import Any

import numba
import numpy as np

from cryosim.physics.tables import ENTHALPY, HEAT_FLOW, METABOLISM, PERFUSION

_jit: Any = numba.njit(cache=True, fastmath={"contract"})
_inline: Any = numba.njit(cache=True, fastmath={"contract"}, inline="always")

LEDGER_PERFUSION, LEDGER_METABOLISM, LEDGER_SURFACES = 0, 1, 2
"""Places in a ledger of heat rates (W): perfusion, metabolism, then one for each surface."""


@_inline
def _segment(tab, T):  # type: ignore[no-untyped-def]
    """Index of the tabulated interval that holds ``T`` (K)."""
    place = (T - tab.temperature[0]) * tab.per_bucket
    bucket = 0
    if place > 0.0:
        bucket = min(int(place), tab.start.size - 1)
    segment = tab.start[bucket]
    last = tab.temperature.size - 2
    while segment < last and T >= tab.temperature[segment + 1]:
        segment += 1
    return segment


@_inline
def _curve(tab, tissue, segment, weight, which):  # type: ignore[no-untyped-def]
    """Curve ``which`` of ``tissue`` within a tabulated interval, ``weight`` of the way through."""
    a = tab.curve[tissue, segment, which]
    return a + weight * (tab.curve[tissue, segment + 1, which] - a)


@_inline
def _node_enthalpy(net, tab, first, end, point):  # type: ignore[no-untyped-def]
    """Enthalpy (J) of the slots ``first:end`` at tabulated temperature ``point``."""
    H = 0.0
    for slot in range(first, end):
        H += net.slot_volume[slot] * tab.curve[net.slot_tissue[slot], point, ENTHALPY]
    return H


@_jit
def temperature_of(net, tab, i, H, guess):  # type: ignore[no-untyped-def]
    """Temperature (K) of owned node ``i`` with enthalpy ``H`` (J): exact on the tables.

    Newton's method on the piecewise-linear enthalpy, safeguarded by bisection on its intervals.
    """
    first, end = net.slot_start[i], net.slot_start[i + 1]
    low, high = 0, tab.temperature.size - 2
    segment = _segment(tab, guess)
    while True:
        H_0 = _node_enthalpy(net, tab, first, end, segment)
        H_1 = _node_enthalpy(net, tab, first, end, segment + 1)
        T_0 = tab.temperature[segment]
        T = T_0 + (H - H_0) / (H_1 - H_0) * (tab.temperature[segment + 1] - T_0)
        if H < H_0 and segment > low:
            high = segment - 1
        elif H >= H_1 and segment < high:
            low = segment + 1
        else:
            return T
        segment = _segment(tab, T)
        if segment < low or segment > high:
            segment = (low + high) // 2


@_inline
def _row(net, x, i):  # type: ignore[no-untyped-def]
    """Product of row ``i`` with the potentials ``x``."""
    p, end = net.row_start[i], net.row_start[i + 1]
    a = b = c = d = 0.0
    quads = (end - p) >> np.uint32(2)
    for _ in range(quads):
        a += net.conduction[p] * x[net.column[p]]
        b += net.conduction[p + np.uint32(1)] * x[net.column[p + np.uint32(1)]]
        c += net.conduction[p + np.uint32(2)] * x[net.column[p + np.uint32(2)]]
        d += net.conduction[p + np.uint32(3)] * x[net.column[p + np.uint32(3)]]
        p += np.uint32(4)
    while p < end:
        a += net.conduction[p] * x[net.column[p]]
        p += np.uint32(1)
    return (a + b) + (c + d)


@_inline
def _sources(net, tab, i, T, coldest, scale):  # type: ignore[no-untyped-def]
    """Heat of perfusion and of metabolism (W) at owned node ``i``."""
    segment = _segment(tab, T)
    weight = (T - tab.temperature[segment]) / (
        tab.temperature[segment + 1] - tab.temperature[segment]
    )
    cold_segment, cold_weight = segment, weight
    if coldest < T:
        cold_segment = _segment(tab, coldest)
        cold_weight = (coldest - tab.temperature[cold_segment]) / (
            tab.temperature[cold_segment + 1] - tab.temperature[cold_segment]
        )
    G = 0.0
    q = 0.0
    for slot in range(net.slot_start[i], net.slot_start[i + 1]):
        m = net.slot_tissue[slot]
        V = net.slot_volume[slot]
        if tab.remembers[m]:
            G += V * tab.perfusion[m] * _curve(tab, m, cold_segment, cold_weight, PERFUSION)
        else:
            G += V * tab.perfusion[m] * _curve(tab, m, segment, weight, PERFUSION)
        q += V * tab.metabolism[m] * _curve(tab, m, segment, weight, METABOLISM)
    return scale * G * (tab.arterial - T), q


@_inline
def _put(net, tab, i, T, x):  # type: ignore[no-untyped-def]
    """Store temperature ``T`` (K) of owned node ``i`` and its conductivity integrals in ``x``."""
    x[i] = T
    for slot in range(net.slot_start[i], net.slot_start[i + 1]):
        place = net.slot_potential[slot]
        if place >= 0:
            segment = _segment(tab, T)
            weight = (T - tab.temperature[segment]) / (
                tab.temperature[segment + 1] - tab.temperature[segment]
            )
            x[place] = _curve(tab, net.slot_tissue[slot], segment, weight, HEAT_FLOW)


@_jit
def put_ghosts(net, tab, x):  # type: ignore[no-untyped-def]
    """Conductivity integrals of ghosts from their temperature, both in ``x``."""
    for g in range(net.ghost_node.size):
        T = x[net.ghost_node[g]]
        segment = _segment(tab, T)
        weight = (T - tab.temperature[segment]) / (
            tab.temperature[segment + 1] - tab.temperature[segment]
        )
        x[net.ghost_potential[g]] = _curve(tab, net.ghost_tissue[g], segment, weight, HEAT_FLOW)


@_jit
def put_all(net, tab, T, x):  # type: ignore[no-untyped-def]
    """Potentials ``x`` of all owned nodes from their temperature ``T`` (K)."""
    for i in range(net.held.size):
        _put(net, tab, i, T[i], x)


@_jit
def enthalpies(net, tab, T, H):  # type: ignore[no-untyped-def]
    """Enthalpy ``H`` (J) of all owned nodes at temperature ``T`` (K)."""
    for i in range(net.held.size):
        H[i] = _enthalpy_at(net, tab, i, T[i])


@_jit
def temperatures(net, tab, H, guess, T):  # type: ignore[no-untyped-def]
    """Temperature ``T`` (K) of all owned nodes with enthalpy ``H`` (J)."""
    for i in range(net.held.size):
        T[i] = temperature_of(net, tab, i, H[i], guess[i])


@_inline
def _enthalpy_at(net, tab, i, T):  # type: ignore[no-untyped-def]
    """Enthalpy (J) of owned node ``i`` at ``T`` (K)."""
    segment = _segment(tab, T)
    first, end = net.slot_start[i], net.slot_start[i + 1]
    H_0 = _node_enthalpy(net, tab, first, end, segment)
    H_1 = _node_enthalpy(net, tab, first, end, segment + 1)
    T_0 = tab.temperature[segment]
    return H_0 + (H_1 - H_0) * (T - T_0) / (tab.temperature[segment + 1] - T_0)


@_jit
def exchange(node, surface, area, parameters, x, into, ledger):  # type: ignore[no-untyped-def]
    """Heat into nodes from surfaces (W): fills ``into`` and adds to ``ledger``.

    ``parameters[s]`` are those of :meth:`cryosim.physics.exchange.Exchange.parameters`.
    """
    for e in range(node.size):
        into[node[e]] = 0.0
    for e in range(node.size):
        s = surface[e]
        h, T_e, q_max, q_0, radiation = parameters[s]
        T = x[node[e]]
        q = min(h * (T - T_e), q_max) + q_0
        if radiation > 0.0:
            q += radiation * (T**4 - T_e**4)
        into[node[e]] -= area[e] * q
        ledger[LEDGER_SURFACES + s] -= area[e] * q


@_inline
def _balance(net, tab, i, x, coldest, scale, into, ledger):  # type: ignore[no-untyped-def]
    """Heat into owned node ``i`` (W); adds its part to the ledger.

    What flows into a held node leaves through the surface that holds it.
    """
    perfusion, metabolism = _sources(net, tab, i, x[i], coldest[i], scale)
    ledger[LEDGER_PERFUSION] += perfusion
    ledger[LEDGER_METABOLISM] += metabolism
    F = perfusion + metabolism + into[i] - _row(net, x, i)
    if net.held[i] > 0:
        ledger[LEDGER_SURFACES + net.held[i] - 1] -= F
    return F


@_jit
def rates(net, tab, x, coldest, scale, into, ledger, F):  # type: ignore[no-untyped-def]
    """Heat ``F`` (W) into every owned node at potentials ``x``."""
    for i in range(net.held.size):
        F[i] = _balance(net, tab, i, x, coldest, scale, into, ledger)


@_jit
def first_stage(net, tab, x, H, F, step, holding, H_new, x_new):  # type: ignore[no-untyped-def]
    """Euler step ``H_new = H + step * F`` and its potentials."""
    for i in range(net.held.size):
        if net.held[i] > 0:
            _hold(net, tab, i, holding, H_new, x_new)
        else:
            H_new[i] = H[i] + step * F[i]
            _put(net, tab, i, temperature_of(net, tab, i, H_new[i], x[i]), x_new)


@_inline
def _hold(net, tab, i, holding, H, x):  # type: ignore[no-untyped-def]
    """Set held node ``i`` to the temperature (K) that its surface prescribes."""
    T = holding[net.held[i] - 1]
    H[i] = _enthalpy_at(net, tab, i, T)
    _put(net, tab, i, T, x)


@_jit
def stage(  # type: ignore[no-untyped-def]
    net, tab, x, coldest, scale, into, ledger, holding, weights, H_0, F_0, H_1, H_2, x_new
):
    """One Chebyshev stage; ``H_2`` holds the stage before the last and receives the new one.

    ``weights`` are those of ``H_0``, ``H_1``, ``H_2``, the present rate and ``F_0``.
    """
    a_0, a_1, a_2, f, f_0 = weights
    for i in range(net.held.size):
        F = _balance(net, tab, i, x, coldest, scale, into, ledger)
        if net.held[i] > 0:
            _hold(net, tab, i, holding, H_2, x_new)
        else:
            H = a_0 * H_0[i] + a_1 * H_1[i] + a_2 * H_2[i] + f * F + f_0 * F_0[i]
            H_2[i] = H
            _put(net, tab, i, temperature_of(net, tab, i, H, x[i]), x_new)


@_jit
def squared_error(net, tab, x, H_start, H_end, F_start, F_end, dt, capacity):  # type: ignore[no-untyped-def]
    """Sum of capacity times squared temperature error (J K) of a step; NaN if it broke down."""
    total = 0.0
    for i in range(net.held.size):
        if net.held[i] == 0:
            estimate = 0.8 * (H_start[i] - H_end[i]) + 0.4 * dt * (F_start[i] + F_end[i])
            off = temperature_of(net, tab, i, H_end[i] + estimate, x[i]) - x[i]
            total += capacity[i] * off * off
    return total


@_jit
def between(net, tab, x, H_start, H_end, F_start, F_end, dt, s, T):  # type: ignore[no-untyped-def]
    """Temperature ``T`` (K) of owned nodes a fraction ``s`` into a step (cubic Hermite in H)."""
    a = (1.0 + 2.0 * s) * (1.0 - s) ** 2
    b = s * (1.0 - s) ** 2 * dt
    c = s * s * (3.0 - 2.0 * s)
    d = s * s * (s - 1.0) * dt
    for i in range(net.held.size):
        H = a * H_start[i] + b * F_start[i] + c * H_end[i] + d * F_end[i]
        T[i] = temperature_of(net, tab, i, H, x[i])


