// Short messages in a corner: badges, levels, milestones, blocks. A screen reader speaks them; they go by themselves or by a click.

import { byId, make, picture } from "/elements.js";
import { count } from "/words.js";

const seconds = 9;
const most = 3;

function content(data) {
  switch (data.type) {
  case "badge_earned":
    return { slug: data.badge_slug, title: `Badge earned: ${data.badge_name}`, text: `${data.description} +${count(data.xp_reward)} XP`, href: `/badges#${data.badge_slug}` };
  case "level_up": return { sign: data.new_level, title: `Level ${data.new_level}: ${data.title}`, text: "You have moved up." };
  case "streak_update": return data.event === "milestone" ? { sign: data.streak_weeks, title: data.milestone, text: "A milestone of your streak." } : null;
  case "block_found":
    return data.is_mine
      ? { slug: "block_finder", title: "You found a block!", text: `Block ${count(data.height)} is yours.` }
      : { slug: "block_finder", title: "A block was found", text: `${data.finder} found block ${count(data.height)}.` };
  default: return null;
  }
}

export const toast = {
  hear(data) {
    const told = content(data);
    if (!told) return;
    const close = make("button", { type: "button", class: "close", "aria-label": "Close this message" }, "×");
    const box = make("div", { class: "toast" },
      told.slug ? picture(told.slug, 56) : make("i", { class: "sign", "aria-hidden": "true" }, String(told.sign)),
      make("div", {}, told.href ? make("a", { href: told.href }, told.title) : make("strong", {}, told.title), make("span", {}, told.text)), close);
    const timer = setTimeout(() => box.remove(), seconds * 1000);
    // Whoever reads or points at it keeps it.
    for (const hold of ["pointerenter", "focusin"]) box.addEventListener(hold, () => clearTimeout(timer));
    close.addEventListener("click", () => box.remove());
    byId("toasts").append(box);
    while (byId("toasts").children.length > most) byId("toasts").firstElementChild.remove();
  },
};
