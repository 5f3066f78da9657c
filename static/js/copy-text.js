// A button that copies the text of another element; it shows itself only where copying works.
class CopyText extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.firstChild) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(this.getAttribute("from")).textContent.trim());
      button.textContent = "Copied";
    });
    this.append(button);
    this.hidden = false;
  }
}

customElements.define("copy-text", CopyText);
