// The start page: sign-in by pasting a signature; then the live page takes over.

import { byId } from "/elements.js";
import { enter, leave } from "/miner.js";
import { SignedOut, challenge, isSignedIn, onChange, signOut, verify } from "/session.js";

let pending = null; // the challenge that waits for its signature
let troubled = null; // the panel whose trouble is shown

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

/** Shows what goes wrong with a panel until that panel is well again; goes back to the sign-in form when the session is over. */
function tell(error, panel) {
  if (error instanceof SignedOut) {
    show();
    trouble(error);
    return true;
  }
  if (error) {
    trouble(error);
    troubled = panel ?? null;
  } else if (troubled === panel) {
    trouble(null);
    troubled = null;
  }
  return false;
}

function show() {
  const isIn = isSignedIn();
  trouble(null);
  byId("signed-in").hidden = !isIn;
  byId("sign-out").hidden = !isIn;
  byId("signed-out").hidden = isIn;
  if (isIn) return enter(tell);
  leave();
  byId("takeover").checked = false;
  byId("takeover-row").hidden = true;
  showForm(false);
}

byId("sign-out").addEventListener("click", async () => {
  const ended = signOut();
  show();
  await ended;
});
onChange(show);
show();
