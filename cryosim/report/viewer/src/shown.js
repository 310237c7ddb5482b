// One scene in its place on the page: what is chosen, the picture of it, and what is shared.

import { follow, Turntable } from "./camera.js";
import { pressed, switches, views } from "./controls.js";
import { colourBar, element, layerList, overlay } from "./parts.js";
import { LAYER, Scene } from "./scene.js";

const FRAMES_PER_SECOND = 8;
const FINER = 2; // pixels for one of the page, each way
const REST = 150; // ms
const ROOMY = 640; // pixels
const STEEP = 1.3; // from where layers are seen one on the other

export async function showScene(place, content, links) {
  const still = place.querySelector("img");
  if (!hasWebGL()) return standIn(place, still, "3-D needs WebGL, which this browser does not offer");
  const shown = new Shown(place, content, still);
  try {
    await shown.begin();
  } catch (error) {
    shown.giveUp("3-D could not be started in this browser");
    console.error(error);
    return null;
  }
  const link = place.dataset.link;
  if (link) {
    if (!links.has(link)) links.set(link, []);
    links.get(link).push(shown);
    shown.linked = links.get(link);
  }
  return shown;
}

function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page has few
  return Boolean(context);
}

function standIn(place, still, why) {
  place.classList.add("cryosim-still");
  const note = still ? `${why}: this picture stands in for it.` : `${why}.`;
  place.append(element("p", { className: "cryosim-note", role: "status" }, note));
  return null;
}

class Shown {
  constructor(place, content, still) {
    this.place = place;
    this.content = content;
    this.still = still;
    this.linked = [this];
    this.table = new Turntable(content);
    const fields = content.fields.map(({ name }) => name);
    this.choice = {
      step: content.opening, colour: fields[0] ?? LAYER, hidden: new Set(), cut: content.cuts[0],
      front: true, applicators: true,
    };
    this.build();
  }

  get step() {
    return this.choice.step;
  }

  get state() {
    return this.table.state;
  }

  build() {
    const { content } = this;
    const last = content.times.length - 1;
    this.layers = layerList(content, (name, seen) => this.setLayer(name, seen));
    this.bar = colourBar();
    this.marks = overlay();
    this.moment = element("div", { className: "cryosim-moment" });
    this.hint = element("div", { className: "cryosim-hint" }, "Click here, or hold Ctrl, to zoom");
    this.host = element("div", { className: "cryosim-canvas" });
    this.print = element("img", { className: "cryosim-print", alt: "" });
    this.picture = element(
      "div",
      { className: "cryosim-picture", tabIndex: 0, role: "group" },
      this.host, this.print, this.marks.svg, this.moment, views(this), this.hint,
    );
    this.slider = element("input", { type: "range", min: 0, max: last, step: 1 });
    this.slider.setAttribute("aria-label", "Time");
    this.slider.addEventListener("input", () => this.setStep(Number(this.slider.value)));
    this.playing = element("button", { type: "button", className: "cryosim-play" });
    this.playing.addEventListener("click", () => this.play(!this.timer));
    this.told = element("div", { className: "cryosim-told" });
    this.told.setAttribute("aria-live", "polite");
    const note = element("small", { className: "cryosim-note" }, content.note);
    this.switches = switches(this);
    const side = element("div", { className: "cryosim-side" }, this.layers.root, this.switches.root);
    const time = element("div", { className: "cryosim-time" }, this.playing, this.slider);
    const below = element("div", { className: "cryosim-below" }, this.told, note);
    const main = element("div", { className: "cryosim-main" }, this.picture, time, this.bar.root, below);
    this.root = element("div", { className: "cryosim-scene" }, side, main);
    this.place.append(this.root);
    this.labelPlay();
    this.picture.addEventListener("keydown", (event) => pressed(this, event));
  }

