// The tissue in one of its shapes, cut open in one way: surfaces and lines, and what varies on them.

import { unpacked } from "./unpack.js";

export class Body {
  constructor(content, bounds) {
    this.content = content;
    this.bounds = bounds;
    this.fields = new Map();
    this.fronts = new Map();
  }

  async load() {
    const { sheets, points, triangles, depth, lines, walls } = this.content;
    const place = await this.places(points);
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
    this.walls = await Promise.all(walls.map((wall) => this.surface(wall)));
    return this;
  }

  async places(packed) {
    const codes = await unpacked(packed);
    const [low, high] = this.bounds;
    return Float32Array.from(
      codes,
      (code, i) => low[i % 3] + ((high[i % 3] - low[i % 3]) * code) / 65535,
    );
  }

  async segments({ points, ends }) {
    const place = await this.places(points);
    const pairs = await unpacked(ends);
    const segments = new Float32Array(3 * pairs.length);
    pairs.forEach((point, i) => segments.set(place.subarray(3 * point, 3 * point + 3), 3 * i));
    return segments;
  }

  async surface({ points, triangles }) {
    return { points: await this.places(points), triangles: await unpacked(triangles) };
  }

  // All values of a field; row by row, one for each time in this shape.
  values(name) {
    if (!this.fields.has(name)) this.fields.set(name, unpacked(this.content.values[name]));
    return this.fields.get(name);
  }

  // The surface of the threshold at a time, null where there is none.
  front(step) {
    const packed = this.content.fronts[step];
    if (packed && !this.fronts.has(step)) this.fronts.set(step, this.surface(packed));
    return packed ? this.fronts.get(step) : null;
  }
}
