// Keys that work on every page: / searches, ? lists the keys, Escape goes back.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function search(event) {
  const field = document.querySelector('input[type="search"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function back() {
  const way = document.querySelector("[data-escape]");
  if (way) way.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") search(event);
  if (event.key === "?") document.getElementById("keys")?.showModal();
  if (event.key === "Escape") back();
});
