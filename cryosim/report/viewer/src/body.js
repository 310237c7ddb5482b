// The tissue in one of its shapes, cut open in one way: surfaces and lines, and what varies on them.

import { unpacked } from "./unpack.js";

export async function placesOf(packed, [low, high]) {
  const codes = await unpacked(packed);
  const size = low.map((from, k) => (high[k] - from) / 65535);
  return Float32Array.from(codes, (code, i) => low[i % 3] + size[i % 3] * code);
}

// Points and triangles, and whatever else is told of them.
export async function surfaceOf({ points, triangles, ...rest }, bounds) {
  return { ...rest, points: await placesOf(points, bounds), triangles: await unpacked(triangles) };
}

export class Body {
  constructor(content, bounds) {
    this.content = content;
    this.bounds = bounds;
    this.fields = new Map();
  }

  async load() {
    const { sheets, points, triangles, depth, lines, walls } = this.content;
    const place = await placesOf(points, this.bounds);
    const corners = await unpacked(triangles);
    this.depth = await unpacked(depth);
    this.sheets = sheets.map(({ from, count, first, triangles: number, ...sheet }) => ({
      ...sheet,
      from,
      count,
      points: place.subarray(3 * from, 3 * (from + count)),
      triangles: corners.slice(3 * first, 3 * (first + number)).map((index) => index - from),
    }));
    this.lines = await Promise.all(
      lines.map(async (line) => ({ ...line, segments: await this.segments(line) })),
    );
    this.walls = await Promise.all(walls.map((wall) => surfaceOf(wall, this.bounds)));
    return this;
  }

  async segments({ points, ends }) {
    const place = await placesOf(points, this.bounds);
    const pairs = await unpacked(ends);
    const segments = new Float32Array(3 * pairs.length);
    pairs.forEach((point, i) => segments.set(place.subarray(3 * point, 3 * point + 3), 3 * i));
    return segments;
  }

  // All values of a field; row by row, one for each time in this shape.
  values(name) {
    if (!this.fields.has(name)) this.fields.set(name, unpacked(this.content.values[name]));
    return this.fields.get(name);
  }
}
