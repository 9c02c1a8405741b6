// The shares as they arrive, the newest first.

import { byId, make } from "/elements.js";
import { ask } from "/session.js";
import { clock, scaled } from "/words.js";

const most = 12;
const seen = new Set();

function show(share, isNew) {
  if (seen.has(share.id)) return;
  seen.add(share.id);
  if (seen.size > 500) seen.delete(seen.values().next().value);
  const list = byId("shares");
  if (list.firstElementChild?.classList.contains("empty")) list.replaceChildren();
  const word = !share.accepted ? "rejected" : share.is_block ? "block!" : share.is_personal_best ? "best" : share.is_above_average ? "lucky" : "";
  // What is read may come after what is told.
  const older = [...list.children].find(row => row.firstElementChild.dateTime <= share.time) ?? null;
  list.insertBefore(make("li", { class: `share${isNew ? " new" : ""}${share.accepted ? "" : " rejected"}` },
    make("time", { datetime: share.time }, clock(share.time)), make("span", { title: share.worker }, share.worker || "unnamed"),
    make("b", {}, scaled(share.share_diff)), make("em", {}, word)), older);
  while (list.children.length > most) list.lastElementChild.remove();
}

export const shares = {
  panel: "shares-panel",
  async load() {
    const page = await ask("GET", `/mining/shares?limit=${most}`);
    for (const share of page.data.reverse()) show({ ...share, worker: share.worker_name, accepted: share.is_valid }, false);
  },
  hear(data) { if (data.type === "share_submitted") show(data, true); },
  clear() {
    seen.clear();
    byId("shares").replaceChildren(make("li", { class: "empty" }, "Shares appear here as your devices find them."));
  },
};
