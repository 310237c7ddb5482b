// The tissue drawn by vtk.js: surfaces coloured by a field, the cold front, walls and lines.

import "@kitware/vtk.js/Rendering/OpenGL/Actor";
import "@kitware/vtk.js/Rendering/OpenGL/Camera";
import "@kitware/vtk.js/Rendering/OpenGL/PolyDataMapper";
import "@kitware/vtk.js/Rendering/OpenGL/Renderer";
import "@kitware/vtk.js/Rendering/OpenGL/RenderWindow";
import "@kitware/vtk.js/Rendering/OpenGL/Texture";
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray";
import vtkPolyData from "@kitware/vtk.js/Common/DataModel/PolyData";
import vtkActor from "@kitware/vtk.js/Rendering/Core/Actor";
import vtkMapper from "@kitware/vtk.js/Rendering/Core/Mapper";
import vtkRenderer from "@kitware/vtk.js/Rendering/Core/Renderer";
import vtkRenderWindow from "@kitware/vtk.js/Rendering/Core/RenderWindow";

import { Body, surfaceOf } from "./body.js";
import { Colours, rgb } from "./colours.js";
import { bars, isoline, normalsOf, rightEnd, triangleAt } from "./geometry.js";

export const LAYER = "layer";
const MOST = 2; // pixels for one of the page, each way; more is not seen

export class Scene {
  constructor(content, canvasHost) {
    this.content = content;
    this.bodies = new Map();
    this.colours = new Colours(content.threshold);
    this.fronts = new Map();
    this.window = vtkRenderWindow.newInstance();
    this.renderer = vtkRenderer.newInstance({ background: [1, 1, 1] });
    this.window.addRenderer(this.renderer);
    this.view = this.window.newAPISpecificView("WebGL");
    this.window.addView(this.view);
    this.view.setContainer(canvasHost);
    this.canvas = this.view.getCanvas();
    this.renderer.getActiveCamera().setParallelProjection(true);
    this.front = this.thing({ color: content.colours.front, lit: true });
    this.rim = this.thing({ color: content.colours.cold });
    this.asked = 0;
  }

  // Brings the picture to `choice`; false if another choice came before this one was ready.
  async show(choice) {
    this.asked += 1;
    const mine = this.asked;
    const { shape } = this.content.times[choice.step];
    const body = await this.bodyOf(`${shape}|${choice.cut}`);
    const temperature = await body.values("temperature");
    const coloured = choice.colour === LAYER ? null : await body.values(choice.colour);
    const front = await this.frontOf(choice.step);
    if (mine !== this.asked) return false;
    if (body !== this.body) this.thickness = null;
    Object.assign(this, { choice, body });
    this.row = this.content.times.slice(0, choice.step).filter((t) => t.shape === shape).length;
    for (const other of this.bodies.values()) if (other !== body) this.setVisible(other, () => false);
    this.setVisible(body, (part) => this.isSeen(part));
    this.colour(body, coloured, temperature);
    this.drawFront(front);
    this.traceRim(body, temperature);
    return true;
  }

  isSeen({ layer, beside, applicator }) {
    const { hidden, applicators } = this.choice;
    if (applicator) return applicators;
    // The face between two layers is seen once one of them is switched off.
    if (beside) return hidden.has(layer) !== hidden.has(beside);
    return !hidden.has(layer);
  }

  // The layer that a sheet is the face of.
  faceOf({ layer, beside }) {
    const name = beside && this.choice.hidden.has(layer) ? beside : layer;
    return this.content.layers.find((other) => other.name === name);
  }

  setVisible(body, seen) {
    for (const { actor, part } of body.drawn ?? []) actor.setVisibility(seen(part));
  }

  async bodyOf(key) {
    if (!this.bodies.has(key)) {
      this.bodies.set(key, new Body(this.content.bodies[key], this.content.bounds));
    }
    const body = this.bodies.get(key);
    body.loading ??= body.load();
    await body.loading;
    if (!body.drawn) this.draw(body);
    return body;
  }

  // The surface of the threshold at a time, null where there is none.
  async frontOf(step) {
    const packed = this.content.fronts[step];
    if (packed && !this.fronts.has(step)) {
      const front = await surfaceOf(packed, this.content.bounds);
      this.fronts.set(step, { ...front, normals: normalsOf(front.points, front.triangles) });
    }
    return this.fronts.get(step) ?? null;
  }

