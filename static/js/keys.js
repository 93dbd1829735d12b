// Keys of a page. data-key="a" on a link or button presses it, on an input it puts the cursor there;
// data-key-next and data-key-prev are walked by j and k; "?" lists what the page offers.
const find = (key) => {
  const selector = { j: "[data-key-next]", k: "[data-key-prev]" }[key];
  return [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]${selector ? `, ${selector}` : ""}`)]
    .find((element) => element.checkVisibility() && !element.disabled);
};

const typing = (element) =>
  element.isContentEditable || (element.matches("input, textarea, select") && !element.matches("[type=checkbox], [type=radio]"));

function press(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select")) element.focus();
  else element.click();
}

function words(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
  if (element.labels?.length) return element.labels[0].textContent.trim();
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll("kbd")) key.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function listed() {
  const keys = new Map();
  for (const element of document.querySelectorAll("[data-key], [data-key-next], [data-key-prev]")) {
    const key = element.dataset.key ?? ("keyNext" in element.dataset ? "j" : "k");
    if (!keys.has(key)) keys.set(key, words(element));
  }
  keys.set("?", "this list");
  return keys;
}

function openHelp() {
  const dialog = document.getElementById("keys-help");
  const rows = [...listed()].flatMap(([key, text]) => {
    const term = document.createElement("dt");
    const name = document.createElement("kbd");
    const meaning = document.createElement("dd");
    name.textContent = key;
    meaning.textContent = text;
    term.append(name);
    return [term, meaning];
  });
  dialog.querySelector("dl").replaceChildren(...rows);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "?") openHelp();
  if (event.key === "?" || document.querySelector("dialog[open]")) return;
  const element = find(event.key);
  if (!element) return;
  event.preventDefault();
  press(element);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) openHelp();
});