  async begin() {
    this.scene = new Scene(this.content, this.host);
    this.scene.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.giveUp("3-D was stopped by the browser; load the page again to have it back");
    });
    follow(this.picture, this.table, {
      flat: this.content.dimension === 2,
      millimetresPerPixel: () => this.scene.frame.pixel,
      changed: () => this.moved(),
      clicked: (event) => this.ask(event),
      hint: () => this.flash(),
    });
    new ResizeObserver(() => this.draw()).observe(this.picture);
    addEventListener("beforeprint", () => this.toPaper());
    await this.refresh();
    if (this.still) this.still.hidden = true;
  }

  giveUp(why) {
    this.play(false);
    this.over = true;
    this.root.remove();
    if (this.still) this.still.hidden = false;
    standIn(this.place, this.still, why);
  }

  // Every change comes through here: to all that are linked, at the nearest of their times.
  async share(changes) {
    const seconds = changes.step === undefined ? null : this.content.times[changes.step].seconds;
    await Promise.all(
      this.linked.map((other) => {
        const mine = { ...changes };
        if (other !== this && seconds !== null) mine.step = other.nearest(seconds);
        return other.change(mine);
      }),
    );
  }

  async change(changes) {
    const fields = [...this.content.fields.map(({ name }) => name), LAYER];
    if (changes.colour && !fields.includes(changes.colour)) delete changes.colour;
    if (changes.cut && !this.content.cuts.includes(changes.cut)) delete changes.cut;
    Object.assign(this.choice, changes);
    await this.refresh();
  }

  nearest(seconds) {
    const off = this.content.times.map((time) => Math.abs(time.seconds - seconds));
    return off.indexOf(Math.min(...off));
  }

  setStep(step) {
    const last = this.content.times.length - 1;
    return this.share({ step: Math.min(last, Math.max(0, step)) });
  }

  setColour(name) {
    return this.share({ colour: name });
  }

  setHidden(names) {
    return this.share({ hidden: new Set(names) });
  }

  setLayer(name, seen) {
    const hidden = new Set(this.choice.hidden);
    if (seen) hidden.delete(name);
    else hidden.add(name);
    return this.setHidden([...hidden]);
  }

  async refresh() {
    if (this.over) return;
    const { content, choice } = this;
    const time = content.times[choice.step];
    this.slider.value = choice.step;
    this.slider.setAttribute("aria-valuetext", time.text);
    this.moment.textContent = time.text;
    this.layers.update(choice.step, choice.hidden);
    this.bar.update(content.fields.find(({ name }) => name === choice.colour), content);
    this.switches.update(choice);
    if (!(await this.scene.show({ ...choice }))) return;
    await this.retell();
  }

  // Coarse while something moves, and fine once it rests.
  draw(finer = 1) {
    const { clientWidth: width, clientHeight: height } = this.picture;
    if (this.over || !width || !this.scene?.choice || matchMedia("print").matches) return;
    clearTimeout(this.resting);
    if (finer === 1) this.resting = setTimeout(() => this.draw(FINER), REST);
    const named = width >= ROOMY; // names of layers stand beside the tissue
    const room = { left: 14, right: named ? 190 : 14, top: width < 600 ? 66 : 40, bottom: 44 };
    const frame = this.table.frame(width, height, room);
    this.scene.render(frame, width, height, finer);
    const ends = named && this.state.elevation < STEEP ? this.scene.ends() : [];
    this.marks.update(frame, width, height, this.content, { point: this.probe?.seen, ends });
    const what = `${this.content.title}, ${this.moment.textContent}`;
    const keys = "Drag to turn, arrow keys for time, space to play";
    this.picture.setAttribute("aria-label", `${what}. ${keys}.`);
  }

  moved() {
    for (const other of this.linked) {
      const { right, up, ...angles } = this.state;
      if (other !== this) Object.assign(other.state, angles, { right, up });
      other.later();
    }
  }

  later() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.draw();
    });
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = null;
    if (on) {
      const last = this.content.times.length - 1;
      if (this.step === last) this.setStep(0);
      let busy = false;
      this.timer = setInterval(async () => {
        if (busy) return;
        if (this.step === last) {
          this.play(false);
          return;
        }
        busy = true;
        await this.setStep(this.step + 1);
        busy = false;
      }, 1000 / FRAMES_PER_SECOND);
    }
    this.labelPlay();
  }

  labelPlay() {
    this.playing.textContent = this.timer ? "❚❚" : "▶";
    this.playing.setAttribute("aria-label", this.timer ? "Pause" : "Play");
  }

  ask({ clientX, clientY }) {
    const box = this.picture.getBoundingClientRect();
    const at = [clientX - box.left - box.width / 2, box.top + box.height / 2 - clientY];
    const found = this.scene.pick(at);
    this.probe = found && { found };
    this.retell();
  }

  async retell() {
    const { content, choice, probe } = this;
    if (!probe) {
      this.told.textContent = "Click the tissue for the value there.";
      this.draw();
      return;
    }
    const { layer, value, depth, place } = await this.scene.told(probe.found, choice.colour);
    const field = content.fields.find(({ name }) => name === choice.colour);
    const moved = probe.found.body !== this.scene.body;
    const words = [layer.title, `${depth.toFixed(1)} mm below ${content.skin}`];
    if (moved) words.unshift("the tissue has moved since");
    else if (value !== null) {
      const text = value.toFixed(field.digits).replace("-", "−");
      words.unshift(`${text}${field.unit === "1" ? "" : ` ${field.unit}`}`);
    }
    probe.seen = moved ? null : place;
    this.told.replaceChildren(element("i", { className: "cryosim-dot" }), words.join(" · "));
    this.draw();
  }

  reset() {
    this.play(false);
    this.probe = null;
    this.table.look(this.content.home);
    this.share({
      step: this.content.opening, colour: this.content.fields[0]?.name ?? LAYER, hidden: new Set(),
      cut: this.content.cuts[0], front: true, applicators: true,
    });
    this.moved();
  }

  flash() {
    this.hint.classList.add("cryosim-seen");
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.hint.classList.remove("cryosim-seen"), 1200);
  }

  // Paper takes no canvas of WebGL: the picture as it is now goes in its place.
  toPaper() {
    if (this.over) return;
    this.draw(FINER);
    this.print.src = this.scene.canvas.toDataURL();
  }
}
