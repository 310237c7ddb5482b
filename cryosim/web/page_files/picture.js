// The picture that the server draws, and what fingers and mouse do to it.
(function () {
  "use strict";
  const { inject, onBeforeUnmount, onMounted, ref } = window.Vue;
  const CLICK = 5; // pixels that a click may wander
  const LONG = 700; // ms that a click may last
  const WAIT = 500; // ms that a picture is waited for before more is asked of the server
  const SHARP = 2; // most device pixels a CSS pixel is drawn with

  // Tells the server, if it is still there; that it has gone is said by the page itself.
  async function tell(trame, name, values) {
    try {
      await trame.trigger(name, values);
    } catch (gone) {
      console.debug(`not told: ${name}`, gone);
    }
  }

  const Picture = {
    template: `<div ref="box" class="cryo-picture" tabindex="0" role="img"
      aria-label="The tissue in three dimensions: drag to turn, shift and drag to move,
      wheel or pinch to zoom, click to ask for a point"><canvas ref="canvas"></canvas></div>`,
    setup() {
      const trame = inject("trame");
      const box = ref(null);
      const canvas = ref(null);
      const session = trame.client.getConnection().getSession();
      const fingers = new Map();
      let motion = null, moving = false, travelled = 0, pressed = 0;
      let subscription = null, watcher = null, shown = 0, alive = true, arrived = () => {};

      async function show([frame]) {
        const bitmap = await createImageBitmap(new Blob([frame.image], { type: "image/jpeg" }));
        if (!alive) return;
        if (frame.number >= shown) {
          shown = frame.number;
          const target = canvas.value;
          if (target.width !== bitmap.width || target.height !== bitmap.height) {
            target.width = bitmap.width;
            target.height = bitmap.height;
          }
          target.getContext("2d", { alpha: false }).drawImage(bitmap, 0, 0);
          box.value.dataset.frame = frame.number;
          box.value.dataset.sharp = frame.sharp;
        }
        bitmap.close();
        arrived();
        tell(trame, "seen", [frame.number]);
      }

      function size() {
        const { width, height } = box.value.getBoundingClientRect();
        const dots = Math.min(window.devicePixelRatio || 1, SHARP);
        if (width > 1 && height > 1) {
          tell(trame, "fit", [Math.round(width * dots), Math.round(height * dots), dots]);
        }
      }

      // One message a picture: what happens meanwhile is added up.
      async function move(turn, shift, zoom) {
        motion = motion || { turn: [0, 0], shift: [0, 0], zoom: 1 };
        motion.turn = [motion.turn[0] + turn[0], motion.turn[1] + turn[1]];
        motion.shift = [motion.shift[0] + shift[0], motion.shift[1] + shift[1]];
        motion.zoom *= zoom;
        if (moving) return;
        moving = true;
        while (motion && alive) {
          const sent = motion;
          motion = null;
          const next = new Promise((done) => { arrived = done; });
          await tell(trame, "move", [sent.turn, sent.shift, sent.zoom]);
          await Promise.race([next, new Promise((done) => setTimeout(done, WAIT))]);
        }
        moving = false;
      }

      // Where the picture is in its box: beside it there is room if another page is of another form.
      function place() {
        const { left, top, width, height } = box.value.getBoundingClientRect();
        const { width: across, height: down } = canvas.value;
        const scale = Math.min(width / across, height / down);
        const [wide, tall] = [across * scale, down * scale];
        return { left: left + (width - wide) / 2, top: top + (height - tall) / 2, wide, tall };
      }

      const share = (dx, dy) => {
        const { tall } = place();
        return [dx / tall, -dy / tall];
      };
      const spread = ([a, b]) => Math.hypot(a.x - b.x, a.y - b.y);

      function down(event) {
        box.value.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (fingers.size === 1) [travelled, pressed] = [0, event.timeStamp];
        else travelled = Infinity;
      }

      function drag(event) {
        const before = fingers.get(event.pointerId);
        if (!before) return;
        const wide = fingers.size === 2 ? spread([...fingers.values()]) : 0;
        const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        travelled += Math.hypot(dx, dy);
        if (travelled < CLICK) return;
        if (fingers.size === 2) {
          const zoom = wide > 0 ? spread([...fingers.values()]) / wide : 1;
          move([0, 0], share(dx / 2, dy / 2), zoom);
        } else if (event.shiftKey || event.buttons & 6) move([0, 0], share(dx, dy), 1);
        else move(share(dx, dy), [0, 0], 1);
      }

      function up(event) {
        const quick = event.timeStamp - pressed < LONG && travelled < CLICK;
        if (fingers.delete(event.pointerId) && quick && event.button === 0) {
          const { left, top, wide, tall } = place();
          tell(trame, "pick", [(event.clientX - left) / wide, 1 - (event.clientY - top) / tall]);
        }
      }

      function wheel(event) {
        event.preventDefault();
        move([0, 0], [0, 0], Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.002));
      }

      onMounted(() => {
        const target = box.value;
        subscription = session.subscribe("cryosim.picture", show);
        watcher = new ResizeObserver(size);
        watcher.observe(target);
        window.addEventListener("focus", size); // pages share the picture: it fits the one in use
        target.addEventListener("pointerdown", down);
        target.addEventListener("pointermove", drag);
        target.addEventListener("pointerup", up);
        target.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
        target.addEventListener("wheel", wheel, { passive: false });
        target.addEventListener("contextmenu", (event) => event.preventDefault());
      });
      onBeforeUnmount(() => {
        alive = false;
        window.removeEventListener("focus", size);
        watcher.disconnect();
        session.unsubscribe(subscription);
      });
      return { box, canvas };
    },
  };

  // Keys that work wherever nothing is being typed.
  function keys(trame) {
    window.addEventListener("keydown", (event) => {
      const at = event.target;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (at.closest("input:not([type=checkbox]), textarea, select, .v-slider, .v-select")) return;
      const name = { " ": "play", ArrowLeft: "back", ArrowRight: "on", h: "home" }[event.key];
      if (!name || (name === "play" && at.closest("button, a, [role=button], input"))) return;
      event.preventDefault();
      tell(trame, "key", [name]);
    });
  }

  window.cryosim_picture = {
    install(app) {
      app.component("cryo-picture", Picture);
      keys(app._context.provides.trame);
    },
  };
})();
