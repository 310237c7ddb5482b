// Charts: ECharts drawing SVG from an option that came as JSON.

import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendPlainComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  VisualMapPiecewiseComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart,
  AriaComponent, DataZoomInsideComponent, GridComponent, LegendPlainComponent,
  MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent,
  VisualMapContinuousComponent, VisualMapPiecewiseComponent, SVGRenderer,
]);

const number = (value, digits) =>
  Number(value).toLocaleString("en", { maximumFractionDigits: digits }).replace("-", "−");

// JSON holds no functions: an option names one of these where ECharts wants one.
const FORMATTERS = {
  degC: (value) => `${number(value, 1)} °C`,
  minutes: (value) => `${number(value, 1)} min`,
  percent: (value) => `${number(100 * value, 1)} %`,
  plain: (value) => number(value, 3),
};

const RENDERERS = {
  // One point of a strip between two lines; data: [x, low, high] in the order of x.
  band(parameters, api) {
    if (parameters.context.done) return null;
    parameters.context.done = true;
    const count = parameters.dataInsideLength;
    const upper = [];
    const lower = [];
    for (let i = 0; i < count; i += 1) {
      upper.push(api.coord([api.value(0, i), api.value(2, i)]));
      lower.unshift(api.coord([api.value(0, i), api.value(1, i)]));
    }
    return {
      type: "polygon",
      shape: { points: [...upper, ...lower] },
      style: { fill: api.visual("color"), opacity: 0.25 },
      silent: true,
    };
  },
  // A horizontal bar; data: [low, high, category].
  interval(parameters, api) {
    const start = api.coord([api.value(0), api.value(2)]);
    const end = api.coord([api.value(1), api.value(2)]);
    const height = Math.max(4, 0.45 * api.size([0, 1])[1]);
    return {
      type: "rect",
      shape: { x: start[0], y: start[1] - height / 2, width: end[0] - start[0], height },
      style: { fill: api.visual("color") },
    };
  },
};

const NAMED = { formatter: FORMATTERS, valueFormatter: FORMATTERS, renderItem: RENDERERS };

function withFunctions(value) {
  if (Array.isArray(value)) return value.map(withFunctions);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === "string" && NAMED[key]?.[item] ? NAMED[key][item] : withFunctions(item),
    ]),
  );
}

export function drawChart(place, option) {
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption({ animation: false, ...withFunctions(option) });
  // Paper is narrower than the window, and there the page must not wait for a script.
  const box = () => {
    const svg = place.querySelector("svg");
    svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  box();
  new ResizeObserver(() => {
    if (!place.clientWidth || matchMedia("print").matches) return;
    chart.resize();
    box();
  }).observe(place);
  return chart;
}
