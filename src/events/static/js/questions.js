// Shows a conditional question only while its condition is met; a hidden one is not sent. Without this file all are there, each
// with its condition said in words, and the server decides.
const conditional = [...document.querySelectorAll("[data-only-if]")];

function answersTo(name) {
  const controls = [...document.getElementsByName(name)].filter((control) => !control.matches(":disabled"));
  const given = controls.filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked);
  return given.map((control) => control.value);
}

function settle(question) {
  const wanted = JSON.parse(question.dataset.anyOf);
  const asked = answersTo(question.dataset.onlyIf).some((value) => wanted.includes(value));
  question.hidden = !asked;
  for (const control of question.querySelectorAll("input, select, textarea")) control.disabled = !asked;
}

// A guest's question may depend on one of the booking, which stands further below and may be conditional itself: two rounds.
function arrange() {
  conditional.forEach(settle);
  conditional.forEach(settle);
}

// A file that is too large would be sent in vain, so it is refused at once, in the words that fields.js shows beside a control.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=file][data-bytes]") || !target.files.length) return;
  if (target.files[0].size <= Number(target.dataset.bytes)) return;
  target.setCustomValidity(target.dataset.malformed);
  target.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  target.setCustomValidity("");
  target.value = "";
});

for (const words of document.querySelectorAll("[data-condition]")) words.hidden = true;
document.addEventListener("change", arrange);
window.addEventListener("pageshow", arrange);
arrange();
