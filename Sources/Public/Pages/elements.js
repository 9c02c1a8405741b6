// Making elements; text always goes in as text.

export const byId = id => document.getElementById(id);

/** An element with properties (`class`, `title`, …) and children: elements, texts, or null for nothing. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  return fill(element, properties, children);
}

/** The same for SVG. */
export function draw(tag, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(element, properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) if (value != null && value !== false) element.setAttribute(name, value);
  element.append(...children.filter(child => child != null));
  return element;
}

/** The picture of a badge; its name stands beside it. */
export const picture = (slug, size) =>
  make("img", { src: `/badges/${encodeURIComponent(slug)}.svg`, width: size, height: size, alt: "", loading: "lazy" });

/** Fills a list, or says why it is empty. */
export function list(element, items, row, empty) {
  element.replaceChildren(...items.length ? items.map(row) : [make("li", { class: "empty" }, empty)]);
}