  draw(body) {
    const { colours } = this.content;
    body.drawn = [];
    for (const sheet of body.sheets) {
      const thing = this.thing({ color: this.content.colours.absent, lit: true });
      this.fill(thing, sheet.points, fromTriangles(sheet.triangles));
      const values = new Float32Array(sheet.count);
      sheet.scalars = vtkDataArray.newInstance({ name: "values", values });
      thing.data.getPointData().setScalars(sheet.scalars);
      thing.mapper.setInterpolateScalarsBeforeMapping(true);
      body.drawn.push({ ...thing, part: sheet });
    }
    for (const wall of body.walls) {
      // Tissue shows through a wall, but not where it is cut.
      // Where skin touches it, it is the skin that is seen.
      const look = wall.solid ? {} : { opacity: 0.22, lit: true, back: 4 };
      const thing = this.thing({ color: colours.wall, ...look });
      this.fill(thing, wall.points, fromTriangles(wall.triangles));
      body.drawn.push({ ...thing, part: { applicator: true } });
    }
    for (const line of body.lines) {
      body.drawn.push({ ...this.thing({ color: line.colour }), part: line });
    }
  }

  // Something to draw; it wins or loses against what is in the same plane by how far `back` it is.
  thing({ color, opacity = 1, lit = false, back = 0 }) {
    const actor = vtkActor.newInstance();
    const mapper = vtkMapper.newInstance({ scalarVisibility: false });
    const data = vtkPolyData.newInstance();
    mapper.setInputData(data);
    mapper.setResolveCoincidentTopologyToPolygonOffset(); // of all mappers, by a factor of 2
    mapper.setRelativeCoincidentTopologyPolygonOffsetParameters(back - 2, back);
    actor.setMapper(mapper);
    actor.getProperty().set({ opacity, lighting: lit, ambient: 0.7, diffuse: 0.35 });
    actor.getProperty().setColor(...rgb(color));
    this.renderer.addActor(actor);
    return { actor, mapper, data };
  }

  fill({ data }, points, cells) {
    data.getPoints().setData(points, 3);
    data.getPolys().setData(cells);
    data.modified();
  }

  // By a field, or by layer where there are no `values`: there what is cold is darker.
  colour(body, values, temperature) {
    const { colour } = this.choice;
    const field = this.field(values ? colour : "temperature");
    for (const { actor, mapper, data, part } of body.drawn) {
      if (!part.scalars) continue;
      const layer = this.faceOf(part);
      const absent = values && layer.without.includes(colour);
      mapper.setScalarVisibility(!absent);
      // The colours of a field are those of its bar: no light falls on them.
      actor.getProperty().setLighting(!values || absent);
      if (absent) continue;
      this.read(part, values ?? temperature, field, part.scalars.getData());
      part.scalars.modified();
      const { table, low, high } = values ? this.colours.field(field) : this.colours.layer(layer);
      mapper.setLookupTable(table);
      mapper.setScalarRange(low, high);
      data.modified();
    }
  }

  field(name) {
    return this.content.fields.find((field) => field.name === name);
  }

  read({ from, count }, values, { least, step }, into) {
    const start = this.row * this.body.content.values.temperature.columns + from;
    for (let i = 0; i < count; i += 1) into[i] = least + step * values[start + i];
    return into;
  }

  drawFront(front) {
    const seen = Boolean(front) && this.choice.front;
    this.front.actor.setVisibility(seen);
    if (!seen) return;
    this.fill(this.front, front.points, fromTriangles(this.seenOf(front)));
    const normals = vtkDataArray.newInstance({ numberOfComponents: 3, values: front.normals });
    this.front.data.getPointData().setNormals(normals);
    // The deeper it goes the more is behind it, and the thinner it is.
    let [low, high] = [Infinity, -Infinity];
    for (let i = 2; i < front.points.length; i += 3) {
      low = Math.min(low, front.points[i]);
      high = Math.max(high, front.points[i]);
    }
    const [[, , bottom], [, , top]] = this.content.bounds;
    this.front.actor.getProperty().setOpacity(0.64 - (0.34 * (high - low)) / (top - bottom || 1));
  }

