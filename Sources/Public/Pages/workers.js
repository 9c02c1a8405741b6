// The devices with their live hashrate.

import { byId, make } from "/elements.js";
import { ask } from "/session.js";
import { ago, count, scaled } from "/words.js";

let known = new Map();

function row(worker) {
  const isOnline = worker.status === "online";
  return make("tr", { class: isOnline ? "online" : "offline" },
    make("th", { scope: "row", title: worker.name || "unnamed" }, make("i", { class: "dot", "aria-hidden": "true" }), worker.name || "unnamed",
      make("span", { class: "unseen" }, isOnline ? ", online" : ", offline")),
    make("td", {}, scaled(worker.hashrate_5m, "H/s")),
    make("td", { class: "wide" }, scaled(worker.hashrate_24h, "H/s")),
    make("td", { class: "wide" }, scaled(worker.best_diff)),
    make("td", { class: "wide" }, `${Number(worker.accept_rate.toFixed(1))} %`),
    make("td", {}, ago(worker.last_share)));
}

function paint() {
  const all = [...known.values()].sort((a, b) => (b.status === "online") - (a.status === "online") || b.hashrate_5m - a.hashrate_5m);
  byId("workers").replaceChildren(...all.map(row));
  byId("no-workers").hidden = all.length > 0;
  byId("workers-table").hidden = all.length === 0;
  byId("online").textContent = all.length ? `${count(all.filter(worker => worker.status === "online").length)} of ${count(all.length)} online` : "";
}

export const workers = {
  seconds: 10,
  panel: "workers-panel",
  async load() {
    known = new Map((await ask("GET", "/mining/workers")).workers.map(worker => [worker.name, worker]));
    paint();
  },
  /** Merges what a message says; a device that is not known yet appears with the next reading. */
  hear(data) {
    const told = data.type === "hashrate_update" ? data.workers : data.type === "worker_status" ? [{ ...data, name: data.worker }] : null;
    if (!told) return;
    for (const { type, worker, ...news } of told) {
      const held = known.get(news.name);
      if (held) Object.assign(held, news);
    }
    paint();
  },
};
