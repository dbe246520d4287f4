// What a phone keeps: its list, what it has shown, and what it has not handed over yet. Every record is encrypted with a key that
// lives in the same database and can be used, but never read.
const NAME = "door";
const STORES = ["keys", "own", "list", "shown", "outbox"];

/** Whether this browser has a door's database; looking does not make one. */
export async function storeExists() {
  return (await indexedDB.databases()).some(({ name }) => name === NAME);
}

/** Opens the database, and makes it at the first time. Throws where the browser stores nothing. */
export async function openStore(onVersionChange = () => {}) {
  const database = await opened();
  database.addEventListener("versionchange", () => (database.close(), onVersionChange()));
  return new Store(database, await keyOf(database));
}

function opened() {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => STORES.forEach((name) => request.result.createObjectStore(name)));
  return settled(request);
}

async function keyOf(database) {
  const kept = await settled(database.transaction("keys").objectStore("keys").get("records"));
  if (kept) return kept;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const writing = database.transaction("keys", "readwrite", { durability: "strict" });
  writing.objectStore("keys").put(key, "records");
  await done(writing);
  return key;
}

function settled(request) {
  return new Promise((resolve, refuse) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => refuse(request.error));
    request.addEventListener("blocked", () => refuse(new Error("blocked")));
  });
}

function done(transaction) {
  return new Promise((resolve, refuse) => {
    transaction.addEventListener("complete", resolve);
    transaction.addEventListener("abort", () => refuse(transaction.error));
  });
}

export class Store {
  #database;
  #key;

  constructor(database, key) {
    this.#database = database;
    this.#key = key;
  }

  /** Writes and removes in one transaction, on the disk when it resolves: `{store: {key: value, or undefined to remove}}`. */
  async write(changes) {
    const sealed = await Promise.all(this.#rows(changes).map(async ([store, key, value]) =>
      [store, key, value === undefined ? undefined : await this.#seal(value, `${store}/${key}`)]));
    const transaction = this.#database.transaction(Object.keys(changes), "readwrite", { durability: "strict" });
    const finished = done(transaction);
    try {
      for (const [store, key, value] of sealed) {
        if (value === undefined) transaction.objectStore(store).delete(key);
        else transaction.objectStore(store).put(value, key);
      }
    } catch (error) {
      finished.catch(() => {});
      transaction.abort();
      throw error;
    }
    await finished;
  }

  /** Everything in a store as `Map(key → value)`. A record that cannot be read any more is left out. */
  async read(name) {
    const store = this.#database.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    const opened = await Promise.all(values.map((value, place) => this.#unseal(value, `${name}/${keys[place]}`)));
    return new Map(keys.map((key, place) => [key, opened[place]]).filter(([, value]) => value !== null));
  }

  /** Removes everything of a store. */
  async clear(name) {
    const transaction = this.#database.transaction(name, "readwrite", { durability: "strict" });
    transaction.objectStore(name).clear();
    await done(transaction);
  }

  close() {
    this.#database.close();
  }

  #rows(changes) {
    return Object.entries(changes).flatMap(([store, rows]) => Object.entries(rows).map(([key, value]) => [store, key, value]));
  }

  // The place of a record is part of what is signed, so that records cannot change places.
  async #seal(value, place) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) }, this.#key, data);
    return { iv, data: sealed };
  }

  async #unseal({ iv, data }, place) {
    try {
      const additionalData = new TextEncoder().encode(place);
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, this.#key, data)));
    } catch {
      return null;
    }
  }
}

/** Deletes the database, key and all. Other pages that hold it open close it when they hear of it. */
export function deleteStore() {
  const request = indexedDB.deleteDatabase(NAME);
  return new Promise((resolve, refuse) => {
    request.addEventListener("success", resolve);
    request.addEventListener("error", () => refuse(request.error));
  });
}
