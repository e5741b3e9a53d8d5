/** Buttons that copy what stands beside them; without this script the text can be selected. */

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy)));
}

/** @param {HTMLElement} field  what to copy */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.textContent);
    tell(field, "Copied");
  } catch {
    // No clipboard without a secure context or permission: select it, a key copies it.
    getSelection().selectAllChildren(field);
    tell(field, "Selected: press Ctrl+C to copy");
  }
}

function tell(field, text) {
  document.getElementById("copied").textContent = text;
  const button = document.querySelector(`[data-copy="${field.id}"]`);
  button.dataset.told = text;
  setTimeout(() => delete button.dataset.told, 2500);
}
