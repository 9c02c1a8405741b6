// Numbers and instants as words.

const prefixes = ["", "K", "M", "G", "T", "P", "E", "Z"];

/** A number with a metric prefix: `scaled(2.5e12, "H/s")` is "2.50 TH/s". */
export function scaled(value, unit = "") {
  let index = 0;
  while (value >= 999.5 && index < prefixes.length - 1) { value /= 1000; index += 1; }
  const digits = value === 0 || index === 0 && Number.isInteger(value) ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${prefixes[index]}${unit}`.trim();
}

export const count = number => number.toLocaleString("en");
export const clock = text => new Date(text).toLocaleTimeString([], { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = text => new Date(text).toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });
export const shortened = address => address.length > 24 ? `${address.slice(0, 10)}…${address.slice(-8)}` : address;
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** A span of seconds in its largest unit: "3 h". */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86_400)} days`;
}

export const ago = text => text ? `${span((Date.now() - new Date(text)) / 1000)} ago` : "never";
export const until = text => `in ${span((new Date(text) - Date.now()) / 1000)}`;
