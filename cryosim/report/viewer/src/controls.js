// What is pressed round a picture: views, switches and keys; each says what it means to `shown`.

import { element } from "./parts.js";
import { LAYER } from "./scene.js";

const SIDE = -Math.PI / 2;

export function views(shown) {
  const button = (label, what) => {
    const made = element("button", { type: "button" }, label);
    made.addEventListener("click", what);
    return made;
  };
  const look = (angles) => () => {
    shown.table.look(angles);
    shown.moved();
  };
  const all = [button("Home", look(shown.content.home))];
  if (shown.content.dimension === 3) {
    all.push(button("Top", look([SIDE, -SIDE])), button("Front", look([SIDE, 0])));
  }
  all.push(button("Reset", () => shown.reset()));
  return element("div", { className: "cryosim-views" }, ...all);
}

export function switches(shown) {
  const { content } = shown;
  const colours = element("select", {});
  for (const { name, label } of [...content.fields, { name: LAYER, label: "Layer" }]) {
    colours.append(element("option", { value: name }, label));
  }
  colours.addEventListener("change", () => shown.setColour(colours.value));
  const boxes = [];
  const box = (label, key, [on, off]) => {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => shown.share({ [key]: input.checked ? on : off }));
    boxes.push((choice) => {
      input.checked = choice[key] === on;
    });
    return element("label", {}, input, label);
  };
  const rows = [element("label", { className: "cryosim-field" }, "Coloured by", colours)];
  if (content.cuts.includes("quarter")) rows.push(box("Cut open", "cut", ["quarter", "none"]));
  if (content.dimension === 3) {
    rows.push(box(`Surface of ${content.threshold_text}`, "front", [true, false]));
  }
  if (content.applicators) rows.push(box(content.applicators, "applicators", [true, false]));
  const root = element("div", { className: "cryosim-switches" }, ...rows);
  const update = (choice) => {
    colours.value = choice.colour;
    for (const set of boxes) set(choice);
  };
  return { root, update };
}

// Keys, while the picture has the focus.
export function pressed(shown, event) {
  if (event.target !== shown.picture) return;
  const { key, shiftKey: shift } = event;
  const { content, step, table } = shown;
  const along = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const turn = { ArrowRight: [0.1, 0], ArrowLeft: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
  const zoom = { "+": 1.2, "-": 1 / 1.2 }[key];
  if (key === " ") shown.play(!shown.timer);
  else if (key === "Home") shown.setStep(0);
  else if (key === "End") shown.setStep(content.times.length - 1);
  else if (along && !shift) shown.setStep(step + along);
  else if (turn[key] && content.dimension === 3) table.turn(...turn[key]);
  else if (zoom) table.zoom(zoom);
  else return;
  event.preventDefault();
  shown.moved();
}
