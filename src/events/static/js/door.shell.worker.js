// Keeps the scanner's page and the files it is made of, and nothing else of this site, for a door without a connection.
const CACHE = "door-shell-1";
const PAGES = ["/door"]; // a kiosk is served there, too
const PATIENCE_MS = 2500; // nobody at a door waits longer for a weak network when a copy is at hand

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(renewed()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(url.pathname)) event.respondWith(openPage(event, url.pathname));
  else if (isFile(url)) event.respondWith(openFile(request));
});

self.addEventListener("message", (event) => {
  const { keep, files = [] } = event.data ?? {};
  if (PAGES.includes(keep)) event.waitUntil(keepPage(keep, files).catch(() => {}));
});

// A file's name changes with its content; the decoder's script stands under the door's own address and says its version behind it.
const isFile = ({ pathname }) => pathname.startsWith("/static/") || pathname === "/door/worker.js";
const ours = (address) => new URL(address, location.origin);

async function renewed() {
  for (const name of await caches.keys()) if (name.startsWith("door-shell-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function openPage(event, path) {
  const copy = await (await caches.open(CACHE)).match(path);
  try {
    const answer = await (copy ? Promise.race([fetch(event.request), outOfPatience()]) : fetch(event.request));
    return answer.status < 500 ? answer : copy ?? answer;
  } catch {
    return copy ?? Response.error();
  }
}

function outOfPatience() {
  return new Promise((_resolve, refuse) => setTimeout(() => refuse(new Error("slow")), PATIENCE_MS));
}

async function openFile(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

// The page is kept last, and only together with all its files: an upgrade in between leaves the copy of before, which is whole.
async function keepPage(path, hints) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return false;
  const html = await answer.clone().text();
  const files = await keepFiles([...filesIn(html), ...hints]);
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding"); // the text below is not compressed any more
  headers.delete("content-length");
  headers.set("x-files", JSON.stringify(files));
  await (await caches.open(CACHE)).put(path, new Response(html, { headers }));
  await tidy();
  return true;
}

function filesIn(html) {
  const addresses = [...html.matchAll(/"(\/(?:static\/|door\/worker\.js\?)[^"]+)"/g)].map(([, address]) => address.replaceAll("&amp;", "&"));
  return addresses.map((address) => address.replace(/ .*$/, ""));
}

// What a script imports is fetched as well: chunks are named in no page.
async function keepFiles(wanted) {
  const cache = await caches.open(CACHE);
  const files = [...new Set(wanted)].filter((address) => isFile(ours(address)));
  for (const file of files) {
    const kept = (await cache.match(file)) ?? (await fetched(cache, file));
    if (!/\.js(\?|$)/.test(file)) continue;
    for (const [, chunk] of (await kept.clone().text()).matchAll(/"\.\/(chunk-[A-Z0-9]+\.js)"/g)) {
      const address = `/static/${chunk}`;
      if (!files.includes(address)) files.push(address);
    }
  }
  return files;
}

async function fetched(cache, file) {
  await cache.add(file);
  return cache.match(file);
}

// Files that no kept page is made of any more.
async function tidy() {
  const cache = await caches.open(CACHE);
  const used = new Set();
  for (const path of PAGES) for (const file of JSON.parse((await cache.match(path))?.headers.get("x-files") ?? "[]")) used.add(ours(file).href);
  for (const request of await cache.keys()) if (isFile(new URL(request.url)) && !used.has(request.url)) await cache.delete(request);
}
