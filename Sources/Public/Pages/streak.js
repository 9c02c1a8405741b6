// The streak, and a year of weeks.

import { byId, make } from "/elements.js";
import { ask } from "/session.js";
import { count, day, plural, until } from "/words.js";

const weeksShown = 52;

function words(streak) {
  const length = streak.effective_streak;
  byId("streak-length").textContent = plural(length, "week");
  const milestone = streak.next_milestone;
  byId("streak-words").textContent = [
    streak.is_active_this_week ? "This week counts already." : length ? `Mine once to keep it: it ends ${until(streak.streak_expires_at)}.` : "One share starts it.",
    milestone ? `${plural(milestone.weeks_to_go, "week")} to “${milestone.label}”.` : null,
    streak.longest_streak > length ? `Longest: ${plural(streak.longest_streak, "week")}.` : null,
  ].filter(Boolean).join(" ");
}

function calendar(weeks) {
  const cells = byId("calendar");
  cells.replaceChildren(...weeks.reverse().map(week => make("i", {
    class: week.is_active ? "active" : "", title: `Week of ${day(week.week_start)}: ${plural(week.share_count, "share")}`,
  })));
  cells.setAttribute("aria-label", `${count(weeks.filter(week => week.is_active).length)} of the last ${weeks.length} weeks were active`);
}

export const streak = {
  seconds: 300,
  panel: "streak-panel",
  rereads: ["streak_update"],
  async load() {
    words(await ask("GET", "/users/me/streak"));
    calendar((await ask("GET", `/users/me/streak/calendar?weeks=${weeksShown}&fill=true`)).weeks);
  },
};
