// What a page calls: every scene and every chart that it holds is drawn from the JSON beside it.

import { drawChart } from "./chart.js";
import { showScene } from "./shown.js";
import css from "./viewer.css";

export const charts = [];
export const scenes = [];
export let ready = false;

const contentOf = (document, place) =>
  JSON.parse(document.getElementById(place.dataset.of).textContent);

export async function start(document) {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.prepend(style); // the page's own rules come later and prevail
  for (const place of document.querySelectorAll("div.chart[data-of]")) {
    charts.push(drawChart(place, contentOf(document, place)));
  }
  const links = new Map();
  for (const place of document.querySelectorAll("div.scene[data-of]")) {
    place.classList.add("cryosim-place"); // as wide as what it holds has room for
    const scene = await showScene(place, contentOf(document, place), links);
    if (scene) scenes.push(scene);
  }
  ready = true;
}