  // Triangles of the front in layers that are not switched off; they are sorted by layer.
  seenOf({ triangles, counts }) {
    const parts = [];
    let from = 0;
    this.content.layers.forEach(({ name }, i) => {
      const to = from + 3 * counts[i];
      if (!this.choice.hidden.has(name)) parts.push(...triangles.subarray(from, to));
      from = to;
    });
    return new Uint32Array(parts);
  }

  traceRim(body, temperature) {
    const field = this.field("temperature");
    this.traced = [];
    for (const sheet of body.sheets) {
      if (!this.isSeen(sheet)) continue;
      const T = this.read(sheet, temperature, field, new Float32Array(sheet.count));
      this.traced.push(isoline(sheet.points, sheet.triangles, T, this.content.threshold));
    }
    this.thicken(this.rim, this.traced, 1.4);
  }

  // Lines keep their width on the page.
  thicken(thing, pieces, pixels) {
    const segments = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      segments.set(piece, at);
      at += piece.length;
    }
    const { points, cells } = bars(segments, pixels * (this.frame?.pixel ?? 0.1));
    this.fill(thing, points, cells);
  }

  // Draws what is chosen as seen in `frame` (see `Turntable.frame`) on width by height pixels.
  render(frame, width, height, finer) {
    this.frame = frame;
    const share = Math.min(Math.max(window.devicePixelRatio || 1, finer), MOST);
    this.view.setSize(Math.round(width * share), Math.round(height * share));
    const { pixel, half, focus, axes } = frame;
    if (!this.thickness || Math.abs(Math.log(pixel / this.thickness)) > 0.25) {
      this.thickness = pixel;
      for (const thing of this.body.drawn) {
        const { segments, width: thick } = thing.part;
        if (segments) this.thicken(thing, [segments], thick / 2);
      }
      this.thicken(this.rim, this.traced, 1.4);
    }
    const far = 2000;
    const camera = this.renderer.getActiveCamera();
    camera.setFocalPoint(...focus);
    camera.setPosition(...focus.map((f, i) => f + far * axes.toward[i]));
    camera.setViewUp(...axes.up);
    camera.setParallelScale(half);
    this.renderer.resetCameraClippingRange();
    this.window.render();
  }

  // Layers that are seen, and where each ends on the right (pixels from the middle).
  ends() {
    const { hidden } = this.choice;
    return this.content.layers.filter(({ name }) => !hidden.has(name)).map((layer) => {
      const mine = this.body.sheets.filter((s) => s.layer === layer.name && !s.beside);
      const end = rightEnd(mine.map(({ points }) => points), this.frame);
      return { layer, end: end.map((millimetres) => millimetres / this.frame.pixel) };
    });
  }

  // What is at a pixel, counted from the middle of the picture to the right and up.
  pick(at) {
    let best = null;
    for (const sheet of this.body.sheets) {
      if (!this.isSeen(sheet)) continue;
      const found = triangleAt(sheet.points, sheet.triangles, this.frame, at);
      if (found && (!best || found.near > best.near)) best = { ...found, sheet, body: this.body };
    }
    return best;
  }

  // Layer, value of a field, depth (mm) and place of what was picked, as it is now.
  async told({ sheet, body, corners, weights }, name) {
    const mean = (value) => corners.reduce((sum, c, i) => sum + weights[i] * value(c), 0);
    const place = [0, 1, 2].map((k) => mean((c) => sheet.points[3 * c + k]));
    const depth = mean((c) => body.depth[sheet.from + c]) * this.content.depth_step;
    const layer = this.faceOf(sheet);
    if (body !== this.body || name === LAYER || layer.without.includes(name)) {
      return { layer, place, depth, value: null };
    }
    const values = await body.values(name);
    const field = this.field(name);
    const start = this.row * body.content.values[name].columns + sheet.from;
    return { layer, place, depth, value: mean((c) => field.least + field.step * values[start + c]) };
  }
}

function fromTriangles(triangles) {
  const cells = new Uint32Array((triangles.length / 3) * 4);
  for (let i = 0, j = 0; i < triangles.length; i += 3) {
    cells[j] = 3;
    cells.set(triangles.subarray(i, i + 3), j + 1);
    j += 4;
  }
  return cells;
}
