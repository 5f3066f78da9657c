// Arrow keys from picture to picture; x selects, f marks, Delete puts into the bin.
import { act, selection } from "./selection.js";

const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select") !== null;
const middle = (box) => box.left + box.width / 2;

/** The link nearest above or below: the next row first, then the nearest in it. */
function vertical(links, from, isDown) {
  const here = from.getBoundingClientRect();
  const boxes = links.map((link) => ({ link, box: link.getBoundingClientRect() }));
  const beyond = boxes.filter(({ box }) => (isDown ? box.top >= here.bottom - 2 : box.bottom <= here.top + 2));
  if (beyond.length === 0) return null;
  const edge = isDown ? Math.min(...beyond.map(({ box }) => box.top)) : Math.max(...beyond.map(({ box }) => box.bottom));
  const row = beyond.filter(({ box }) => Math.abs((isDown ? box.top : box.bottom) - edge) < 8);
  row.sort((a, b) => Math.abs(middle(a.box) - middle(here)) - Math.abs(middle(b.box) - middle(here)));
  return row[0].link;
}

function target(key, links, from) {
  if (!from) return links.find((link) => link.getBoundingClientRect().bottom > 90) ?? links[0];
  if (key === "ArrowRight") return links[links.indexOf(from) + 1];
  if (key === "ArrowLeft") return links[links.indexOf(from) - 1];
  return vertical(links, from, key === "ArrowDown");
}

function walk(event, from) {
  const links = [...document.querySelectorAll(".tile > a")];
  // Up and down scroll the page until a picture has the focus.
  if (!from && ["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const next = target(event.key, links, from);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function verb(event, from) {
  const { id } = from.closest(".tile").dataset;
  const ids = selection.chosen.size ? [...selection.chosen] : [id];
  const isFavourite = from.closest(".tile").hasAttribute("data-favourite");
  const next = from.closest(".tile").nextElementSibling?.querySelector("a");
  if (event.key.toLowerCase() === "x") selection.toggle(id, event.shiftKey);
  else if (event.key === "f") act(isFavourite ? "unfavourite" : "favourite", ids);
  else if (event.key === "Delete" && !document.querySelector("[data-bin-page]")) {
    selection.clear();
    act("bin", ids).then(() => next?.focus());
  } else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!document.querySelector("form.selection") || document.querySelector("dialog[open]")) return;
  const from = document.activeElement?.closest?.(".tile > a") ?? null;
  if (event.key.startsWith("Arrow") && !event.target.closest("month-scrubber")) walk(event, from);
  else if (from) verb(event, from);
});
