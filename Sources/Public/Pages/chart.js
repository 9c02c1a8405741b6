// The hashrate over time, drawn as SVG to the width there is.

import { byId, draw } from "/elements.js";
import { ask } from "/session.js";
import { scaled } from "/words.js";

const edge = { top: 12, right: 8, bottom: 24, left: 66 };
const spans = { "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000 };
const buttons = [...document.querySelectorAll("#windows button")];
let chosen = "24h";
let shown = null;

/** The least round number not below: 1, 2 or 5 times a power of ten. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find(step => step * power >= value) * power;
}

const label = time => new Date(time).toLocaleString([], spans[chosen] > 86_400
  ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function paint() {
  const canvas = byId("canvas");
  if (!shown || !canvas.clientWidth) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const points = shown.points.map(point => [new Date(point.time).getTime(), point.hashrate]);
  byId("chart-words").textContent = points.length
    ? `now ${scaled(shown.current, "H/s")} · average ${scaled(shown.average, "H/s")} · peak ${scaled(shown.peak, "H/s")}`
    : "The line begins a few minutes after your first share.";
  const top = ceiling(Math.max(shown.peak, 1));
  const last = points.at(-1)?.[0] ?? Date.now();
  // A miner who has just begun sees a line over the whole width instead of a dot at the edge.
  const first = points.length > 1 ? points[0][0] : last - spans[chosen] * 1000;
  const x = time => edge.left + (time - first) / Math.max(last - first, 1) * (width - edge.left - edge.right);
  const y = rate => height - edge.bottom - rate / top * (height - edge.top - edge.bottom);
  const image = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": "chart-title chart-words" });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    image.append(draw("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: y(part * top), y2: y(part * top) }));
    if (points.length) image.append(draw("text", { x: edge.left - 8, y: y(part * top) + 4, "text-anchor": "end" }, scaled(part * top, "H/s")));
  }
  if (points.length) {
    const steps = width < 500 ? 2 : 4;
    for (let step = 0; step <= steps; step += 1) {
      const time = first + (last - first) * step / steps;
      const anchor = step === 0 ? "start" : step === steps ? "end" : "middle";
      image.append(draw("text", { x: x(time), y: height - 6, "text-anchor": anchor }, label(time)));
    }
    const line = points.map(([time, rate], index) => `${index ? "L" : "M"}${x(time).toFixed(1)} ${y(rate).toFixed(1)}`).join("");
    const floor = y(0);
    image.append(
      draw("path", { class: "area", d: `${line}L${x(last)} ${floor}L${x(points[0][0])} ${floor}z` }),
      draw("path", { class: "line", d: line }),
      draw("circle", { class: "dot", cx: x(last), cy: y(points.at(-1)[1]), r: 4 }),
    );
  }
  canvas.replaceChildren(image);
}

for (const button of buttons) {
  button.addEventListener("click", async () => {
    chosen = button.value;
    for (const other of buttons) other.setAttribute("aria-pressed", other === button);
    await chart.load().catch(() => { });
  });
}
new ResizeObserver(paint).observe(byId("canvas"));

export const chart = {
  seconds: 60,
  panel: "chart-panel",
  async load() {
    const asked = chosen;
    const answer = await ask("GET", `/mining/hashrate/chart?window=${asked}`);
    if (asked === chosen) { shown = answer; paint(); }
  },
};
