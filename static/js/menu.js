// Panels that open from a <details> close on Escape and on a click elsewhere; on phones the strip shows where one is.
const open = () => document.querySelectorAll("details.user-menu[open], details.confirm[open]");

document.addEventListener("click", (event) => {
  for (const panel of open()) {
    if (!panel.contains(event.target)) panel.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const panel of open()) {
    panel.open = false;
    panel.querySelector("summary").focus();
  }
});

const strip = document.getElementById("menu");
const current = strip?.querySelector("[aria-current]");
if (current) strip.scrollLeft = current.offsetLeft - strip.offsetLeft - 48;
