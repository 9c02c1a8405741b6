// What is coming up, the soonest first.

import { byId, list, make } from "/elements.js";
import { ask } from "/session.js";
import { until } from "/words.js";

const row = event => make("li", { class: "event" },
  make("strong", {}, event.title), make("time", { datetime: event.ends_at, title: new Date(event.ends_at).toLocaleString() }, `ends ${until(event.ends_at)}`),
  event.description ? make("span", {}, event.description) : null);

export const events = {
  seconds: 60,
  panel: "events-panel",
  async load() { list(byId("events"), await ask("GET", "/dashboard/events"), row, "Nothing is planned at the moment. Enjoy the quiet hashing."); },
};
