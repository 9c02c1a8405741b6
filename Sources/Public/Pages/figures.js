// The tiles: hashrate, shares, devices and bests.

import { byId, make } from "/elements.js";
import { ask } from "/session.js";
import { ago, count, plural, scaled } from "/words.js";

let changes = {};

const change = percent => percent ? `${percent > 0 ? "▲" : "▼"} ${Math.abs(percent)} % in 24 h` : null;

function show(summary) {
  const tiles = [
    ["Hashrate", scaled(summary.hashrate_5m, "H/s"), change(changes.hashrate_change) ?? `${scaled(summary.hashrate_24h, "H/s")} over 24 h`],
    ["Shares today", count(summary.shares_today), change(changes.shares_change) ?? (summary.last_share ? `${Number(summary.acceptance_rate.toFixed(2))} % accepted` : "none yet")],
    ["Devices online", `${count(summary.workers_online)} of ${count(summary.workers_total)}`, summary.last_share ? `last share ${ago(summary.last_share)}` : "no share yet"],
    ["Best this week", scaled(summary.best_diff_week), `today ${scaled(summary.best_diff_today)}`],
    ["Best ever", scaled(summary.best_diff_alltime), changes.network_diff ? `the network asks ${scaled(changes.network_diff)}` : "difficulty"],
    ["Blocks found", count(summary.blocks_found), summary.blocks_found ? plural(summary.blocks_found, "block") + " of your own" : "every hash is a try"],
  ];
  byId("figures").replaceChildren(...tiles.map(([name, value, note]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value), make("dd", { class: "note" }, note))));
}

export const figures = {
  seconds: 5,
  async load() { show(await ask("GET", "/mining/summary")); },
  hear(data) { if (data.type === "stats_update") changes = data; },
};
