// Shows one empty companion at a time and lets a companion be taken away again. Without this file all of them are there, folded.
const group = document.querySelector("[data-companions]");
const companions = [...(group?.querySelectorAll("details.companion") ?? [])];

function isEmpty(companion) {
  return [...companion.querySelectorAll("input, select, textarea")].every(
    (control) => (["radio", "checkbox"].includes(control.type) ? control.checked === control.defaultChecked : !control.value),
  );
}

function arrange() {
  const first = companions.find((companion) => !companion.open && isEmpty(companion));
  for (const companion of companions) companion.hidden = companion !== first && !companion.open && isEmpty(companion);
}

function remove(companion) {
  for (const control of companion.querySelectorAll("input, select, textarea")) {
    if (control.type === "radio") control.checked = control.value === "";
    else if (control.type === "checkbox") control.checked = false;
    else control.value = "";
  }
  companion.open = false;
  companion.dispatchEvent(new Event("change", { bubbles: true })); // conditional questions look again
  arrange();
  companions.find((other) => !other.hidden && !other.open)?.querySelector("summary").focus();
}

for (const companion of companions) {
  companion.addEventListener("toggle", arrange);
  companion.querySelector(".companion-remove").hidden = false;
  companion.querySelector("[data-remove]").addEventListener("click", () => remove(companion));
}
arrange();
