// Keeps the live board up to date: one stream of server-sent events, the changed fragments put in place, and a chip that tells
// the truth about the connection. A hidden tab closes its stream; coming back shows the present state at once.
const status = document.querySelector("[data-stream]");
const SILENCE_MS = 40_000; // the server speaks every 15 s; longer silence means a connection that died without a word
let source = null;
let watchdog = 0;

function say(state) {
  for (const chip of status.querySelectorAll("[data-live]")) chip.hidden = chip.dataset.live !== state;
}

function heard() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => { say("lost"); close(); open(); }, SILENCE_MS);
}

function close() {
  clearTimeout(watchdog);
  source?.close();
  source = null;
}

function open() {
  if (source || document.hidden) return;
  source = new EventSource(status.dataset.stream);
  source.addEventListener("board", (event) => { heard(); show(JSON.parse(event.data)); });
  source.addEventListener("alive", (event) => {
    heard();
    status.querySelector("[data-clock]").textContent = event.data;
    say("live");
  });
  source.addEventListener("lost", () => say("lost"));
  source.addEventListener("error", () => {
    say("lost");
    if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    close();
    setTimeout(open, 5000);
  });
  heard();
}

function show(fragments) {
  for (const [name, html] of Object.entries(fragments)) {
    const place = document.querySelector(`[data-fragment="${name}"]`);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    settle(place, fresh.content);
  }
}

// Makes `old` equal to `fresh`, keeping every element that is still the same, so that dots fade and focus stays.
function settle(old, fresh) {
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, index) => {
    const known = before[index];
    if (!known) old.append(node);
    else if (known.nodeName !== node.nodeName) known.replaceWith(node);
    else if (node.nodeType === Node.TEXT_NODE) write(known, node.data);
    else if (node.nodeType === Node.ELEMENT_NODE) { dress(known, node); settle(known, node); }
  });
  for (const leftover of before.slice(after.length)) leftover.remove();
}

function write(text, words) {
  if (text.data === words) return;
  text.data = words;
  const figure = text.parentElement.closest("[data-figure]");
  if (!figure) return;
  figure.classList.remove("changed");
  void figure.offsetWidth; // begins the animation anew
  figure.classList.add("changed");
}

function dress(known, node) {
  for (const { name, value } of node.attributes) if (known.getAttribute(name) !== value) known.setAttribute(name, value);
  for (const { name } of [...known.attributes]) if (!node.hasAttribute(name)) known.removeAttribute(name);
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);
addEventListener("pageshow", open);
open();
