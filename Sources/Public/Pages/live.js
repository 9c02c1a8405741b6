// The live socket: one connection, opened again with growing waits while it is wanted.

import { accessToken, ask } from "/session.js";

const longestWait = 30;

export class Live {
  #tell;
  #state;
  #socket = null;
  #timer;
  #failures = 0;
  #isWanted = false;

  /**
   * @param tell receives the data of each message.
   * @param state receives "connecting", "live" or "waiting"; an error when the session has ended.
   */
  constructor(tell, state) {
    this.#tell = tell;
    this.#state = state;
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
  }

  #open() {
    this.#state("connecting");
    const origin = location.origin.replace(/^http/, "ws");
    const socket = this.#socket = new WebSocket(`${origin}/ws?token=${accessToken()}`);
    socket.onopen = () => {
      this.#failures = 0;
      socket.send(JSON.stringify({ action: "subscribe", channel: "mining" }));
    };
    socket.onmessage = event => {
      if (socket !== this.#socket) return;
      const message = JSON.parse(event.data);
      if (message.type === "subscribed") this.#state("live");
      else if (message.channel === "mining") this.#tell(message.data);
    };
    socket.onclose = () => { if (this.#isWanted && socket === this.#socket) this.#again(); };
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
