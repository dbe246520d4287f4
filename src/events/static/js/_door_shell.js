// Keeps the scanner itself on the phone: its page and everything it is made of, so that it opens without a connection.
const FILES = /\/static\//;

/** Registers the worker and has it keep this page, with the files that are loaded later only (decoder, worker). */
export async function keepShell(later) {
  if (!("serviceWorker" in navigator)) return;
  navigator.storage?.persist?.().catch(() => {}); // iPhones forget what is not used for a week
  await navigator.serviceWorker.register("/door/shell.worker.js", { scope: "/door" });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => FILES.test(path));
  active.postMessage({ keep: location.pathname, files: [...new Set([...loaded, ...later])] });
}

/** Removes every trace of the scanner but the database. */
export async function dropShell() {
  const registration = await navigator.serviceWorker?.getRegistration("/door");
  await registration?.unregister();
  for (const name of await caches.keys()) if (name.startsWith("door-shell-")) await caches.delete(name);
}
