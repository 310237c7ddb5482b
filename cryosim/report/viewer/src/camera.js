// Where the eye is: a turntable about the upright, in a parallel projection as on paper.

const LOWEST = -20 * (Math.PI / 180);
const ABOVE = Math.PI / 2;

export class Turntable {
  constructor({ reach, bounds, home }) {
    this.reach = reach;
    this.middle = [0, 1, 2].map((i) => (bounds[0][i] + bounds[1][i]) / 2);
    this.home = home;
    this.look(home);
  }

  // Angles in radians; the picture is fitted to the tissue as seen from there.
  look([azimuth, elevation]) {
    this.state = { azimuth, elevation, fitted: [azimuth, elevation], zoom: 1, right: 0, up: 0 };
  }

  get axes() {
    const { azimuth: a, elevation: e } = this.state;
    return axesOf(a, e);
  }

  // Millimetres in half the height of a picture, and the point in its middle.
  frame(width, height, room) {
    const { fitted, zoom, right, up } = this.state;
    const axes = axesOf(...fitted);
    const [x, y] = [axes.right, axes.up].map((axis) => {
      const along = this.reach.map((point) => dot(point, axis) - dot(this.middle, axis));
      return [Math.min(...along), Math.max(...along)];
    });
    const wide = Math.max(width - room.left - room.right, 40);
    const tall = Math.max(height - room.top - room.bottom, 40);
    const pixel = Math.max((x[1] - x[0]) / wide, (y[1] - y[0]) / tall) / zoom;
    const now = this.axes;
    const aside = (x[0] + x[1]) / 2 + (pixel * zoom * (room.right - room.left)) / 2 - right;
    const above = (y[0] + y[1]) / 2 + (pixel * zoom * (room.top - room.bottom)) / 2 - up;
    const focus = this.middle.map((m, i) => m + aside * now.right[i] + above * now.up[i]);
    return { pixel, half: (pixel * height) / 2, focus, axes: now };
  }

  turn(dx, dy) {
    const { azimuth, elevation } = this.state;
    this.state.azimuth = azimuth - dx;
    this.state.elevation = Math.min(ABOVE, Math.max(LOWEST, elevation + dy));
  }

  shift(right, up) {
    this.state.right += right;
    this.state.up += up;
  }

  zoom(factor) {
    this.state.zoom = Math.min(20, Math.max(0.5, this.state.zoom * factor));
  }
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function axesOf(a, e) {
  return {
    toward: [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)],
    right: [-Math.sin(a), Math.cos(a), 0],
    up: [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)],
  };
}

// Turns what fingers, mouse and wheel do on `place` into changes of `table`; `changed` redraws.
export function follow(place, table, { flat, millimetresPerPixel, changed, clicked, hint }) {
  const fingers = new Map();
  let travelled = 0;
  place.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    place.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    travelled = 0;
  });
  place.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    travelled += Math.hypot(dx, dy);
    if (fingers.size === 2) pinch(before, event);
    else if (flat || event.shiftKey || event.ctrlKey || (event.buttons & 6) !== 0) {
      table.shift(dx * millimetresPerPixel(), -dy * millimetresPerPixel());
    } else table.turn(dx * 0.008, dy * 0.008);
    fingers.set(event.pointerId, event);
    if (travelled > 4) changed();
  });
  const lifted = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && travelled <= 4 && event.button === 0) clicked(event);
  };
  place.addEventListener("pointerup", lifted);
  place.addEventListener("pointercancel", lifted);
  place.addEventListener("contextmenu", (event) => event.preventDefault());
  place.addEventListener(
    "wheel",
    (event) => {
      // A page scrolls past a picture that nobody has asked for.
      if (!event.ctrlKey && !place.contains(document.activeElement)) return hint();
      event.preventDefault();
      table.zoom(Math.exp(-0.0015 * event.deltaY * (event.deltaMode ? 30 : 1)));
      return changed();
    },
    { passive: false },
  );

  function pinch(before, event) {
    const [other] = [...fingers.values()].filter((f) => f.pointerId !== event.pointerId);
    const apart = (f) => Math.hypot(f.clientX - other.clientX, f.clientY - other.clientY);
    table.zoom(apart(event) / Math.max(apart(before), 1));
    const half = millimetresPerPixel() / 2;
    table.shift((event.clientX - before.clientX) * half, (before.clientY - event.clientY) * half);
  }
}
