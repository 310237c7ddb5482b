// Lines on triangles, lines with a thickness, and the triangle under a pixel.

// Where linear `values` cross `level`: six coordinates for each piece of line.
export function isoline(points, triangles, values, level) {
  const found = [];
  const crossing = (a, b) => {
    const share = (level - values[a]) / (values[b] - values[a]);
    for (let k = 0; k < 3; k += 1) {
      found.push(points[3 * a + k] + share * (points[3 * b + k] - points[3 * a + k]));
    }
  };
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i], triangles[i + 1], triangles[i + 2]];
    const [below, other, last] = [values[a] < level, values[b] < level, values[c] < level];
    if (below === other && other === last) continue;
    if (below !== other) crossing(a, b);
    if (other !== last) crossing(b, c);
    if (last !== below) crossing(c, a);
  }
  return new Float32Array(found);
}

// Square bars round pieces of line: WebGL draws lines one pixel wide, too thin to be seen.
export function bars(segments, radius) {
  const count = segments.length / 6;
  const points = new Float32Array(count * 24);
  const cells = new Uint32Array(count * 32);
  let at = 0;
  for (let s = 0; s < count; s += 1) {
    const start = segments.subarray(6 * s, 6 * s + 3);
    const end = segments.subarray(6 * s + 3, 6 * s + 6);
    const along = unit([end[0] - start[0], end[1] - start[1], end[2] - start[2]]);
    const least = Math.abs(along[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
    const side = unit(cross(along, least));
    const other = cross(along, side);
    for (let k = 0; k < 8; k += 1) {
      const [from, sign] = k < 4 ? [start, -0.5] : [end, 0.5];
      const [p, q] = [[1, 0], [0, 1], [-1, 0], [0, -1]][k % 4];
      for (let i = 0; i < 3; i += 1) {
        const off = p * side[i] + q * other[i] + sign * along[i];
        points[24 * s + 3 * k + i] = from[i] + radius * off;
      }
    }
    for (let k = 0; k < 4; k += 1) {
      const [a, b] = [8 * s + k, 8 * s + ((k + 1) % 4)];
      cells.set([3, a, b, a + 4, 3, b, b + 4, a + 4], at);
      at += 8;
    }
  }
  return { points, cells };
}

// The middle of what lies farthest to the right of `parts`, in millimetres from the focus.
export function rightEnd(parts, { axes: { right, up }, focus, pixel }) {
  const from = (axis, p, i) =>
    axis[0] * (p[i] - focus[0]) + axis[1] * (p[i + 1] - focus[1]) + axis[2] * (p[i + 2] - focus[2]);
  let farthest = -Infinity;
  for (const p of parts) {
    for (let i = 0; i < p.length; i += 3) farthest = Math.max(farthest, from(right, p, i));
  }
  let [low, high] = [Infinity, -Infinity];
  for (const p of parts) {
    for (let i = 0; i < p.length; i += 3) {
      if (from(right, p, i) < farthest - 2 * pixel) continue;
      const height = from(up, p, i);
      low = Math.min(low, height);
      high = Math.max(high, height);
    }
  }
  return [farthest, (low + high) / 2];
}

// Mean normals at the points.
export function normalsOf(points, triangles) {
  const normals = new Float32Array(points.length);
  const edge = (a, b) => [0, 1, 2].map((k) => points[3 * b + k] - points[3 * a + k]);
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = [triangles[i], triangles[i + 1], triangles[i + 2]];
    const normal = cross(edge(corners[0], corners[1]), edge(corners[0], corners[2]));
    for (const corner of corners) for (let k = 0; k < 3; k += 1) normals[3 * corner + k] += normal[k];
  }
  for (let i = 0; i < normals.length; i += 3) {
    normals.set(unit(normals.subarray(i, i + 3)), i);
  }
  return normals;
}

// The triangle that is seen at `pixel`: its corners, their weights and how near it is.
export function triangleAt(points, triangles, { axes, focus, pixel }, at) {
  const count = points.length / 3;
  const [x, y, near] = [axes.right, axes.up, axes.toward].map((axis) => {
    const along = new Float32Array(count);
    const zero = axis[0] * focus[0] + axis[1] * focus[1] + axis[2] * focus[2];
    for (let i = 0; i < count; i += 1) {
      along[i] =
        axis[0] * points[3 * i] + axis[1] * points[3 * i + 1] + axis[2] * points[3 * i + 2] - zero;
    }
    return along;
  });
  const [px, py] = [at[0] * pixel, at[1] * pixel];
  let best = null;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i], triangles[i + 1], triangles[i + 2]];
    const area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]);
    if (area === 0) continue;
    const u = ((x[b] - px) * (y[c] - py) - (x[c] - px) * (y[b] - py)) / area;
    const v = ((x[c] - px) * (y[a] - py) - (x[a] - px) * (y[c] - py)) / area;
    if (u < 0 || v < 0 || u + v > 1) continue;
    const distance = u * near[a] + v * near[b] + (1 - u - v) * near[c];
    if (!best || distance > best.near) {
      best = { near: distance, corners: [a, b, c], weights: [u, v, 1 - u - v] };
    }
  }
  return best;
}

const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function unit(a) {
  const length = Math.hypot(a[0], a[1], a[2]) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
