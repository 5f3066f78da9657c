// <toast-list>: short sentences at the bottom, each with at most one way back.
const LINGER = 7000;

class ToastList extends HTMLElement {
  connectedCallback() {
    for (const toast of this.querySelectorAll(".toast")) this.#leaveLater(toast);
  }

  say(sentence, action) {
    const toast = document.createElement("div");
    toast.className = "toast";
    const words = document.createElement("p");
    words.textContent = sentence;
    toast.append(words);
    if (action) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = action.label;
      button.addEventListener("click", () => {
        toast.remove();
        action.run();
      });
      toast.append(button);
    }
    this.append(toast);
    while (this.children.length > 3) this.firstElementChild.remove();
    this.#leaveLater(toast);
    return toast;
  }

  #leaveLater(toast) {
    let timer;
    const start = () => (timer = setTimeout(() => toast.remove(), LINGER));
    const stay = () => clearTimeout(timer);
    for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, stay);
    for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, start);
    start();
  }
}

customElements.define("toast-list", ToastList);

/** Show a sentence; `action` is {label, run} for an undo. */
export function say(sentence, action) {
  return document.querySelector("toast-list")?.say(sentence, action);
}
