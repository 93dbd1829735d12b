// Rows that can be picked: <form data-pick> holds checkboxes name="pick", a box data-pick-all, and buttons
// data-pick-min="2" that need so many rows. Without JavaScript every button works and the server checks the number.
function update(form) {
  const boxes = [...form.querySelectorAll("input[name=pick]")];
  const count = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-pick-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  for (const button of form.querySelectorAll("[data-pick-min]")) {
    button.disabled = count < Number(button.dataset.pickMin);
  }
  for (const output of form.querySelectorAll("[data-pick-count]")) {
    output.textContent = count === 1 ? "1 row picked" : `${count} rows picked`;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-pick]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) {
    for (const box of form.querySelectorAll("input[name=pick]")) box.checked = event.target.checked;
  }
  update(form);
});

const updateAll = () => document.querySelectorAll("form[data-pick]").forEach(update);
document.addEventListener("htmx:afterSettle", updateAll);
updateAll();
