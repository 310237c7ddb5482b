// The pieces of a scene's surroundings: list of layers, colour bar, marks on the picture.

import { dot } from "./camera.js";

export function element(tag, attributes, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

const percent = (share) => {
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share < 1 && share > 0.995) return "> 99 %";
  return `${Math.round(100 * share)} %`;
};

const degrees = (value) => `${value.toFixed(1).replace("-", "−")} °C`;

// Which layers are colder than the threshold, and how much of each.
export function layerList({ layers, threshold_text: threshold }, switched) {
  const rows = layers.map(({ name, title, colour }) => {
    const box = element("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => switched(name, box.checked));
    const swatch = element("i", { className: "cryosim-swatch" });
    swatch.style.background = colour;
    const filled = element("i", {});
    const share = element("b", {});
    const coldest = element("small", {});
    const row = element(
      "label",
      { className: "cryosim-layer" },
      box, swatch, element("span", {}, title), share,
      element("span", { className: "cryosim-share" }, filled), coldest,
    );
    return { row, box, filled, share, coldest };
  });
  const heading = element("h3", {}, `Below ${threshold}`);
  const root = element("div", { className: "cryosim-layers" }, heading, ...rows.map(({ row }) => row));
  const update = (step, hidden) =>
    rows.forEach(({ row, box, filled, share, coldest }, i) => {
      const { name, below, minimum } = layers[i];
      box.checked = !hidden.has(name);
      row.classList.toggle("cryosim-off", hidden.has(name));
      row.classList.toggle("cryosim-cold", below[step] > 0);
      filled.style.width = `${100 * below[step]}%`;
      share.textContent = below[step] > 0 ? percent(below[step]) : "none";
      coldest.textContent = `coldest ${degrees(minimum[step])}`;
    });
  return { root, update };
}

export function colourBar() {
  const caption = element("div", { className: "cryosim-caption" });
  const strip = element("div", { className: "cryosim-strip" });
  const ticks = element("div", { className: "cryosim-ticks" });
  const root = element("div", { className: "cryosim-bar" }, caption, strip, ticks);
  const update = (field, { threshold, threshold_text: words }) => {
    root.style.visibility = field ? "" : "hidden";
    if (!field) return;
    const share = (value) => `${(100 * (value - field.low)) / (field.high - field.low)}%`;
    caption.textContent = field.absent ? `${field.caption}, grey: ${field.absent}` : field.caption;
    strip.style.background = `linear-gradient(to right, ${field.colours.join(",")})`;
    strip.replaceChildren();
    ticks.replaceChildren(
      ...field.ticks.map((value) => {
        const tick = element("span", {}, String(value).replace("-", "−"));
        tick.style.left = share(value);
        return tick;
      }),
    );
    if (field.name === "temperature") {
      const mark = element("span", { className: "cryosim-threshold", title: words });
      mark.style.left = share(threshold);
      strip.append(mark);
    }
  };
  return { root, update };
}

const NAME = 21; // pixels from one name of a layer to the next
const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Scale in millimetres, directions, and the point that was asked about.
export function overlay() {
  const svg = drawn("svg", { class: "cryosim-marks", "aria-hidden": "true" });
  const update = (frame, width, height, { axes, dimension }, { point, ends }) => {
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const parts = scaleBar(frame.pixel, height);
    if (dimension === 3) parts.push(...directions(frame.axes, axes, width - 40, height - 36));
    parts.push(...names(ends, width, height));
    if (point) {
      const off = point.map((p, k) => p - frame.focus[k]);
      const x = width / 2 + dot(off, frame.axes.right) / frame.pixel;
      const y = height / 2 - dot(off, frame.axes.up) / frame.pixel;
      parts.push(drawn("circle", { cx: x, cy: y, r: 6, class: "cryosim-point" }));
    }
    svg.replaceChildren(...parts);
  };
  return { svg, update };
}

// Names of layers in a column beside the tissue, each with a line to where its layer ends.
function names(ends, width, height) {
  if (!ends.length) return [];
  const sorted = ends
    .map(({ layer, end: [x, y] }) => ({ layer, x: width / 2 + x, y: height / 2 - y }))
    .sort((a, b) => a.y - b.y);
  const left = Math.max(...sorted.map(({ x }) => x)) + 22;
  if (left > width - 60) return [];
  let above = -Infinity;
  for (const name of sorted) {
    name.at = Math.max(name.y, above + NAME);
    above = name.at;
  }
  const middle = (key) => sorted.reduce((sum, name) => sum + name[key], 0) / sorted.length;
  const lifted = middle("at") - middle("y");
  return sorted.flatMap(({ layer, x, y, at }) => {
    const line = { d: `M${x} ${y}L${left} ${at - lifted}`, class: "cryosim-line" };
    const box = { x: left, y: at - lifted - 6, width: 12, height: 12, rx: 2, fill: layer.colour };
    const text = { x: left + 18, y: at - lifted + 4.5 };
    return [drawn("path", line), drawn("rect", box), drawn("text", text, layer.title)];
  });
}

function scaleBar(pixel, height) {
  const most = 110 * pixel;
  const base = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((k) => k * base).find((value) => value <= most);
  const [left, right, y] = [14, 14 + length / pixel, height - 14];
  const path = `M${left} ${y - 5}v5H${right}v-5`;
  return [
    drawn("path", { d: path, class: "cryosim-line" }),
    drawn("text", { x: (left + right) / 2, y: y - 7, "text-anchor": "middle" }, `${length} mm`),
  ];
}

function directions(axes, names, x, y) {
  return [0, 1, 2].flatMap((k) => {
    const [dx, dy] = [24 * axes.right[k], -24 * axes.up[k]];
    if (Math.hypot(dx, dy) < 5) return [];
    const text = { x: x + 1.35 * dx, y: y + 1.35 * dy + 4, "text-anchor": "middle" };
    return [
      drawn("path", { d: `M${x} ${y}l${dx} ${dy}`, class: "cryosim-line" }),
      drawn("text", text, names[k]),
    ];
  });
}
