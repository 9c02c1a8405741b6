// The session of this browser: its two tokens, kept over reloads and shared by all tabs, and requests made with them.

const storageKey = "tbg.session";

/** There is no session, or it has ended. */
export class SignedOut extends Error {}

/** The service refused a request; the message is fit to show. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.detail || `The service answered ${status}.`);
    this.status = status;
    this.code = body?.code;
  }
}

function tokens() {
  try {
    return JSON.parse(localStorage.getItem(storageKey));
  } catch {
    return null;
  }
}

const keep = answer => localStorage.setItem(storageKey, JSON.stringify({ access: answer.access_token, refresh: answer.refresh_token }));
const forget = () => localStorage.removeItem(storageKey);

async function send(method, path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(`/api/v1${path}`, {
    method, headers, credentials: "omit", cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
  });
  const content = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, content);
  return content;
}

// One renewal at a time over all tabs; where the browser has no locks (plain http to another host), over this tab.
let last = Promise.resolve();
const exclusively = work => navigator.locks ? navigator.locks.request(storageKey, work) : (last = last.then(work, work));

/** Renews the session whose access token was refused; a token that another tab renewed meanwhile is taken as it is. */
function renew(refused) {
  return exclusively(async () => {
    const held = tokens();
    if (!held) throw new SignedOut();
    if (held.access !== refused) return held.access;
    try {
      const answer = await send("POST", "/auth/refresh", { refresh_token: held.refresh });
      keep(answer);
      return answer.access_token;
    } catch (error) {
      // Only the service's word ends a session; a lost connection does not.
      if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error;
      forget();
      throw new SignedOut(error.message);
    }
  });
}

/** Whether this browser holds a session, good or not. */
export const isSignedIn = () => tokens() !== null;

/** The access token for the socket. */
export const accessToken = () => tokens()?.access;

/** The message an address has to sign: `{nonce, message, expires_in}`. */
export const challenge = address => send("POST", "/auth/challenge", { btc_address: address });

/** Begins a session. */
export async function verify(address, nonce, signature, takeover) {
  keep(await send("POST", "/auth/verify", { btc_address: address, signature, nonce, ...(takeover ? { takeover } : {}) }));
}

/** Reads what anybody may read. */
export const read = path => send("GET", path);

/** Asks as the signed-in user, renewing the session once if its token is refused. */
export async function ask(method, path, body) {
  const held = tokens();
  if (!held) throw new SignedOut();
  try {
    return await send(method, path, body, held.access);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    return send(method, path, body, await renew(held.access));
  }
}

/** Ends the session here at once, and at the service when it can be reached. */
export async function signOut() {
  const held = tokens();
  forget();
  if (held) await send("POST", "/auth/logout", { refresh_token: held.refresh }).catch(() => { });
}

/** Calls back when another tab signs in or out. */
export const onChange = callback => addEventListener("storage", event => { if (event.key === storageKey || event.key === null) callback(); });
