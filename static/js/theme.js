// Pins the theme that was chosen, before the first paint; without a choice the page follows the system.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const read = () => {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  };
  const keep = (choice) => {
    try { localStorage.setItem("theme", choice); } catch { /* storage is off: the choice lasts for this page */ }
  };
  const pin = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  };
  const mark = (choice) => {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  pin(read());
  document.addEventListener("DOMContentLoaded", () => mark(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const choice = button.dataset.themeChoice;
    keep(choice);
    pin(choice);
    mark(choice);
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
