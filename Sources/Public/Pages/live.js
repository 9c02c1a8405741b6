// The live socket: one connection, opened again with growing waits while it is wanted. Each channel is resumed where it stopped; what cannot
// be resumed is told as `resync`, and has to be read anew.

import { accessToken, ask } from "/session.js";

const longestWait = 30;
const channels = ["mining", "dashboard", "gamification"];

export class Live {
  #tell;
  #state;
  #resync;
  #socket = null;
  #timer;
  #failures = 0;
  #isWanted = false;
  #positions = new Map(); // channel: the epoch and offset of its last frame
  #wasOpen = false;

  /**
   * @param tell receives the data of each message.
   * @param state receives "connecting", "live" or "waiting"; an error when the session has ended.
   * @param resync is called when messages have been missed for good.
   */
  constructor(tell, state, resync) {
    this.#tell = tell;
    this.#state = state;
    this.#resync = resync;
  }

  start() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#failures = 0;
    this.#open();
  }

  stop() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    this.#positions.clear();
    this.#wasOpen = false;
  }

  #open() {
    this.#state("connecting");
    const origin = location.origin.replace(/^http/, "ws");
    const socket = this.#socket = new WebSocket(`${origin}/ws?token=${accessToken()}`);
    socket.onopen = () => {
      this.#failures = 0;
      for (const channel of channels) {
        socket.send(JSON.stringify({ action: "subscribe", channel, resume: this.#positions.get(channel) ?? true }));
      }
      // Without a position nothing brings back what was missed.
      if (this.#wasOpen && channels.some(channel => !this.#positions.has(channel))) this.#resync();
      this.#wasOpen = true;
    };
    socket.onmessage = event => { if (socket === this.#socket) this.#read(JSON.parse(event.data)); };
    socket.onclose = () => { if (this.#isWanted && socket === this.#socket) this.#again(); };
  }

  #read({ type, channel, data, epoch, offset }) {
    if (epoch && offset) this.#positions.set(channel, { epoch, offset });
    else if (type === "resync") this.#positions.delete(channel);
    if (type === "subscribed") this.#state("live");
    else if (type === "resync") this.#resync();
    else if (data) this.#tell(data);
  }

  async #again() {
    this.#socket = null;
    this.#state("waiting");
    const wait = Math.min(2 ** this.#failures++, longestWait) + Math.random();
    await new Promise(resolve => { this.#timer = setTimeout(resolve, wait * 1000); });
    if (!this.#isWanted) return;
    try {
      // A refused handshake says no more than that it was refused: this renews the session, or tells that it has ended.
      await ask("GET", "/auth/me");
    } catch (error) {
      if (this.#state(error)) return;
    }
    if (this.#isWanted) this.#open();
  }
}
