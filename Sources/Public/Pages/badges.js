// The badges stand in the page already; this adds how many miners have each, and for a signed-in miner the own ones.

import { byId, make } from "/elements.js";
import { ask, isSignedIn, read } from "/session.js";
import { day, plural } from "/words.js";

/** Shares of the whole are reckoned once an hour; until then the number stands alone. */
const shared = ({ total_earned, percentage }) =>
  `${plural(total_earned, "miner has", "miners have")} it` + (percentage > 0 || total_earned === 0 ? ` · ${percentage} %` : "");

async function showStatistics() {
  for (const badge of (await read("/badges")).badges) {
    byId(badge.slug)?.querySelector(".how").append(make("span", {}, shared(badge)));
  }
}

async function showEarned() {
  const answer = await ask("GET", "/users/me/badges");
  byId("badges").classList.add("signed-in");
  for (const { slug, earned_at } of answer.earned) {
    const card = byId(slug);
    if (!card) continue;
    card.classList.add("is-earned");
    card.querySelector(".how").before(make("time", { class: "date", datetime: earned_at }, `✓ Earned on ${day(earned_at)}`));
  }
  byId("progress").textContent = `You have ${answer.total_earned} of ${answer.total_available}.`;
}

// Both only add to the page: it is complete without them.
showStatistics().catch(() => { });
if (isSignedIn()) showEarned().catch(() => { });
