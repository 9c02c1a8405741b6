// Level and experience.

import { byId } from "/elements.js";
import { ask } from "/session.js";
import { count } from "/words.js";

export const level = {
  seconds: 60,
  panel: "level-panel",
  rereads: ["xp_gained", "level_up"],
  async load() {
    const xp = await ask("GET", "/users/me/xp");
    byId("level-number").textContent = xp.level;
    byId("level-title").textContent = xp.level_title;
    byId("xp").max = xp.xp_for_level;
    byId("xp").value = xp.xp_into_level;
    byId("xp-words").textContent = xp.is_max_level
      ? `${count(xp.total_xp)} XP · the highest level`
      : `${count(xp.xp_into_level)} of ${count(xp.xp_for_level)} XP to level ${xp.next_level}, ${xp.next_title}`;
  },
};
