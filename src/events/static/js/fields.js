// Says what is wrong with an answer when the guest leaves the field, in the page's language, and takes it back once it is right.
// The server checks everything again; without this file its errors appear in the same place.
const controls = "[data-malformed]";

function errorOf(control) {
  return document.getElementById(`${control.id}-error`);
}

function show(control) {
  const error = errorOf(control) ?? insertError(control);
  error.querySelector("span").textContent = control.dataset.malformed;
  control.setAttribute("aria-invalid", "true");
}

function insertError(control) {
  const error = document.getElementById("field-error").content.firstElementChild.cloneNode(true);
  error.id = `${control.id}-error`;
  control.after(error);
  const described = control.getAttribute("aria-describedby");
  control.setAttribute("aria-describedby", [error.id, described].filter(Boolean).join(" "));
  return error;
}

function takeBack(control) {
  const error = errorOf(control);
  const described = control.getAttribute("aria-describedby")?.split(" ").filter((id) => id !== error?.id) ?? [];
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  else control.removeAttribute("aria-describedby");
  control.removeAttribute("aria-invalid");
  error?.remove();
}

document.addEventListener("focusout", ({ target }) => {
  if (target.matches(controls) && target.value && !target.validity.valid) show(target);
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("[aria-invalid]") && target.value && target.validity.valid) takeBack(target);
});
