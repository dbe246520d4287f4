// Shows the mail again a moment after the last key. The frame is replaced, not navigated, so that the browser's back button still
// leaves the page; without this file the button below the form does the same.
const form = document.querySelector("form[data-preview]");
const button = form?.querySelector("[data-preview-button]");
const PAUSE_MS = 400;
let waiting;
let count = 0;

function refresh() {
  const old = document.querySelector("iframe[data-frame]");
  const fresh = old.cloneNode();
  fresh.removeAttribute("src");
  fresh.name = `preview-${++count}`;
  fresh.hidden = true;
  old.after(fresh);
  fresh.addEventListener("load", () => {
    if (fresh.contentWindow === null || fresh.dataset.shown) return;
    fresh.dataset.shown = "yes";
    fresh.hidden = false;
    for (const frame of document.querySelectorAll("iframe[data-frame]")) if (frame !== fresh) frame.remove();
  });
  send(fresh.name);
}

// A form of its own: the real one keeps its own ways of being sent, its checks and its guard against sending twice.
function send(target) {
  const copy = document.createElement("form");
  Object.assign(copy, { method: "post", action: form.dataset.preview, target, hidden: true });
  for (const [name, value] of new FormData(form)) {
    const field = document.createElement("textarea");
    Object.assign(field, { name, value });
    copy.append(field);
  }
  document.body.append(copy);
  copy.submit();
  copy.remove();
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PAUSE_MS);
}

form?.addEventListener("input", later);
button?.addEventListener("click", (event) => {
  event.preventDefault();
  refresh();
});

// What came back with a mistake, or too late, is shown as it stands in the form, not as it was saved.
if (form?.hasAttribute("data-preview-now")) refresh();
