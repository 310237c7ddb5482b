"""Exact distance of points from a surface made of triangles.

A triangle whose last corners coincide is a segment or a point, so one kernel serves the skin of a
mesh of any dimension.  Triangles are bundled into compact clusters with a bounding box each; a
cluster whose box lies beyond the best distance so far is passed over.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_CLUSTER = 32
"""Triangles in a cluster, at most."""

_jit: Any = numba.njit(cache=True)


def distances(points: Values, triangles: Values) -> Values:
    """Distance of each of the ``points`` (n, 3) from the nearest of the ``triangles`` (m, 3, 3)."""
    clusters = _bundled(triangles.mean(axis=1), np.arange(triangles.shape[0]))
    first = np.cumsum([0, *(c.size for c in clusters)])
    ordered = np.ascontiguousarray(triangles[np.concatenate(clusters)])
    low = np.minimum.reduceat(ordered.min(axis=1), first[:-1])
    high = np.maximum.reduceat(ordered.max(axis=1), first[:-1])
    return np.sqrt(_squared_distances(np.ascontiguousarray(points), ordered, first, low, high))


def _bundled(middle: Values, chosen: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Clusters of the ``chosen`` triangles: halved along the longest side until small."""
    if chosen.size <= _CLUSTER:
        return [chosen]
    place = middle[chosen]
    axis = np.argmax(np.ptp(place, axis=0))
    order, half = np.argsort(place[:, axis], kind="stable"), chosen.size // 2
    return [*_bundled(middle, chosen[order[:half]]), *_bundled(middle, chosen[order[half:]])]


@_jit
def _squared_distances(points, triangles, first, low, high):  # type: ignore[no-untyped-def]
    """Squared distance of each point; the nearest cluster of the last point is tried first."""
    result = np.empty(points.shape[0])
    near = 0
    for i in range(points.shape[0]):
        best = np.inf
        for k in range(first[near], first[near + 1]):
            best = min(best, _squared_distance(points[i], triangles[k]))
        for c in range(first.size - 1):
            gap = 0.0
            for axis in range(3):
                p = points[i, axis]
                gap += max(low[c, axis] - p, p - high[c, axis], 0.0) ** 2
            if gap >= best:
                continue
            for k in range(first[c], first[c + 1]):
                tried = _squared_distance(points[i], triangles[k])
                if tried < best:
                    best, near = tried, c
        result[i] = best
    return result


@_jit
def _squared_distance(point, triangle):  # type: ignore[no-untyped-def]
    """Squared distance of ``point`` from ``triangle`` (3 corners, 3 coordinates)."""
    d1 = d2 = d3 = d4 = d5 = d6 = 0.0
    for axis in range(3):
        p, a, b, c = point[axis], triangle[0, axis], triangle[1, axis], triangle[2, axis]
        d1, d2 = d1 + (b - a) * (p - a), d2 + (c - a) * (p - a)
        d3, d4 = d3 + (b - a) * (p - b), d4 + (c - a) * (p - b)
        d5, d6 = d5 + (b - a) * (p - c), d6 + (c - a) * (p - c)
    v, w = _nearest(d1, d2, d3, d4, d5, d6)
    squared = 0.0
    for axis in range(3):
        a, b, c = triangle[0, axis], triangle[1, axis], triangle[2, axis]
        squared += (point[axis] - a - v * (b - a) - w * (c - a)) ** 2
    return squared


@_jit
def _nearest(d1, d2, d3, d4, d5, d6):  # type: ignore[no-untyped-def]
    """Weights of corners b and c in the point of a triangle that is nearest to a point p.

    ``d1, d2`` are the products of ab and ac with ap, ``d3, d4`` those with bp, ``d5, d6`` with cp
    (Ericson 2005, Real-Time Collision Detection, section 5.1.5).
    """
    if d1 <= 0.0 and d2 <= 0.0:
        return 0.0, 0.0
    if d3 >= 0.0 and d4 <= d3:
        return 1.0, 0.0
    if d6 >= 0.0 and d5 <= d6:
        return 0.0, 1.0
    beyond_ab = d1 * d4 - d3 * d2
    if beyond_ab <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        return d1 / (d1 - d3), 0.0
    beyond_ac = d5 * d2 - d1 * d6
    if beyond_ac <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        return 0.0, d2 / (d2 - d6)
    beyond_bc = d3 * d6 - d5 * d4
    if beyond_bc <= 0.0 and d4 >= d3 and d5 >= d6:
        w = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        return 1.0 - w, w
    total = beyond_bc + beyond_ac + beyond_ab
    return beyond_ac / total, beyond_ab / total
