// The start page: sign-in by pasting a signature, then the miner's figures and shares.

import { Live } from "/live.js";
import { SignedOut, ask, challenge, isSignedIn, onChange, signOut, verify } from "/session.js";

const shownShares = 20;
const refreshSeconds = 5;
const byId = id => document.getElementById(id);
let pending = null; // the challenge that waits for its signature
let timer;

// MARK: words

function scaled(value, unit, step = 1000) {
  const prefixes = ["", "K", "M", "G", "T", "P", "E"];
  let index = 0;
  while (value >= step && index < prefixes.length - 1) { value /= step; index += 1; }
  const digits = value === 0 || index === 0 && Number.isInteger(value) ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${prefixes[index]}${unit}`.trim();
}

const count = number => number.toLocaleString("en");
const clock = text => new Date(text).toLocaleTimeString([], { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = text => new Date(text).toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });
const shortened = address => address.length > 24 ? `${address.slice(0, 10)}…${address.slice(-8)}` : address;

function trouble(error) {
  byId("trouble").hidden = !error;
  byId("trouble").textContent = error ? error.message || "Your session has ended. Please sign in again." : "";
}

// MARK: signing in

/** Runs a form's work once at a time and shows what goes wrong. */
function onSubmit(form, work) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    try {
      trouble(null);
      await work();
    } catch (error) {
      trouble(error);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  });
}

function showForm(hasChallenge) {
  byId("ask").hidden = hasChallenge;
  byId("prove").hidden = !hasChallenge;
  byId(hasChallenge ? "signature" : "address").focus();
}

onSubmit(byId("ask"), async () => {
  const address = byId("address").value.trim();
  const answer = await challenge(address);
  pending = { address, nonce: answer.nonce };
  byId("message").value = answer.message;
  byId("signature").value = "";
  byId("expiry").textContent = `good for ${Math.round(answer.expires_in / 60)} minutes`;
  showForm(true);
});

onSubmit(byId("prove"), async () => {
  try {
    await verify(pending.address, pending.nonce, byId("signature").value.trim(), byId("takeover").checked);
  } catch (error) {
    // A spent challenge, or one whose address is claimed: both need a new message.
    byId("takeover-row").hidden = error.code !== "address_claimed_by_email";
    if (error.code === "challenge_invalid" || error.code === "address_claimed_by_email") showForm(false);
    throw error;
  }
  show();
});

byId("again").addEventListener("click", () => { trouble(null); showForm(false); });

byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(byId("message").value);
  } catch {
    byId("message").select();
    document.execCommand("copy");
  }
  byId("copy").textContent = "Copied";
  setTimeout(() => { byId("copy").textContent = "Copy the message"; }, 2000);
});

// MARK: signed in

function showProfile(user) {
  byId("name").textContent = user.display_name || shortened(user.btc_address);
  byId("name").title = user.btc_address;
  const words = [user.display_name ? shortened(user.btc_address) : null, `since ${day(user.created_at)}`, `${count(user.login_count)} sign-ins`];
  byId("account").textContent = words.filter(Boolean).join(" · ");
}

function showSummary(summary) {
  const figures = {
    "Hashrate, 5 min": scaled(summary.hashrate_5m, "H/s"), "Hashrate, 24 h": scaled(summary.hashrate_24h, "H/s"),
    "Devices online": `${count(summary.workers_online)} of ${count(summary.workers_total)}`, "Shares today": count(summary.shares_today),
    "Accepted": `${summary.acceptance_rate} %`, "Best today": scaled(summary.best_diff_today, ""),
    "Best this week": scaled(summary.best_diff_week, ""), "Best ever": scaled(summary.best_diff_alltime, ""),
    "Blocks": count(summary.blocks_found), "Last share": summary.last_share ? clock(summary.last_share) : "none yet",
  };
  byId("figures").replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const box = document.createElement("div");
    box.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
    return box;
  }));
}

function showShare(share) {
  byId("none-yet")?.remove();
  const row = document.createElement("li");
  row.className = share.accepted ? "new" : "new rejected";
  const word = !share.accepted ? "rejected" : share.is_personal_best ? "best" : share.is_above_average ? "lucky" : "";
  for (const [tag, text] of [["time", clock(share.time)], ["span", share.worker], ["b", scaled(share.share_diff, "")], ["em", word]]) {
    row.append(Object.assign(document.createElement(tag), { textContent: text }));
  }
  byId("shares").prepend(row);
  while (byId("shares").children.length > shownShares) byId("shares").lastChild.remove();
}

const live = new Live(
  data => { if (data.type === "share_submitted") showShare(data); },
  state => {
    if (state instanceof Error) return leaveIfEnded(state);
    byId("link").textContent = { connecting: "connecting…", live: "live", waiting: "not connected, trying again" }[state];
  },
);

/** Goes back to the sign-in form when the session is over; tells so. */
function leaveIfEnded(error) {
  if (!(error instanceof SignedOut)) return false;
  show();
  trouble(error);
  return true;
}

async function refresh() {
  clearTimeout(timer);
  try {
    showSummary(await ask("GET", "/mining/summary"));
    trouble(null);
  } catch (error) {
    if (leaveIfEnded(error)) return;
    trouble(error);
  }
  if (isSignedIn() && !document.hidden) timer = setTimeout(refresh, refreshSeconds * 1000);
}

async function enter() {
  try {
    showProfile(await ask("GET", "/users/me"));
  } catch (error) {
    if (leaveIfEnded(error)) return;
    trouble(error);
  }
  live.start();
  refresh();
}

function show() {
  const isIn = isSignedIn();
  trouble(null);
  clearTimeout(timer);
  byId("signed-in").hidden = !isIn;
  byId("sign-out").hidden = !isIn;
  byId("signed-out").hidden = isIn;
  if (isIn) return enter();
  live.stop();
  byId("shares").replaceChildren();
  byId("takeover").checked = false;
  byId("takeover-row").hidden = true;
  showForm(false);
}

byId("sign-out").addEventListener("click", async () => {
  const ended = signOut();
  show();
  await ended;
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && isSignedIn()) refresh(); });
onChange(show);
show();
