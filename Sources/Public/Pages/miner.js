// The live page of a signed-in miner: reads each panel when it is due, gives it the messages, and hides a panel whose endpoint does not exist.

import { chart } from "/chart.js";
import { earned } from "/earned.js";
import { byId } from "/elements.js";
import { events } from "/events.js";
import { feed } from "/feed.js";
import { figures } from "/figures.js";
import { level } from "/level.js";
import { Live } from "/live.js";
import { ask, isSignedIn } from "/session.js";
import { shares } from "/shares.js";
import { streak } from "/streak.js";
import { toast } from "/toast.js";
import { day, plural, shortened } from "/words.js";
import { workers } from "/workers.js";

const panels = [figures, chart, workers, shares, level, streak, earned, feed, events, toast];
const rereadDelay = 400; // milliseconds; one reading for the messages of one moment
const retrySeconds = 10; // of a panel that is read but once
const linkWords = { connecting: "connecting…", live: "live", waiting: "not connected, trying again" };
const timers = new Map();
let report = () => false;

async function read(panel) {
  clearTimeout(timers.get(panel));
  if (!panel.load || !isSignedIn()) return;
  let seconds = panel.seconds;
  try {
    await panel.load();
    if (panel.panel) byId(panel.panel).hidden = false;
    report(null, panel);
  } catch (error) {
    if (error.status === 404 && panel.panel) { byId(panel.panel).hidden = true; return; }
    if (report(error, panel)) return;
    seconds ??= retrySeconds;
  }
  if (seconds && isSignedIn() && !document.hidden) timers.set(panel, setTimeout(read, seconds * 1000, panel));
}

const readAll = () => { for (const panel of panels) read(panel); };

function hear(data) {
  for (const panel of panels) {
    panel.hear?.(data);
    if (!panel.rereads?.includes(data.type)) continue;
    clearTimeout(timers.get(panel));
    timers.set(panel, setTimeout(read, rereadDelay, panel));
  }
}

const live = new Live(hear, state => {
  if (state instanceof Error) return report(state);
  byId("link").textContent = linkWords[state];
  byId("link").className = `link ${state}`;
}, readAll);

function showProfile(user) {
  byId("name").textContent = user.display_name || shortened(user.btc_address);
  byId("name").title = user.btc_address;
  const words = [user.display_name ? shortened(user.btc_address) : null, `mining since ${day(user.created_at)}`, plural(user.login_count, "sign-in")];
  byId("account").textContent = words.filter(Boolean).join(" · ");
}

/** Begins; `tell` gets what goes wrong, null when all is well, and answers whether the session has ended. */
export async function enter(tell) {
  report = tell;
  shares.clear();
  try {
    showProfile(await ask("GET", "/users/me"));
  } catch (error) {
    if (report(error)) return;
  }
  live.start();
  readAll();
}

export function leave() {
  live.stop();
  for (const timer of timers.values()) clearTimeout(timer);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden && isSignedIn()) readAll(); });
