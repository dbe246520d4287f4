// Keeps tickets that were opened, and nothing else of this site, for an entrance without a connection. Whatever the service says is
// newer: a ticket that was issued again disappears, one that was cancelled is kept as cancelled.
const TICKETS = "tickets-1";
const FILES = "ticket-files-1";
const PATIENCE_MS = 4000; // nobody at a door waits longer for a weak network when a copy is at hand
const KEPT_DAYS = 60;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (request.mode === "navigate" && isTicket(url)) event.respondWith(openTicket(event, url.pathname));
  else if (isFile(url)) event.respondWith(openFile(request));
});

// The page tells what it was drawn with, or that its guest wants it gone from this phone.
self.addEventListener("message", (event) => {
  const { keep, files = [], forget } = event.data ?? {};
  if (keep && isTicket(ours(keep))) event.waitUntil(keepShown(event.source, keep, files));
  if (forget) event.waitUntil(drop(forget));
});

const ours = (path) => new URL(path, location.origin);
const isTicket = ({ origin, pathname }) => origin === location.origin && /^\/t\/[A-Z2-7]{16}$/.test(pathname);
const isFile = ({ origin, pathname }) => origin === location.origin && pathname.startsWith("/static/");

async function openTicket(event, path) {
  const copy = await copyOf(path);
  const asked = fetch(event.request).then((answer) => noted(path, answer));
  event.waitUntil(asked.catch(() => {}));
  try {
    const answer = await (copy ? Promise.race([asked, outOfPatience()]) : asked);
    return answer.status < 500 ? answer : copy ?? answer;
  } catch {
    return copy ?? Response.error();
  }
}

function outOfPatience() {
  return new Promise((_resolve, refuse) => setTimeout(() => refuse(new Error("slow")), PATIENCE_MS));
}

async function noted(path, answer) {
  if (answer.ok) await store(path, answer.clone(), await filesOf(path));
  else if (answer.status === 404 || answer.status === 410) await drop(path);
  return answer;
}

async function keepShown(page, path, files) {
  const wanted = files.map((file) => ours(file)).filter(isFile).map((url) => url.pathname);
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) return noted(path, answer);
  const cache = await caches.open(FILES);
  for (const file of wanted) if (!(await cache.match(file))) await cache.add(file);
  await store(path, answer, wanted);
  await tidy();
  page?.postMessage({ kept: path });
}

async function store(path, answer, files) {
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding"); // the text below is not compressed any more
  headers.delete("content-length");
  headers.set("x-saved-at", new Date().toISOString());
  headers.set("x-files", JSON.stringify(files));
  await (await caches.open(TICKETS)).put(path, new Response(await answer.text(), { headers }));
}

async function copyOf(path) {
  const kept = await (await caches.open(TICKETS)).match(path);
  if (!kept) return undefined;
  const html = (await kept.text()).replace("<html ", `<html data-saved-at="${kept.headers.get("x-saved-at")}" `);
  return new Response(html, { headers: kept.headers });
}

async function filesOf(path) {
  const kept = await (await caches.open(TICKETS)).match(path);
  return JSON.parse(kept?.headers.get("x-files") ?? "[]");
}

async function drop(path) {
  await (await caches.open(TICKETS)).delete(path);
  await tidy();
}

// Tickets of events long past go, and files that no ticket is drawn with any more.
async function tidy() {
  const tickets = await caches.open(TICKETS);
  const oldest = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString();
  const used = new Set();
  for (const request of await tickets.keys()) {
    const kept = await tickets.match(request);
    if (kept.headers.get("x-saved-at") < oldest) await tickets.delete(request);
    else for (const file of JSON.parse(kept.headers.get("x-files"))) used.add(file);
  }
  const files = await caches.open(FILES);
  for (const request of await files.keys()) if (!used.has(new URL(request.url).pathname)) await files.delete(request);
}

async function openFile(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}
