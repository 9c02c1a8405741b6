// What happens on the whole pool.

import { byId, list, make, picture } from "/elements.js";
import { ask } from "/session.js";
import { ago } from "/words.js";

const most = 8;
const pictures = { block: "block_finder", worldcup: "world_cup_participant" };
let items = [];

function row(item) {
  const slug = pictures[item.type] ?? (item.type === "badge" ? item.metadata?.slug : null);
  return make("li", { class: "item" },
    slug ? picture(slug, 28) : make("i", { class: "sign", "aria-hidden": "true" }, item.type === "miner" ? "+" : "i"),
    make("span", {}, item.text, item.description ? make("small", {}, item.description) : null),
    make("time", { datetime: item.time }, ago(item.time)));
}

const paint = () => list(byId("feed"), items, row, "News of the pool appears here: blocks, badges and new miners.");

export const feed = {
  seconds: 60,
  panel: "feed-panel",
  async load() { items = await ask("GET", `/dashboard/feed?limit=${most}`); paint(); },
  hear(data) {
    if (data.type !== "feed_item" || items.some(item => item.id === data.item.id)) return;
    items = [data.item, ...items].slice(0, most);
    paint();
  },
};
