(() => {
  "use strict";
  const root = document.documentElement;
  const all = (what, from) => [...(from || document).querySelectorAll(what)];

  // Charts and scenes; a page without WebGL keeps its pictures.
  if (window.cryosim) {
    root.classList.add("live");
    window.cryosim.start(document).then(() => {
      const flat = window.cryosim.scenes.length < all(".scene").length;
      root.classList.toggle("flat", flat);  // no WebGL: the pictures stay
      root.classList.add("ready");
    }).catch((error) => {
      root.classList.remove("live");
      console.warn(error);
    });
  }

  // Rows that hold all words.
  for (const block of all(".sought")) {
    const field = block.querySelector("input");
    const rows = all("tbody tr", block);
    const count = block.querySelector(".count");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const seek = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, k) => {
        row.hidden = !words.every((word) => texts[k].includes(word));
        shown += !row.hidden;
      });
      count.textContent = `${shown} of ${rows.length}`;
    };
    field.addEventListener("input", seek);
    seek();
  }

  for (const button of all(".copy")) {
    button.addEventListener("click", async () => {
      const text = button.closest(".source").querySelector("pre");
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
    });
  }

  // A source or a section inside a fold opens it.
  const reveal = () => {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    place.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Where the reader is.
  const links = new Map(all("nav a").map((a) => [a.getAttribute("href").slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      links.forEach((a) => a.classList.remove("here"));
      links.get(entry.target.id)?.classList.add("here");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  all("main > section, #top").forEach((place) => seen.observe(place));
  const contents = document.querySelector("nav details");
  const wide = matchMedia("(min-width: 74rem)");
  const fit = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();

  // On paper folds are open and charts as wide as it is; its style sheet comes too late for them.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("main details:not([open])");
    folded.forEach((fold) => { fold.open = true; });
    root.classList.add("paper");
    resize();
  });
  addEventListener("afterprint", () => {
    folded.forEach((fold) => { fold.open = false; });
    root.classList.remove("paper");
    resize();
  });
  function resize() {
    for (const chart of window.cryosim?.charts ?? []) {
      chart.resize();
      chart.getZr().flush();
      const svg = chart.getDom().querySelector("svg");
      svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    }
  }
})();
