// @ts-check
/**
 * The Microticks client: turns what visitors do on a kiosk page into sessions and events, and brings them to the
 * server.
 *
 * Kiosk pages load it as one classic script. It needs no other file and no build step, is written in ES2017, and uses
 * whatever is newer than Chrome 56 only where the browser has it.
 *
 * It must never throw into the page, block it or swallow its events, set a cookie, store what somebody types, or
 * forget an item that the server has not acknowledged.
 *
 * The rooms, from the top: moments and words, settings, the queue, the sender, sessions, screens and names, the
 * recogniser (from pointers to touches), media, the surface (what pages call and what browsers tell). A clock ticks
 * for all of them. Each uses only those above it, but for what is idle: that depends on screens and media.
 *
 * Whole-line comments and indentation are removed when the server embeds this file, and what is left may have 8 KiB
 * gzipped. So comments stand on lines of their own, no line of code begins with a slash, and the body of the outer
 * function is not indented.
 */
(function () {
'use strict';

/** @type {any} */
const page = window;
if (page.microticks && page.microticks.trackEvent) {
  return;
}

/** So many items go into one request: the server takes more, but a slow link should not lose much when it breaks. */
const BATCH_ITEMS = 500;
/** So many items wait at most, about 60 MB. Beyond that the oldest go first, so many at a time. */
const WAITING_ITEMS = 200000;
const ROOM_ITEMS = 1000;
/** What happens belongs to the touch or key that came at most this long before it. A slower stroke is a drag. */
const LED_TO_MS = 1000;
/** What may hold text that somebody typed. */
const TEXT = 'textarea,[contenteditable]';
/** What a finger aims at, where it lands on a part of it. */
const CONTROLS = 'a,button,label,summary,[role=button],[tabindex="0"]';

// Moments are milliseconds of the page's monotonic clock: the other clocks of kiosks are wrong, and jump.

const now = () => performance.now();

/** The time at which the monotonic clock began, as the wall clock has it. */
const zero = () => Date.now() - now();

/** @type {Object<string, string>} by topic */
const said = {};
/** What was said last, and how many items were stored: the badge shows it. */
let lastSaid = '';
let sent = 0;

/**
 * Says something in the console, once for each topic.
 * @param {string} topic
 * @param {string} text
 */
function say(topic, text) {
  if (!said[topic]) {
    said[topic] = lastSaid = text;
    console.warn('[Microticks] ' + text);
  }
}

/**
 * The same function, but one that never throws. Whatever the page or the browser calls is guarded, and so is
 * whatever the page gave us to call.
 * @param {(...words: any[]) => any} work
 * @returns {any}
 */
const guarded = work => (...words) => {
  try {
    return work(...words);
  } catch (error) {
    say('guarded', 'This went wrong: ' + error);
  }
};

/**
 * What the browser keeps by a name for all pages of the origin (`localStorage`) or for the window
 * (`sessionStorage`); with a value, it is written first. A browser that refuses keeps nothing.
 * @param {string} shelf
 * @param {string} name
 * @param {any} [value]
 * @returns {any}
 */
function kept(shelf, name, value) {
  try {
    if (value !== undefined) {
      page[shelf].setItem('microticks ' + name, value);
    }
    return page[shelf].getItem('microticks ' + name);
  } catch (error) {
    return null;
  }
}

const newToken = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (256 + byte).toString(16).slice(1)).join('');

// Settings: the attributes of the script tag.

/** @type {any} */
const tag = document.currentScript || document.querySelector('script[src*=microticks]') || document.documentElement;
const { consumerKey = '', host, device: tagDevice, idleTimeout, idleRules, autotrack, debug } = tag.dataset;

/** Whether the dashboard shows this page to somebody who is not there: nothing is kept then. */
const isPreview = page.name === 'microticks preview';

/**
 * The pair of host and key that items are made with, and wait for. A host is the folder that requests go to, as an
 * absolute address that ends in a slash.
 * @param {string} from
 * @param {string} key
 */
const pairOf = (from, key) => JSON.stringify([
  from === 'dummy' || isPreview ? 'dummy' : guarded(() => new URL(from.replace(/\/*$/, '/'), document.baseURI).href)() || from,
  key.trim(),
]);

const ownPair = pairOf(host || (tag.src || '').replace(/[^/]*([?#].*)?$/, ''), consumerKey);
const [ownHost, ownKey] = JSON.parse(ownPair);
/** The tag names the device, else the page's address; that one sticks to the window. */
const named = new URLSearchParams(location.search).get('device') || undefined;
const device = tagDevice || kept('sessionStorage', 'device', named) || named;
const tracks = !/off|false/.test(autotrack);
/** The name of this page load, and the page's address: what a tag may mend was made by a page that had it too. */
const LOAD = newToken();
const ADDRESS = location.pathname;
/** Whether the page is going away. */
let leaving = false;

// The queue: what it was given is fresh until IndexedDB has confirmed it, and is sent from there. Where there is no
// IndexedDB, or it fails, whatever is fresh stays so, and is sent from memory.

/**
 * An item that waits: its JSON text, and when, in which page load and at which address it was made.
 * @typedef {{id?: number, pair: string, text: string, moment: number, load: string, address: string}} Waiting
 */

/** @type {IDBDatabase | null} */
let db = null;
/** @type {Set<Waiting>} what IndexedDB has not confirmed, oldest first */
const fresh = new Set();
/**
 * Whether something was added since the sender last looked, and how much since there was last room made: earlier pages may
 * have added much.
 */
let isNew = false;
let added = ROOM_ITEMS;

/**
 * It goes on without IndexedDB. One that has worked is opened again later: a disk that is busy, say, may have kept it.
 * @param {any} reason
 */
function fail(reason) {
  if (db && !/Quota/.test(reason)) {
    setTimeout(open, 60000);
  }
  db = null;
  say('storage', 'IndexedDB cannot be used (' + reason + '): what waits is lost with this page.');
}

/**
 * What a storage answers, or its failure where it takes 2 s. The time is two halves, since a machine that wakes up
 * finds its timers over before it hears what happened.
 * @param {(resolve: (result: any) => void, reject: (reason: any) => void) => void} ask
 * @returns {Promise<any>}
 */
const inTime = ask => new Promise((resolve, reject) => {
  setTimeout(() => setTimeout(reject, 1000, 'no answer'), 1000);
  ask(resolve, reject);
});

/**
 * @param {IDBRequest} request
 * @param {(result: any) => void} use
 */
function heard(request, use) {
  request.onsuccess = () => use(request.result);
}

/**
 * There are two stores: `items` holds what waits, oldest first; `shared` the lease of the page that sends. An answer that
 * comes late counts, too.
 */
const open = () => inTime(resolve => {
  const request = indexedDB.open('microticks', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('items', { keyPath: 'id', autoIncrement: true }).createIndex('pair', 'pair');
    request.result.createObjectStore('shared');
  };
  heard(request, database => {
    db = database;
    db.onclose = () => fail('closed');
    // Chromium decides by itself whether the storage of a page is the last to go; Firefox would ask the visitor.
    if (page.chrome && navigator.storage && navigator.storage.persist) {
      navigator.storage.persist().catch(() => {});
    }
    resolve();
    writeSoon();
  });
}).catch(fail);
const opened = open();
let written = opened;

function writeSoon() {
  written = written.then(write).catch(fail);
}

/** @type {Map<string, Waiting[]>} what was taken over, by the text of it */
const taken = new Map();

/**
 * Takes over what pages put aside as they went away: at the beginning, and later, too, as a page may go away after the
 * next one has begun. Each page has a place of its own, since two may write at the same moment, and it is emptied once
 * what was there is stored or sent. Where two pages take over the same, it still counts once.
 */
function unpark() {
  try {
    const names = Object.keys(localStorage).filter(name => /^microticks parked/.test(name));
    if (!names.length) {
      taken.clear();
    }
    names.forEach(name => {
      const text = localStorage.getItem(name);
      if (!taken.has(text)) {
        taken.set(text, JSON.parse(text));
        taken.get(text).forEach(item => fresh.add(item));
        writeSoon();
      } else if (!taken.get(text).some(item => fresh.has(item))) {
        localStorage.removeItem(name);
      }
    });
  } catch (error) {
    // A browser that refuses keeps nothing.
  }
}

unpark();

/**
 * One transaction. It gives the result of the request that `work` returns, once all is committed.
 * @param {(items: IDBObjectStore, shared: IDBObjectStore) => IDBRequest | void} work
 * @param {boolean} [complete] whether `work` asks for everything at once
 */
const transact = (work, complete) => inTime((resolve, reject) => {
  /** @type {any} */
  const transaction = db.transaction(['items', 'shared'], 'readwrite', { durability: 'strict' });
  const request = work(transaction.objectStore('items'), transaction.objectStore('shared'));
  transaction.oncomplete = () => resolve(request && request.result);
  transaction.onabort = () => reject(transaction.error);
  // A page that goes away does not live to see its requests done, which would commit them.
  if (complete && transaction.commit) {
    transaction.commit();
  }
});

const dropped = () => Number(kept('localStorage', 'dropped'));

/** @param {number} count how many items were lost for good */
const giveUp = count => kept('localStorage', 'dropped', dropped() + count);

/** How many items wait. */
const count = async () => fresh.size + (db ? await transact(items => items.count()) : 0);

/**
 * The first fresh items, of a pair if one is named.
 * @param {number} most
 * @param {string} [pair]
 */
const first = (most, pair) => Array.from(fresh).filter(item => !pair || item.pair === pair).slice(0, most);

/** Takes items off the queue. */
async function remove(batch) {
  batch.forEach(item => fresh.delete(item));
  // What was sent from memory has no number yet.
  return db && transact(items => batch.forEach(item => item.id && items.delete(item.id)), true);
}

/** Gives up the oldest; how many. */
async function makeRoom() {
  const oldest = db ? await transact(items => items.getAll(null, ROOM_ITEMS)) : first(ROOM_ITEMS);
  if (oldest.length) {
    say('full', 'Too much waits: the oldest is given up.');
    await remove(oldest);
    giveUp(oldest.length);
  }
  return oldest.length;
}

/** Brings what is fresh to IndexedDB. */
async function write() {
  while (db && fresh.size) {
    // Putting more at a time may keep the page busy for 2 ms.
    const batch = first(100);
    const put = () => transact(items => batch.forEach(item => items.add(item)), true);
    await put().catch(error => {
      if (/Quota/.test(error)) {
        return makeRoom().then(put);
      }
      throw error;
    });
    batch.forEach(item => fresh.delete(item));
  }
  isNew = true;
  if (added >= ROOM_ITEMS) {
    added = 0;
    while (await count() > WAITING_ITEMS && await makeRoom()) {
      // So many may have come meanwhile that it takes more than once.
    }
  }
}

/**
 * @param {string} pair
 * @param {string} text
 * @param {number} moment
 */
function enqueue(pair, text, moment) {
  fresh.add({ pair, text, moment, load: LOAD, address: ADDRESS });
  added += 1;
  writeSoon();
  // The page itself may have more to tell as it goes away.
  if (leaving) {
    leave();
  }
}

/**
 * The oldest items of a pair, at least one if any waits.
 * @param {string} pair
 * @param {number} most
 * @returns {Promise<Waiting[]>}
 */
async function peek(pair, most) {
  const found = db ? await transact(items => items.index('pair').getAll(pair, most)) : first(most, pair);
  // 512 KiB of ASCII, and never more than the 2 MiB that the server takes.
  let length = 512 * 1024;
  return found.filter((item, index) => (length -= item.text.length) >= 0 || !index);
}

/** The pairs for which something waits. */
async function pairs() {
  const found = new Set(Array.from(fresh, item => item.pair));
  if (db) {
    await transact(items => heard(items.index('pair').openKeyCursor(null, 'nextunique'), cursor => {
      if (cursor) {
        found.add(cursor.key);
        cursor.continue();
      }
    }));
  }
  return Array.from(found);
}

/** The lease as last seen, since when, and when this page last raised its number. */
let lease = '';
let leaseSince = 0;
let ledAt = -Infinity;

/**
 * Whether this page is the one that sends for all of its origin: the holder of a lease whose number it raises every 5 s.
 * One whose number has stood still for 15 s has died.
 */
async function leads() {
  await opened;
  if (db && !leaving && now() - ledAt > 5000) {
    await transact((items, shared) => heard(shared.get('lease'), (found = [LOAD, 0]) => {
      const [holder, number] = found;
      if (lease !== holder + number) {
        lease = holder + number;
        leaseSince = now();
      }
      if (holder === LOAD || now() - leaseSince > 15000) {
        shared.put([LOAD, number + 1], 'lease');
        ledAt = now();
      }
    }));
  }
  return !db || now() - ledAt <= 5000;
}

/**
 * The page goes away: what is fresh is put aside for the next page, since the browser drops a transaction that still
 * waits for those of other pages. Only a storage on disk outlives a power cut, so it goes there, too, or is sent if that
 * has failed; it still counts once. The lease is given back.
 */
function leave() {
  if (fresh.size) {
    kept('localStorage', 'parked ' + LOAD, JSON.stringify(first(ROOM_ITEMS)));
  }
  if (!db) {
    return look(true);
  }
  transact((items, shared) => {
    fresh.forEach(item => items.add(item));
    if (ledAt > 0) {
      shared.delete('lease');
    }
  }, true).catch(fail);
  ledAt = -Infinity;
}

// The sender.

/**
 * What an answer to a batch means. Only one that is surely our server's does anything: `stored` takes the batch off
 * the queue, `halve` makes the next one smaller. Whatever else comes back, `keep` keeps everything.
 * @typedef {{kind: 'stored' | 'halve' | 'keep', code?: string, error?: string,
 *   rejected?: {index: number, code: string, error: string}[]}} Verdict
 * @param {number} status
 * @param {string} text
 * @param {number} items how many the batch had
 * @returns {Verdict}
 */
function verdict(status, text, items) {
  try {
    const { status: told, stored, duplicates, rejected, code, error } = JSON.parse(text);
    if (told === status && status === 200 && stored >= 0 && duplicates >= 0 && Array.isArray(rejected) &&
        stored + duplicates + rejected.length === items) {
      return { kind: 'stored', rejected };
    }
    if (told === status && status !== 200 && code) {
      const isBroken = status === 413 || (status === 400 && /^(malformed_body|invalid_envelope)$/.test(code));
      return { kind: isBroken ? 'halve' : 'keep', code, error };
    }
  } catch (error) {
    // It is no JSON object, so it is not ours.
  }
  return { kind: 'keep', code: 'foreign', error: 'No Microticks server answers (status ' + status + ').' };
}

/** What may be wrong where no answer comes: browsers do not tell scripts which it is, but log it beside. */
const SILENT = 'The server cannot be reached. If it runs: https pages need it on https, a Content-Security-Policy in ' +
  'connect-src, Chrome "Local network access" (policy LocalNetworkAccessAllowedForUrls).';

/** When the last sign of life was given: with what is sent after 30 s, else alone after 60 s. */
let aliveAt = now() - 30000;

/**
 * One try: what it meant. Each tells anew how old its items are, and now and then that the device is alive. Text
 * needs no preflight.
 * @param {string} pair
 * @param {Waiting[]} batch
 * @param {number} [tryMs]
 * @returns {Promise<Verdict>}
 */
async function attempt(pair, batch, tryMs) {
  const [to, key] = JSON.parse(pair);
  const items = batch.map(({ text, load, moment }) => load === LOAD && moment >= 0 ?
    text.slice(0, -1) + ',"age_ms":' + Math.round(now() - moment) + '}' : text);
  if (pair === ownPair && now() - aliveAt > 30000) {
    aliveAt = now();
    items.push(JSON.stringify({
      type: 'alive', device, queued: await count(), dropped: dropped(), version: '1.0.0',
      width: innerWidth, height: innerHeight,
    }));
  }
  const head = JSON.stringify({ consumer_key: key || undefined, sent_at: new Date() });
  const body = head.slice(0, -1) + ',"items":[' + items + ']}';
  return new Promise(resolve => {
    const stopper = page.AbortController && new AbortController();
    setTimeout(() => {
      resolve({ kind: 'keep', code: 'late', error: 'No answer in time.' });
      if (stopper) {
        stopper.abort();
      }
    }, tryMs);
    // A page whose storage fails sends what it has when it goes away.
    fetch(to + 'batch', { method: 'POST', body, keepalive: leaving, signal: stopper && stopper.signal })
      .then(response => response.text().then(text => {
        if (Math.abs(Date.parse(response.headers.get('date')) - Date.now()) > 86400000) {
          say('clock', 'The clock here or there is a day or more off.');
        }
        resolve(verdict(response.status, text, items.length));
      }))
      .catch(() => resolve({ kind: 'keep', code: 'silent', error: SILENT }));
  });
}

/**
 * What is sent for one pair, in order, one batch at a time, for ever: with how many items, after how many failures,
 * and not before when.
 * @typedef {{items: number, failures: number, until: number, running: Promise<void> | null}} Lane
 * @type {Object<string, Lane>}
 */
const lanes = {};

/**
 * Sends until nothing waits or a try fails.
 * @param {string} pair
 * @param {Lane} lane
 */
async function drain(pair, lane) {
  const [to, key] = JSON.parse(pair);
  while (await leads()) {
    // A key that was refused may be mended by the tag of the same page.
    const isMended = ownKey && pair !== ownPair && to === ownHost &&
      (said[pair + 'unknown_consumer'] || said[pair + 'missing_consumer_key']);
    const waiting = await peek(pair, lane.items);
    const mended = isMended ? waiting.filter(item => item.address === ADDRESS) : [];
    const batch = mended.length ? mended : waiting;
    if (!batch.length) {
      return;
    }
    // A try is given up after 10 s, where the next batch cannot be smaller after 60 s.
    const answer = await attempt(mended.length ? ownPair : pair, batch, lane.items > 1 ? 10000 : 60000);
    const { kind, code, rejected } = answer;
    if (code === 'late' || kind === 'halve') {
      lane.items = Math.ceil(batch.length / 2);
    }
    if (kind === 'halve' && batch.length > 1) {
      continue;
    }
    // A page that goes away breaks its requests off, which is nobody's mistake.
    for (const fault of leaving ? [] : rejected || [answer]) {
      say(pair + fault.code, to + ' ' + key + ': ' + fault.error + (kind === 'keep' ? '' : ' (given up)'));
    }
    if (kind !== 'keep') {
      lane.items = Math.min(BATCH_ITEMS, lane.items * 2);
      lane.failures = 0;
      sent += batch.length;
      await remove(batch);
      giveUp((rejected || batch).length);
    } else {
      // The pause doubles from 1 s to 30 s.
      lane.until = now() + Math.min(30000, 1000 * 2 ** lane.failures) * (0.5 + Math.random() / 2);
      lane.failures += 1;
      return;
    }
  }
}

/**
 * Sends what waits for a pair, where no try is under way and the pause after the last one is over.
 * @param {string} pair
 * @param {boolean} [force] also where it is not
 */
async function run(pair, force) {
  const lane = lanes[pair] = lanes[pair] || { items: BATCH_ITEMS, failures: 0, until: 0, running: null };
  if (force) {
    await lane.running;
    lane.until = 0;
  }
  if (!lane.running && now() >= lane.until) {
    lane.running = drain(pair, lane).catch(fail).then(() => {
      lane.running = null;
    });
  }
  return lane.running;
}

/**
 * Sends what waits, of this page and of others.
 * @param {boolean} [force]
 */
const look = force => leads().then(async isLeader =>
  isLeader && Promise.all((await pairs()).map(pair => run(pair, force)))).catch(fail);

/** Tries once for every pair, now. */
const flush = () => written.then(() => look(true));

// Sessions.

let seq = -1;

/** A number that no other event of a session has, whichever page load made it: a random base and a count. */
function nextSeq() {
  seq += 1;
  if (seq % 2 ** 20 === 0) {
    seq = parseInt(newToken().slice(-9), 16) % 2 ** 33 * 2 ** 20;
  }
  return seq;
}

/**
 * One session after the other for one pair. A session begins with the first activity and ends when it is told to, or
 * when nothing has happened for its idle time.
 *
 * All pages of an origin share it by a note in `localStorage`: its token, the time of its last activity, and its idle
 * time. That is a time of the wall clock, since no other clock outlives a page; it is looked at only when the note
 * has changed.
 * @param {string} pair
 * @param {() => number} idleMs the idle time where something happens now; 0 is never
 */
function makeSession(pair, idleMs) {
  // A service with this host keeps everything to itself, for trying a page out.
  const isDummy = JSON.parse(pair)[0] === 'dummy';
  const note = pair + device;
  /** @type {string | null} */
  let token = null;
  /** The last activity; while the idle clock stands still, it moves on. */
  let active = 0;
  let idle = 0;
  let saved = 0;
  let noteSeen = '';
  let watchedAt = 0;
  let clock = zero();

  /**
   * @param {string} type
   * @param {object} fields
   * @param {number} moment
   */
  function put(type, fields, moment) {
    if (!isDummy) {
      enqueue(pair, JSON.stringify(Object.assign({ type, token, ts: new Date(clock + moment) }, fields)), moment);
    }
  }

  /** Writes the note for other pages. */
  function save() {
    saved = active + idle;
    noteSeen = JSON.stringify([token, clock + active, idle]);
    kept('localStorage', note, noteSeen);
  }

  /**
   * @param {string} reason
   * @param {number} moment
   */
  function end(reason, moment) {
    put('stop', { reason }, moment);
    token = null;
    save();
  }

  /** The session, which another page may have begun or ended. */
  function read() {
    const found = kept('localStorage', note);
    if (found && found !== noteSeen) {
      noteSeen = found;
      clock = zero();
      [token, active, idle] = JSON.parse(found);
      active -= clock;
      saved = active + idle;
    }
    return token;
  }

  /**
   * Ends a session that is idle, at the moment it became so, which is noticed later. One whose wall clock was set ends
   * too, at its last activity. One that never becomes idle is gone on with at most half an hour later by a new page.
   */
  function watch() {
    read();
    const start = zero();
    if (token && Math.max(Math.abs(start - clock), active - now()) > 60000) {
      end('clock', active);
    }
    // Wall clocks count whole milliseconds: of two items of the same one the first must not seem the later.
    clock = Math.abs(start - clock) > 2 ? start : clock;
    active = isHeld() ? Math.min(now(), active + now() - watchedAt) : active;
    watchedAt = now();
    if (token && active + idle < (idle ? watchedAt : -1800000)) {
      end('idle', active + idle);
    }
    // Other pages need not know it sooner.
    if (token && Math.abs(active + idle - saved) > 1000) {
      save();
    }
  }

  /** Somebody is there. */
  function activity() {
    watch();
    active = now();
    idle = idleMs();
    if (!token) {
      token = isDummy ? 'dummy_token' : newToken();
      put('start', { device }, active);
      save();
    }
  }

  /**
   * Records an event. What nobody may have caused (passive events, changes of screen, media) neither begins nor
   * prolongs a session, and is dropped without one. Objects are stored as they are, anything else as its JSON text.
   * @param {string} action
   * @param {any} [data]
   * @param {boolean} [passive]
   * @param {number} [moment]
   */
  function track(action, data = {}, passive, moment = now()) {
    const isObject = typeof data === 'object';
    if (passive || /^(screen|media)$/.test(action)) {
      watch();
      if (action === 'screen') {
        idle = idleMs();
        active = Math.max(active, moment - (idle || Infinity));
      }
    } else {
      activity();
    }
    if (token) {
      if (passive) {
        data = Object.assign({}, isObject ? data : { value: data }, { passive: true });
      } else if (!isObject) {
        data = JSON.stringify(data);
      }
      put('event', { seq: nextSeq(), action, data }, moment);
    }
  }

  return {
    token: read,
    watch,
    activity,
    track,

    /** @param {string} [reason] */
    stop(reason) {
      watch();
      if (token) {
        track('stopSession', { reason });
        end(reason, now());
      }
    },

    save,
  };
}

/** @type {Object<string, ReturnType<typeof makeSession>>} */
const sessions = {};

/**
 * The session of a pair: whoever asks for the same gets the same.
 * @param {string} pair
 * @param {() => number} idleMs
 */
const sessionOf = (pair, idleMs) => sessions[pair] = sessions[pair] || makeSession(pair, idleMs);

// Screens, and what a touch is about.

/** What the page called its screen, and the screen that was seen last. */
let given = '';
let shown = '';

/**
 * Whether a visitor can see an element. Badge readers keep an invisible field focused.
 * @param {Element} element
 */
function isSeen(element) {
  const { width, left, right, top, bottom } = element.getBoundingClientRect();
  const { opacity, visibility } = getComputedStyle(element);
  return width >= 4 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight &&
    opacity !== '0' && visibility === 'visible';
}

function screenNow() {
  const named = Array.from(document.querySelectorAll('[data-mt-screen]')).filter(isSeen).pop();
  const url = location.pathname.replace(/\/index\.html?$/, '/') + location.hash;
  return given || (named && named.getAttribute('data-mt-screen')) || String(guarded(surface.screenName)(url) || url);
}

const langNow = () => document.documentElement.lang || undefined;

/** The rules for the idle time: from regular expressions for the screen's whole name to seconds or "pause". */
const rules = guarded(JSON.parse)(idleRules || '{}') || {};

/** What the first rule for this screen says. */
const ruleNow = () => rules[Object.keys(rules).find(guarded(key => new RegExp('^(' + key + ')$').test(shown)))];

/**
 * The nearest element around this one, itself included, that matches; shadow trees are no border.
 * @param {Element} element
 * @param {string} selector
 * @returns {Element | null}
 */
function nearest(element, selector) {
  /** @type {any} */
  const { host } = element.getRootNode();
  return element.closest(selector) || (host && nearest(host, selector));
}

/**
 * Whether somebody could type here.
 * @param {any} element
 */
const isField = element => element.isContentEditable || element.matches(':read-write');

/** Whether the focus is in a field that a visitor can see. */
function isTypedInto() {
  let element = document.activeElement;
  while (element && element.shadowRoot && element.shadowRoot.activeElement) {
    element = element.shadowRoot.activeElement;
  }
  return element && isField(element) && isSeen(element);
}

/**
 * What a visitor would call an element, never what somebody typed into it; empty if that is unknown or too long for a
 * name.
 * @param {Element} element
 */
function labelOf(element) {
  const speaks = !isField(element) && !element.matches(TEXT) && !element.querySelector(TEXT) &&
    (!element.childElementCount || element.matches(CONTROLS));
  const given = name => element.getAttribute(name);
  const text = given('aria-label') || given('alt') || given('title') || (speaks ? element.textContent : '');
  const label = text.trim().replace(/\s+/g, ' ');
  return label.length <= 40 ? label : '';
}

/**
 * A short CSS path, from the nearest id or a few steps up.
 * @param {Element} element
 * @param {number} [steps]
 * @returns {string}
 */
function pathOf(element, steps = 4) {
  const { id, localName, parentElement } = element;
  return id ? '#' + id : !parentElement || !steps ? localName : pathOf(parentElement, steps - 1) + '>' + localName +
    ':nth-child(' + (1 + Array.from(parentElement.children).indexOf(element)) + ')';
}

/**
 * What a target is called, and whether that is what somebody types.
 * @param {Element} element
 */
function nameOf(element) {
  const named = nearest(element, '[data-mt]');
  /** @type {any} */
  const control = nearest(element, CONTROLS) || element;
  const label = labelOf(control) || labelOf(element);
  const name = control.id || element.id || label || pathOf(element);
  // A name around more than what was hit, say around a whole keyboard, is not the name of a key.
  const isNamed = named && named.textContent.trim() === control.textContent.trim();
  const isLetter = [name, label].some(text => Array.from(text).length === 1);
  return {
    target: named ? named.getAttribute('data-mt') : name,
    isTyped: () => !isNamed && (isLetter || isTypedInto() || isField(control.control || control)),
  };
}

/**
 * A touch, or one in the making: what it is about is told before the page can change it.
 * @typedef {{moment: number, came: number, action: string, isTyped: () => boolean, x: number, y: number, moved: boolean,
 *   data: {target: string, clickX?: number, clickY?: number, screen: string, lang?: string, viewWidth: number,
 *   viewHeight: number, pointer: string}}} Touch
 */

/**
 * @param {Element} element
 * @param {string} pointer
 * @param {number} [x]
 * @param {number} [y]
 */
function touchOf(element, pointer, x, y) {
  const { target, isTyped } = nameOf(element);
  return {
    moment: now(), came: inputCame, action: 'click', isTyped, x, y, moved: false,
    data: { target, clickX: x, clickY: y, screen: shown, lang: langNow(), viewWidth: innerWidth,
      viewHeight: innerHeight, pointer },
  };
}

// The recogniser makes touches out of pointer events, trusted or not. A touch is told once the focus has settled,
// which the click that mostly follows shows, and before anything that it led to.

/** @type {Map<number, Touch>} by the pointers that are down, in the order they went down */
const down = new Map();
/** @type {Touch | null} complete, not told yet */
let lifted = null;
/** When the input came that is told now. The page may have been busy since. */
let inputCame = 0;
/** When somebody last touched this page or pressed a key. */
let inputAt = -Infinity;
/** The same for all frames of the window, and for the pages before this one. */
const windowInputAt = () => Math.max(inputAt, kept('sessionStorage', 'input') - zero());

const session = sessionOf(ownPair,
  () => [ruleNow(), idleTimeout, 60].map(parseFloat).find(seconds => seconds >= 0) * 1000);

/** The session that is under way as the page is loaded. */
const earlierToken = session.token();

/** Tells the touch that is complete; whether there was one. */
function settle() {
  const touch = lifted;
  lifted = null;
  if (touch) {
    const { action, data, moment } = touch;
    const { screen, lang } = data;
    const isTyping = touch.isTyped();
    session.track(isTyping ? 'typing' : action, isTyping ? { screen, lang } : data, false, moment);
  }
  return touch;
}

/**
 * @param {Touch} touch
 * @param {string} action
 * @param {object} [more]
 */
function lift(touch, action, more) {
  settle();
  Object.assign(touch.data, more);
  // What changed the screen before the finger was lifted came before the change.
  lifted = Object.assign(touch, { action, moment: touch.data.screen === shown ? now() : touch.moment });
  // Where no click follows, the focus has settled by then.
  setTimeout(guarded(() => lifted === touch && settle()), 350);
}

/** @param {PointerEvent} event */
function move({ pointerId, clientX, clientY }) {
  const touch = down.get(pointerId);
  if (touch) {
    touch.x = clientX;
    touch.y = clientY;
    // Fingers tremble: so far browsers call it a click.
    touch.moved = touch.moved || Math.hypot(clientX - touch.data.clickX, clientY - touch.data.clickY) > 15;
  }
}

/**
 * A finger has gone up: two that moved apart or together on one target have pinched.
 * @param {number} id
 */
function up(id) {
  const touch = down.get(id);
  if (!touch) {
    return;
  }
  down.delete(id);
  const { x, y, moment, came, data: { target, clickX, clickY } } = touch;
  const took = inputCame - came;
  for (const [otherId, other] of down) {
    const { data } = other;
    const scale = Math.hypot(x - other.x, y - other.y) / Math.hypot(clickX - data.clickX, clickY - data.clickY);
    // They must have come together: two visitors may use one target.
    if (target === data.target && Math.abs(moment - other.moment) < 500 && Math.abs(scale - 1) > 0.2) {
      down.delete(otherId);
      return lift(touch, 'pinch', { scale });
    }
  }
  const right = x - clickX;
  const below = y - clickY;
  const distance = Math.hypot(right, below);
  if (!touch.moved) {
    lift(touch, took < 500 ? 'click' : 'longpress');
  } else if (distance >= 40 && took < LED_TO_MS) {
    const across = right < 0 ? 'left' : 'right';
    const along = below < 0 ? 'up' : 'down';
    lift(touch, 'swipe', { direction: Math.abs(right) > Math.abs(below) ? across : along, distance });
  }
}

/** The page acts: where a finger just went down, that is what it acts on, and it is a touch already. */
function acted() {
  settle();
  const [id, touch] = Array.from(down).pop() || [0, null];
  if (touch && !touch.moved && now() - touch.moment < LED_TO_MS) {
    const { moment } = touch;
    inputCame = now();
    up(id);
    touch.moment = moment;
    settle();
  }
}

// The surface: what the page calls, and what the browser tells.

/**
 * Looks which screen is shown. The screen of a new document was shown when its navigation began, and after the last touch
 * of the page before it, whose clock differs by some milliseconds. A change that nobody led to is the exhibit's own reset,
 * or an attract loop; without autotrack that cannot be known.
 * @param {number} [since] when that was first seen
 */
function see(since = now()) {
  const screen = screenNow();
  if (screen !== shown) {
    // A visit that began on this page has not come to its first screen, unless the page names it.
    const goesOn = session.token() === earlierToken;
    const isNews = shown || goesOn || given;
    const moment = shown || !goesOn ? since : Math.min(since, Math.max(0, windowInputAt() + 20));
    acted();
    shown = seen = screen;
    const auto = (tracks && moment - windowInputAt() > LED_TO_MS) || undefined;
    if (isNews) {
      session.track('screen', { screen, auto, lang: langNow() }, false, moment);
    }
  }
}

/** Whether the page holds the idle clock. */
let isPaused = false;
/** @type {WeakMap<any, number>} when a touch or key started a video or sound */
const played = new WeakMap();

/** Whether the idle clock stands still: so the page says, or a rule, or a video that a visitor started plays. */
function isHeld() {
  /** @type {any[]} */
  const media = Array.from(document.querySelectorAll('video,audio'));
  return isPaused || ruleNow() === 'pause' || media.some(element => !element.paused &&
    !(element.muted && element.loop) && now() - played.get(element) < element.duration % 1e9 * 1000);
}

/** @param {any} event */
function media({ type, target }) {
  if (type === 'play') {
    played.delete(target);
    if (now() - windowInputAt() < LED_TO_MS) {
      played.set(target, now());
    }
  }
  // One that comes to its end pauses, too.
  if (played.has(target) && !(type === 'pause' && target.ended)) {
    session.track('media', {
      target: nameOf(target).target, state: type, position_s: target.currentTime, duration_s: target.duration,
    });
  }
}

/** What a page may do with a session, whichever way it came by it. */
const calls = {
  trackEvent(current, action, data, options) {
    const passive = options && options.passive;
    if (passive) {
      settle();
    } else {
      acted();
    }
    current.track(String(action), data, passive);
  },

  /** Somebody has come: goes on with a session that is under way. */
  startSession: current => current.activity(),

  stopSession(current, reason) {
    acted();
    current.stop(reason && String(reason));
    return flush();
  },
};

/**
 * Gives these functions to an object that pages see.
 * @param {any} to
 */
const offer = to => Object.keys(calls).forEach(name => {
  to[name] = guarded((...words) => {
    if (to.debug) {
      console.log('[Microticks]', name, ...words);
    }
    // A page that is still being read has not shown its screen yet.
    if (shown) {
      see();
    }
    return calls[name](to.current(), ...words);
  });
});

/** @param {boolean} value */
const pauseIdle = value => guarded(() => {
  session.watch();
  isPaused = value;
});

/**
 * What pages see as `window.microticks`. A page may put its own `screenName` here, from the path and hash of the page
 * to the screen's name.
 * @type {Object<string, any>}
 */
const surface = {
  screenName: url => url,
  current: () => session,

  setScreen: guarded(name => {
    if (shown) {
      see();
    }
    given = String(name || '');
    see();
  }),

  pauseIdle: pauseIdle(true),
  resumeIdle: pauseIdle(false),

  flush: guarded(() => {
    settle();
    return flush();
  }),

  /** A call as pages make it before this script has loaded: the name of a function and its arguments. */
  push: guarded(([name, ...words]) => surface[name](...words)),
};

offer(surface);

/**
 * The form that pages of the original service use. Such a page notices itself when a visitor has left, so its
 * sessions do not end by themselves, unless host and key are the tag's and the session is too.
 */
class MicroticksService {
  /**
   * @param {string} host
   * @param {string} consumerKey
   */
  constructor(host, consumerKey) {
    Object.assign(this, { host, consumerKey, debug: false });
    this.current = () => sessionOf(pairOf(String(host), String(consumerKey || '')), () => 0);
    offer(this);
  }

  get sessionToken() {
    return this.current().token();
  }
}

/**
 * Somebody did something.
 * @param {boolean} begins whether this begins a session, or only keeps one going
 */
function noticed(begins) {
  inputAt = now();
  kept('sessionStorage', 'input', zero() + inputAt);
  if (begins || session.token()) {
    session.activity();
  }
}

let keyedAt = -Infinity;

/** @param {Element} element */
function pressed(element) {
  keyedAt = -Infinity;
  settle();
  lifted = touchOf(element, 'key');
  settle();
}

/**
 * What visitors do, at which element, and whether that begins a session: what the page wants left out only keeps one
 * going. A finger begins a session when it goes down, not later, since the page may have ended it in between.
 * @type {Object<string, (event: any, element: Element, begins: boolean) => void>}
 */
const inputs = {
  pointerdown(event, element, begins) {
    const { pointerId, pointerType, clientX, clientY } = event;
    if (event.button <= 0) {
      noticed(begins);
      settle();
      // A browser's first finger is alone: the end of those before was not told.
      if (event.isPrimary && event.isTrusted || down.size > 99) {
        down.clear();
      }
      if (begins) {
        down.set(pointerId, touchOf(element, pointerType || 'touch', Math.round(clientX), Math.round(clientY)));
      }
    }
  },

  pointerup(event) {
    move(event);
    up(event.pointerId);
    noticed(false);
  },

  /** The browser took the pointer for itself: it scrolls or zooms. */
  pointercancel: event => down.delete(event.pointerId),

  /** A click without a finger, shortly after a key: the page has made an arcade button press the element. */
  click(event, element, begins) {
    if (!settle() && begins && !event.detail && now() - keyedAt < LED_TO_MS) {
      pressed(element);
    }
  },

  wheel: (event, element, begins) => noticed(begins),

  keydown(event, element, begins) {
    if (!event.repeat && !isField(element) && !/Lock|^F\d\d/.test(event.key)) {
      noticed(begins);
      keyedAt = now();
      if (begins && /^(Enter| )$/.test(event.key) && !element.matches('html,body')) {
        pressed(element);
      }
    }
  },
};

/**
 * @param {string[]} types
 * @param {(event: any) => void} listener
 */
const listen = (types, listener) =>
  types.forEach(type => addEventListener(type, guarded(listener), { capture: true, passive: true }));

if (tracks) {
  listen(Object.keys(inputs), event => {
    const target = event.composedPath()[0];
    const element = target.matches ? target : document.documentElement;
    see();
    inputCame = event.timeStamp;
    inputs[event.type](event, element, !nearest(element, '[data-mt-ignore]'));
  });
  listen(['pointermove'], event => {
    move(event);
    if (event.buttons && now() - inputAt > 100) {
      noticed(false);
    }
  });
  listen(['play', 'pause', 'ended'], media);
}
listen(['hashchange', 'popstate'], () => see());
listen(['pagehide'], () => {
  leaving = true;
  acted();
  Object.values(sessions).forEach(each => each.token() && each.save());
  leave();
});

listen(['pageshow'], event => {
  leaving = false;
  // The browser kept the page while others were shown.
  if (event.persisted) {
    shown = '-';
    see();
  }
});

const badge = document.createElement('div');
let ticks = 0;
let seen = '';
let seenAt = 0;

setInterval(guarded(() => {
  const screen = screenNow();
  // Between two screens there may be none: what is there twice counts.
  if (screen !== seen) {
    seen = screen;
    seenAt = now();
  } else if (document.readyState === 'complete') {
    see(seenAt);
  }
  Object.values(sessions).forEach(each => each.watch());
  ticks += 1;
  if (isNew || ticks % 5 === 0) {
    isNew = false;
    unpark();
    look();
  }
  if (debug !== undefined) {
    badge.style.cssText = 'position:fixed;right:0;bottom:0;background:#fff;pointer-events:none';
    document.documentElement.append(badge);
    count().then(waiting => {
      badge.textContent = sent + ' sent, ' + waiting + ' waiting. ' + lastSaid;
    }, fail);
  }
  if (now() - aliveAt > 60000 && (ownKey ? ownHost !== 'dummy' : ownHost.startsWith(location.origin))) {
    attempt(ownPair, [], 10000).catch(fail);
  }
}), 200);

/** @type {any} */
const earlier = Array.isArray(page.microticks) ? page.microticks : [];
surface.screenName = earlier.screenName || surface.screenName;
page.microticks = surface;
page.MicroticksService = page.MicroticksService || Object.assign(MicroticksService, { DUMMY_HOST: 'dummy' });
earlier.forEach(surface.push);
}());
