// The newest badges.

import { byId, list, make, picture } from "/elements.js";
import { ask } from "/session.js";
import { day } from "/words.js";

const row = badge => make("li", { class: "earned" },
  make("a", { href: `/badges#${badge.slug}` }, picture(badge.slug, 64), make("span", {}, badge.name)), make("time", { datetime: badge.earned_at }, day(badge.earned_at)));

export const earned = {
  seconds: 300,
  panel: "earned-panel",
  rereads: ["badge_earned"],
  async load() {
    list(byId("earned"), await ask("GET", "/dashboard/recent-badges?limit=6"), row, "Your first badge comes with your first accepted share.");
  },
};
