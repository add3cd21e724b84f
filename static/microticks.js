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
 * The rooms, from the top: moments and words, settings, the queue, the sender, sessions, what a touch is about, the
 * recogniser (from pointers to touches), the surface (what pages call and what browsers tell). Each uses only those
 * above it.
 *
 * Whole-line comments are removed when the server embeds this file. So comments stand on lines of their own, and no
 * line of code begins with a slash.
 */
(function () {
  'use strict';

  /** @type {any} */
  const page = window;
  if (page.microticks && page.microticks.trackEvent) {
    return;
  }

  /** What one request may hold: the server takes more, but a slow link should not lose much when it breaks. */
  const BATCH_ITEMS = 500;
  const BATCH_LENGTH = 512 * 1024;
  /** A try is given up after this time, and later where the next batch cannot be smaller. */
  const TRY_MS = 10000;
  const PATIENT_TRY_MS = 60000;
  /** The pause after a failed try doubles from the first of these to the second. */
  const FIRST_PAUSE_MS = 1000;
  const LONGEST_PAUSE_MS = 30000;
  /** So many items wait at most, about 60 MB. Beyond that the oldest go first. */
  const WAITING_ITEMS = 200000;
  /** The room is looked at each time that so many items were added, and so many are given up on a full disk. */
  const ROOM_ITEMS = 1000;
  /** One transaction takes so many items, for putting them must not keep the page busy for 2 ms. */
  const WRITE_ITEMS = 100;
  /** A storage that has not answered for so long is broken. */
  const STORAGE_MS = 2000;
  /** The page that sends for all pages of its origin shows a sign of life this often; after three times, it is dead. */
  const LEASE_MS = 5000;
  /** Where sessions never become idle, a later page goes on with one after at most this time. */
  const PATIENCE_MS = 1800000;
  /** The last activity is written down for other pages this often. */
  const SAVE_MS = 1000;
  /** A wall clock that moves so far against the monotonic one was set. */
  const CLOCK_JUMP_MS = 60000;
  /** A finger that wanders further than this is dragging. */
  const WANDER_PX = 10;
  /** Where no click follows a lifted finger, the focus has settled after this time. */
  const SETTLE_MS = 350;
  /** What happens belongs to the touch or key that came at most this long before it. */
  const LED_TO_MS = 1000;
  /** The idle clock is looked at this often at least, since timers stand still while a machine sleeps. */
  const IDLE_CHECK_MS = 60000;
  /** A longer text describes, it does not name. */
  const NAME_LENGTH = 40;
  const PATH_STEPS = 4;
  /** What a finger aims at, where it lands on a part of it. */
  const CONTROLS = 'a,button,label,summary,[role=button],[tabindex="0"]';
  /** Under this name the browser keeps how many items were given up. */
  const DROPPED = 'microticks dropped';
  /** The host of a service that keeps everything to itself, for trying a page out. */
  const DUMMY_HOST = 'dummy';

  // Moments are milliseconds of the page's monotonic clock: the other clocks of kiosks are wrong, and jump.

  const now = () => performance.now();

  /** @param {number} moment */
  const wallTime = moment => new Date(Date.now() - now() + moment).toISOString();

  /** @type {Set<string>} */
  const said = new Set();

  /**
   * Says something in the console, once for each topic.
   * @param {string} topic
   * @param {string} text
   */
  function say(topic, text) {
    if (!said.has(topic)) {
      said.add(topic);
      console.warn('[Microticks] ' + text);
    }
  }

  /**
   * The same function, but one that never throws. Whatever the page or the browser calls is guarded, and so is
   * whatever the page gave us to call.
   * @template {Function} F
   * @param {F} work
   * @returns {F}
   */
  function guarded(work) {
    /** @type {any} */
    const harmless = function () {
      try {
        return work.apply(this, arguments);
      } catch (error) {
        say('guarded', 'Something went wrong: ' + error);
      }
    };
    return harmless;
  }

  /**
   * @template K, V
   * @param {Map<K, V>} map
   * @param {K} key
   * @param {() => V} make
   */
  function getOrMake(map, key, make) {
    if (!map.has(key)) {
      map.set(key, make());
    }
    return map.get(key);
  }

  /**
   * What the browser keeps by a name for all pages of the origin (`localStorage`) or for the window
   * (`sessionStorage`); with a value, it is written first. A browser that refuses keeps nothing.
   * @param {string} shelf
   * @param {string} name
   * @param {string} [value]
   * @returns {string}
   */
  function kept(shelf, name, value) {
    try {
      if (value !== undefined) {
        page[shelf].setItem(name, value);
      }
      return page[shelf].getItem(name);
    } catch (error) {
      return null;
    }
  }

  /** @param {number} words */
  const random = words => Array.from(crypto.getRandomValues(new Uint32Array(words)));

  const newToken = () => random(4).map(word => (2 ** 32 + word).toString(16).slice(1)).join('');

  /** The name of this page load. */
  const LOAD = newToken();
  /** The page's address: what another tag may mend was made by a page that had it too. */
  const ADDRESS = location.href.split(/[?#]/)[0];

  // Settings: the attributes of the script tag.

  /** @type {any} */
  const tag = document.currentScript || document.querySelector('script[src*=microticks]') || document.documentElement;

  /** @param {string} name */
  const attribute = name => tag.getAttribute('data-' + name) || '';

  /**
   * The folder that the requests to a host go to, as an absolute address that ends in a slash.
   * @param {string} host
   */
  function folder(host) {
    try {
      return host === DUMMY_HOST ? host : new URL(host.replace(/\/*$/, '/'), document.baseURI).href;
    } catch (error) {
      return host;
    }
  }

  /** The tag names the device, else the page's address; that one sticks to the window. */
  function deviceOfWindow() {
    const named = new URLSearchParams(location.search).get('device') || undefined;
    return attribute('device') || kept('sessionStorage', 'microticks', named) || named;
  }

  const idleSeconds = parseFloat(attribute('idle-timeout'));
  const settings = {
    host: folder(attribute('host') || (tag.src || '').replace(/[^/]*([?#].*)?$/, '')),
    key: attribute('consumer-key').trim(),
    device: deviceOfWindow() || undefined,
    idleMs: (idleSeconds >= 0 ? idleSeconds : 60) * 1000,
    autotrack: !/^(off|false|0)$/i.test(attribute('autotrack')),
  };

  /** What to look at where the server does not answer. */
  const hint = attribute('host') ? ' Is data-host right?' : '';
  /** Whether the page is going away. */
  let leaving = false;

  /**
   * An item that waits: its JSON text, and when, in which page load and at which address it was made. A pair is the
   * host and key that it was made with.
   * @typedef {{id?: number, pair: string, text: string, moment?: number, load: string, address: string}} Waiting
   */

  /**
   * The first of some items that have so many characters together, at least one.
   * @param {number} length
   * @param {Waiting[]} items
   */
  const upTo = (length, items) => items.filter((item, index) => (length -= item.text.length) >= 0 || !index);

  /**
   * What a storage answers, or its failure where it takes too long. The time is two halves, since a machine that wakes
   * up finds its timers over before it hears what happened.
   * @template T
   * @param {Promise<T>} answer
   * @returns {Promise<T>}
   */
  const inTime = answer => new Promise((resolve, reject) => {
    answer.then(resolve, reject);
    setTimeout(() => setTimeout(reject, STORAGE_MS / 2, 'it does not answer'), STORAGE_MS / 2);
  });

  /**
   * @param {IDBRequest} request
   * @param {(result: any) => void} use
   */
  function heard(request, use) {
    request.onsuccess = guarded(() => use(request.result));
  }

  /**
   * The database has two stores: `items` holds what waits, oldest first; `shared` holds the lease of the page that
   * sends.
   * @returns {Promise<IDBDatabase>}
   */
  const openDatabase = () => new Promise((resolve, reject) => {
    const request = indexedDB.open('microticks', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('items', { keyPath: 'id', autoIncrement: true }).createIndex('pair', 'pair');
      request.result.createObjectStore('shared');
    };
    request.onerror = () => reject(request.error);
    heard(request, resolve);
  });

  /** @param {number} count how many items were lost for good */
  const giveUp = count => kept('localStorage', DROPPED, String(dropped() + count));
  const dropped = () => Number(kept('localStorage', DROPPED));

  /**
   * The queue: what it was given is fresh until IndexedDB has confirmed it, and is sent from there. Where there is no
   * IndexedDB, or it fails, whatever is fresh stays so, and is sent from memory.
   * @param {(pair: string) => void} ready is called when something can be sent
   */
  function makeQueue(ready) {
    /** @type {IDBDatabase | null} */
    let db = null;
    /** @type {Waiting[]} what IndexedDB does not have, oldest first */
    let fresh = [];
    /** How many of these, from the first on, are on their way. */
    let writing = 0;
    let added = 0;
    /** The lease as last seen, since when, and when this page last raised it. */
    let lease = '';
    let leaseSince = 0;
    let ledAt = -Infinity;

    let written = inTime(openDatabase()).then(opened => {
      db = opened;
      db.onclose = fail;
    }).catch(fail);

    /** @param {any} reason */
    function fail(reason) {
      db = null;
      say('storage', 'IndexedDB cannot be used (' + reason + '): what waits is lost with this page.');
      fresh.forEach(item => ready(item.pair));
    }

    /**
     * One transaction. It gives what `work` returns once all is committed.
     * @param {(items: IDBObjectStore, shared: IDBObjectStore) => any} work
     * @param {boolean} [complete] whether `work` asks for everything at once
     * @returns {Promise<any>}
     */
    const transact = (work, complete) => inTime(new Promise((resolve, reject) => {
      /** @type {any} */
      const transaction = db.transaction(['items', 'shared'], 'readwrite', complete && { durability: 'strict' });
      const answer = work(transaction.objectStore('items'), transaction.objectStore('shared'));
      transaction.oncomplete = () => resolve(answer);
      transaction.onabort = () => reject(transaction.error);
      // A page that goes away does not live to see its requests done, which would commit them.
      if (complete && transaction.commit) {
        transaction.commit();
      }
    })).catch(error => {
      if (!isQuota(error)) {
        fail(error);
      }
      throw error;
    });

    const isQuota = error => error && error.name === 'QuotaExceededError';

    /** @param {Waiting[]} waiting */
    const put = waiting => transact(items => waiting.forEach(item => items.add(item)), true);

    function giveUpOldest(count) {
      say('full', 'Too much waits, the oldest items are given up.');
      giveUp(count);
    }

    /**
     * Gives up the oldest.
     * @param {(count: number) => number} excess how many, of so many
     */
    const makeRoom = excess => transact(items => heard(items.count(), count => {
      if (excess(count) > 0) {
        heard(items.getAllKeys(null, excess(count)), ids => {
          ids.forEach(id => items.delete(id));
          if (ids.length) {
            giveUpOldest(ids.length);
          }
        });
      }
    }));

    /** Brings what is fresh to IndexedDB. */
    async function write() {
      while (db && fresh.length) {
        const some = fresh.slice(0, WRITE_ITEMS);
        writing = some.length;
        await put(some).catch(error => {
          if (isQuota(error)) {
            return makeRoom(() => ROOM_ITEMS).then(() => put(some));
          }
          throw error;
        });
        fresh = fresh.slice(writing);
        writing = 0;
        added += some.length;
        if (added >= ROOM_ITEMS) {
          added = 0;
          await makeRoom(count => count - WAITING_ITEMS);
        }
        some.forEach(item => ready(item.pair));
      }
    }

    return {
      /**
       * @param {string} pair
       * @param {string} text
       * @param {number} [moment]
       */
      add(pair, text, moment) {
        const item = { pair, text, moment, load: LOAD, address: ADDRESS };
        fresh.push(item);
        if (!db && fresh.length > WAITING_ITEMS) {
          fresh = fresh.slice(ROOM_ITEMS);
          giveUpOldest(ROOM_ITEMS);
        }
        written = written.then(write).catch(fail);
        if (!db) {
          written.then(() => ready(pair));
        }
      },

      /** Done when all that was added is stored, as well as this browser can. */
      written: () => written,

      /**
       * The oldest items of a pair, at least one if any waits.
       * @param {string} pair
       * @param {number} maxItems
       * @returns {Promise<Waiting[]>}
       */
      async peek(pair, maxItems) {
        let found = [];
        if (db) {
          await transact(items => heard(items.index('pair').getAll(pair, maxItems), result => {
            found = result;
          }));
        } else {
          found = fresh.filter(item => item.pair === pair).slice(0, maxItems);
        }
        return upTo(BATCH_LENGTH, found);
      },

      /** @param {Waiting[]} batch */
      async remove(batch) {
        const texts = new Set(batch.map(item => item.text));
        const others = list => list.filter(item => !texts.has(item.text));
        if (db) {
          await transact(items => batch.forEach(item => items.delete(item.id)), true);
        } else {
          fresh = others(fresh);
        }
      },

      /**
       * Gives items to another pair.
       * @param {Waiting[]} batch
       * @param {string} pair
       */
      async move(batch, pair) {
        batch.forEach(item => {
          item.pair = pair;
        });
        return db && transact(items => batch.forEach(item => items.put(item)), true);
      },

      /** The pairs for which something waits. */
      async pairs() {
        const found = new Set(fresh.map(item => item.pair));
        if (db) {
          await transact(items => heard(items.index('pair').openKeyCursor(null, 'nextunique'), cursor => {
            if (cursor) {
              found.add(cursor.key);
              cursor.continue();
            }
          }));
        }
        return found;
      },

      /**
       * Whether this page is the one that sends: the holder of a lease whose number it raises. One whose number stands
       * still has died.
       */
      async leads() {
        if (db && now() - ledAt > LEASE_MS) {
          await transact((items, shared) => heard(shared.get('lease'), found => {
            const [holder, count] = found || [LOAD, 0];
            if (lease !== holder + count) {
              lease = holder + count;
              leaseSince = now();
            }
            if (holder === LOAD || now() - leaseSince > 3 * LEASE_MS) {
              shared.put([LOAD, count + 1], 'lease');
              ledAt = now();
            }
          }));
        }
        return !db || now() - ledAt < LEASE_MS;
      },

      /**
       * The page goes away: what is fresh and not on its way is stored, and the lease is given back.
       */
      leave() {
        if (db) {
          transact((items, shared) => {
            fresh.slice(writing).forEach(item => items.add(item));
            if (now() - ledAt < 3 * LEASE_MS) {
              shared.delete('lease');
            }
          }, true).catch(() => {});
        }
        ledAt = -Infinity;
      },
    };
  }

  /**
   * What an answer to a batch means. Only one that is surely our server's does anything: `stored` takes the batch off
   * the queue, `halve` makes the next one smaller. Whatever else comes back, `keep` keeps everything.
   * @param {number} status
   * @param {string} text
   * @param {number} count how many items the batch had
   * @returns {{kind: 'stored' | 'halve' | 'keep', code?: string, error?: string,
   *   rejected?: {index: number, code: string, error: string}[]}}
   */
  function verdict(status, text, count) {
    let body;
    try {
      body = JSON.parse(text);
    } catch (error) {
      body = null;
    }
    if (body && body.status === status) {
      const rejected = body.rejected;
      const counts = [body.stored, body.duplicates, Array.isArray(rejected) ? rejected.length : -1];
      if (status === 200 && counts.every(n => n >= 0) && counts.reduce((sum, n) => sum + n) === count) {
        return { kind: 'stored', rejected };
      }
      if (status !== 200 && body.code) {
        const broken = ['malformed_body', 'invalid_envelope'].indexOf(body.code) >= 0;
        const halve = status === 413 || (status === 400 && broken);
        return { kind: halve ? 'halve' : 'keep', code: body.code, error: body.error };
      }
    }
    const error = 'No Microticks server answers (status ' + status + ').';
    return { kind: 'keep', code: 'foreign', error };
  }

  /**
   * A lane sends what waits for one pair: in order, one batch at a time, for ever.
   * @param {ReturnType<typeof makeQueue>} queue
   * @param {string} pair
   * @param {(pair: string) => void} ready
   */
  function makeLane(queue, pair, ready) {
    const [host, key] = JSON.parse(pair);
    let batchItems = BATCH_ITEMS;
    let failures = 0;
    let timer = 0;
    /** Whether something was added since the queue was last asked. */
    let woken = false;
    /** @type {Promise<void> | null} */
    let running = null;

    /**
     * Text needs no preflight, and each try tells anew how old its items are.
     * @param {Waiting[]} batch
     * @param {AbortSignal | undefined} signal
     */
    function post(batch, signal) {
      const head = JSON.stringify({ consumer_key: key || undefined, sent_at: wallTime(now()) });
      const items = batch.map(({ text, load, moment }) => load !== LOAD || moment === undefined ? text :
        text.slice(0, -1) + ',"age_ms":' + Math.round(now() - moment) + '}');
      const body = head.slice(0, -1) + ',"items":[' + items + ']}';
      return fetch(host + 'batch', { method: 'POST', body, credentials: 'omit', cache: 'no-store', signal });
    }

    /**
     * One try: what it meant.
     * @param {Waiting[]} batch
     * @returns {Promise<ReturnType<typeof verdict>>}
     */
    async function attempt(batch) {
      const stopper = page.AbortController && new AbortController();
      const reply = post(batch, stopper ? stopper.signal : undefined)
        .then(response => response.text().then(text => verdict(response.status, text, batch.length)))
        .catch(() => ({ kind: 'keep', code: 'silent', error: 'The server cannot be reached.' }));
      const late = new Promise(resolve => {
        const tryMs = batchItems > 1 ? TRY_MS : PATIENT_TRY_MS;
        setTimeout(resolve, tryMs, { kind: 'keep', code: 'late', error: 'The server does not answer in time.' });
      });
      const answer = await Promise.race([reply, late]);
      if (stopper) {
        stopper.abort();
      }
      return answer;
    }

    /**
     * Says what is wrong with a batch, or with items of it.
     * @param {ReturnType<typeof verdict>} answer
     */
    function complain(answer) {
      const fate = answer.kind === 'keep' ? ' (kept, and sent later)' : ' (given up)';
      // A page that goes away breaks its requests off, which is nobody's mistake.
      for (const fault of leaving ? [] : answer.rejected || [answer]) {
        const cure = /^(foreign|silent)$/.test(fault.code) ? hint : '';
        say(pair + fault.code, host + ' ' + key + ': ' + fault.error + cure + fate);
      }
    }

    /**
     * Sends until nothing waits or a try fails.
     * @returns {Promise<boolean>} whether nothing waits
     */
    async function drain() {
      for (;;) {
        woken = false;
        const batch = await queue.leads() ? await queue.peek(pair, batchItems) : [];
        if (!batch.length) {
          return true;
        }
        const answer = await attempt(batch);
        const half = Math.ceil(batch.length / 2);
        if (answer.kind === 'halve' && batch.length > 1) {
          batchItems = half;
          continue;
        }
        complain(answer);
        if (answer.kind === 'keep') {
          batchItems = answer.code === 'late' ? half : batchItems;
          const mendable = /^(unknown_consumer|missing_consumer_key)$/.test(answer.code) && host === settings.host &&
            settings.key && settings.key !== key;
          const mended = batch.filter(item => mendable && item.address === ADDRESS);
          if (!mended.length) {
            return false;
          }
          const pairNow = JSON.stringify([host, settings.key]);
          await queue.move(mended, pairNow);
          ready(pairNow);
          continue;
        }
        if (answer.kind === 'stored') {
          batchItems = Math.min(BATCH_ITEMS, batchItems * 2);
        }
        failures = 0;
        giveUp((answer.rejected || batch).length);
        await queue.remove(batch);
      }
    }

    /**
     * Sends now, also where a pause after a failure is not over.
     * @returns {Promise<void>} done when nothing waits or the try has failed
     */
    function run() {
      if (!running) {
        clearTimeout(timer);
        timer = 0;
        running = drain().catch(() => false).then(empty => {
          running = null;
          if (!empty) {
            const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
            failures += 1;
            timer = setTimeout(run, pause * (0.5 + Math.random() / 2));
          } else if (woken) {
            wake();
          }
        });
      }
      return running;
    }

    /** Something was added: it is sent at once, unless a try is under way or the pause after a failure is not over. */
    function wake() {
      woken = true;
      if (!running && !timer) {
        timer = setTimeout(run, 0);
      }
    }

    return { run, wake };
  }

  /** The sender: a lane for each pair, so that none waits for another, and one page that sends for all. */
  function makeSender() {
    /** @type {Map<string, ReturnType<typeof makeLane>>} */
    const lanes = new Map();
    const channel = page.BroadcastChannel && guarded(() => new BroadcastChannel('microticks'))() || { postMessage() {} };
    const queue = makeQueue(tellAll);

    /** @param {string} pair */
    const laneOf = pair => getOrMake(lanes, pair, () => makeLane(queue, pair, tellAll));

    /** @param {string} pair */
    const wake = pair => laneOf(pair).wake();

    /**
     * Something waits: this page sends it, or another one that hears of it.
     * @param {string} pair
     */
    function tellAll(pair) {
      wake(pair);
      channel.postMessage(pair);
    }

    /** Looks for what other pages have left. */
    const look = () => queue.pairs().then(pairs => pairs.forEach(wake)).catch(() => {});

    channel.onmessage = event => event.data ? wake(event.data) : look();
    setInterval(look, LEASE_MS);
    queue.written().then(look);

    return {
      add: queue.add,

      /** Tries once for every pair, now. */
      flush: () => queue.written().then(queue.pairs).then(pairs => Promise.all(Array.from(pairs, pair => laneOf(pair).run()))),

      leave() {
        queue.leave();
        channel.postMessage('');
      },
    };
  }

  const sender = makeSender();

  // Sessions.

  let seqBase = 0;
  let seqCount = 0;

  /** A number that no other event of a session has, whichever page load made it: a random base and a count. */
  function nextSeq() {
    if (seqCount % 2 ** 20 === 0) {
      const [high, low] = random(2);
      seqBase = (high * 2 + low % 2) * 2 ** 20;
      seqCount = 0;
    }
    seqCount += 1;
    return seqBase + seqCount - 1;
  }

  /**
   * The data of an event as the server is to store it: objects as they are, anything else as its JSON text.
   * @param {any} data
   * @param {boolean} passive
   */
  function storable(data, passive) {
    const isObject = typeof data === 'object';
    if (passive) {
      return Object.assign({}, isObject ? data : { value: data }, { passive });
    }
    return isObject ? data : JSON.stringify(data);
  }

  /**
   * One session after the other with one server for one consumer. A session begins with the first activity and ends
   * when it is told to, or when nothing has happened for `idleMs` (0: never).
   *
   * All pages of an origin share it by a note in `localStorage`: its token and the time of its last activity. That is
   * a time of the wall clock, since no other clock outlives a page; it is looked at only when the note has changed.
   * @param {string} host
   * @param {string} key
   * @param {number} idleMs
   */
  function makeSession(host, key, idleMs) {
    const pair = JSON.stringify([host, key]);
    /** @type {string | null} */
    let token = null;
    let lastActivity = 0;
    let timer = 0;
    /** @type {number | null} since when the idle clock stands still */
    let pausedSince = null;
    const note = 'microticks' + JSON.stringify([host, key, settings.device]);
    let noteSeen = '';
    let savedAt = 0;
    /** The time at which the monotonic clock began, as the wall clock has it. */
    let clockBegan = Date.now() - now();

    /**
     * @param {string} type
     * @param {object} fields
     * @param {number} [moment] left out for what happened before this page was loaded
     * @param {number} [time] by the wall clock
     */
    function put(type, fields, moment, time = clockBegan + moment) {
      if (host !== DUMMY_HOST) {
        const ts = new Date(time).toISOString();
        sender.add(pair, JSON.stringify(Object.assign({ type, token, ts }, fields)), moment);
      }
    }

    /** Writes the note for other pages. A page that holds the idle clock is active all the time. */
    function save() {
      savedAt = now();
      const active = pausedSince === null ? lastActivity : savedAt;
      noteSeen = token ? JSON.stringify([token, Math.round(clockBegan + active)]) : '';
      if (host !== DUMMY_HOST) {
        kept('localStorage', note, noteSeen);
      }
    }

    /**
     * @param {string} reason
     * @param {number} [moment]
     * @param {number} [time]
     */
    function end(reason, moment, time) {
      put('stop', { reason }, moment, time);
      token = null;
      save();
    }

    /** Takes over what another page has done with the session, or an earlier one. */
    function look() {
      const found = kept('localStorage', note);
      if (host !== DUMMY_HOST && found !== null && found !== noteSeen) {
        noteSeen = found;
        const [foundToken, time] = JSON.parse(found || '[null]');
        const patience = idleMs || PATIENCE_MS;
        token = foundToken;
        clockBegan = Date.now() - now();
        lastActivity = time - clockBegan;
        if (lastActivity > now() + CLOCK_JUMP_MS) {
          end('clock', undefined, time);
        } else if (lastActivity + patience < now()) {
          end('idle', undefined, time + patience);
        }
      }
    }

    /**
     * Ends a session that is idle, at the moment it became so: the timer that notices may be late. One whose wall clock
     * was set ends too, at its last activity.
     */
    function watch() {
      clearTimeout(timer);
      look();
      const began = Date.now() - now();
      if (Math.abs(began - clockBegan) > CLOCK_JUMP_MS) {
        if (token) {
          end('clock', lastActivity);
        }
        clockBegan = began;
      }
      if (token) {
        const ticks = idleMs && pausedSince === null;
        const left = ticks ? lastActivity + idleMs - now() : IDLE_CHECK_MS;
        if (left > 0) {
          timer = setTimeout(guarded(watch), Math.min(IDLE_CHECK_MS, left));
        } else {
          end('idle', lastActivity + idleMs);
        }
      }
    }

    /** Somebody is there. */
    function activity() {
      watch();
      lastActivity = now();
      if (!token) {
        token = host === DUMMY_HOST ? 'dummy_token' : newToken();
        put('start', { device: settings.device }, lastActivity);
        save();
        watch();
      } else if (lastActivity - savedAt > SAVE_MS) {
        save();
      }
    }

    /**
     * Records an event. What nobody may have caused (passive events, changes of screen, media) neither begins nor
     * prolongs a session, and is dropped without one.
     * @param {string} action
     * @param {any} data
     * @param {{passive?: boolean}} [options]
     * @param {number} moment
     */
    function track(action, data = {}, options, moment = now()) {
      const passive = Boolean(options && options.passive);
      if (passive || action === 'screen' || action === 'media') {
        watch();
      } else {
        activity();
      }
      if (token) {
        put('event', { seq: nextSeq(), action, data: storable(data, passive) }, moment);
      }
    }

    return {
      token() {
        look();
        return token;
      },
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

      pauseIdle() {
        watch();
        pausedSince = pausedSince === null ? now() : pausedSince;
      },

      resumeIdle() {
        if (pausedSince !== null) {
          lastActivity += now() - Math.max(pausedSince, lastActivity);
          pausedSince = null;
          watch();
        }
      },
    };
  }

  /** @type {Map<string, ReturnType<typeof makeSession>>} */
  const sessions = new Map();

  /**
   * The session with a host for a key: whoever asks for the same gets the same.
   * @param {string} host
   * @param {string} key
   * @param {number} idleMs
   */
  const sessionOf = (host, key, idleMs) =>
    getOrMake(sessions, JSON.stringify([host, key]), () => makeSession(host, key, idleMs));

  // What a touch is about.

  /**
   * What pages see as `window.microticks`; its functions follow below. A page may put its own `screenName` here, from
   * the page's path to the screen's name.
   * @type {Object<string, any>}
   */
  const surface = { screenName: path => path };

  /** What the page called its screen; while it has not, the page's path is the name. */
  let givenScreen = '';

  function screenNow() {
    const path = location.pathname.replace(/\/index\.html?$/, '/');
    return givenScreen || String(guarded(surface.screenName)(path) || path);
  }

  const langNow = () => document.documentElement.lang || undefined;

  /**
   * The element that an event is about, also inside a shadow tree.
   * @param {Event} event
   */
  function elementOf(event) {
    /** @type {any} */
    const target = event.composedPath()[0];
    return target.matches ? target : document.documentElement;
  }

  /**
   * The nearest element around this one, itself included, that matches; shadow trees are no border.
   * @param {Element} element
   * @param {string} selector
   * @returns {Element | null}
   */
  function nearest(element, selector) {
    /** @type {any} */
    const root = element.getRootNode();
    return element.closest(selector) || (root.host && nearest(root.host, selector));
  }

  /**
   * Whether somebody could type here.
   * @param {any} element
   */
  function isField(element) {
    return element.isContentEditable || (element.matches('input,textarea') &&
      !/^(button|checkbox|color|file|image|radio|range|reset|submit)$/.test(element.type));
  }

  /** Whether the focus is in a field that a visitor can see. Badge readers keep an invisible one focused. */
  function isFocusInField() {
    let element = document.activeElement;
    while (element && element.shadowRoot && element.shadowRoot.activeElement) {
      element = element.shadowRoot.activeElement;
    }
    if (!element || !isField(element)) {
      return false;
    }
    const box = element.getBoundingClientRect();
    return box.width >= 4 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight &&
      getComputedStyle(element).opacity !== '0';
  }

  /**
   * What a visitor would call an element, never what somebody typed into it; empty if that is unknown or long.
   * @param {Element} element
   */
  function labelOf(element) {
    const speaks = !isField(element) && (!element.childElementCount || element.matches(CONTROLS));
    const given = name => element.getAttribute(name);
    const text = given('aria-label') || given('alt') || given('title') || (speaks ? element.textContent : '');
    const label = text.trim().replace(/\s+/g, ' ');
    return label.length <= NAME_LENGTH ? label : '';
  }

  /**
   * A short CSS path, from the nearest id or a few steps up.
   * @param {Element} element
   */
  function pathOf(element) {
    const steps = [];
    let at = element;
    while (at.parentElement && !at.id && steps.length < PATH_STEPS) {
      const place = Array.from(at.parentElement.children).indexOf(at) + 1;
      steps.unshift(at.localName + ':nth-child(' + place + ')');
      at = at.parentElement;
    }
    return (at.id ? ['#' + at.id] : []).concat(steps).join('>') || element.localName;
  }

  /**
   * A touch, or one in the making. What it is about is told before the page can change it.
   * @typedef {{moment: number, isTyped: () => boolean, data: {target: string, clickX?: number, clickY?: number,
   *   screen: string, lang?: string, viewWidth: number, viewHeight: number, pointer: string}}} Touch
   */

  /**
   * @param {Element} element
   * @param {string} pointer
   * @param {{clickX?: number, clickY?: number}} point
   * @returns {Touch}
   */
  function touchOf(element, pointer, point) {
    const named = nearest(element, '[data-mt]');
    const name = named && named.getAttribute('data-mt');
    const control = nearest(element, CONTROLS) || element;
    const label = labelOf(control) || labelOf(element);
    const target = name || control.id || element.id || label || pathOf(element);
    const place = { screen: screenNow(), lang: langNow(), viewWidth: innerWidth, viewHeight: innerHeight };
    // A name around more than what was hit, say around a whole keyboard, is not the name of a key.
    const isNamed = named && (control.contains(named) || named.textContent.trim() === element.textContent.trim());
    return {
      moment: now(),
      isTyped: () => !isNamed && (Array.from(label).length === 1 || isFocusInField()),
      data: Object.assign({ target }, point, place, { pointer }),
    };
  }

  /**
   * The recogniser: makes touches out of pointer events, trusted or not. A touch is told once the focus has settled,
   * which the click that mostly follows shows, and before anything that it led to.
   * @param {(touch: Touch) => void} tell
   */
  function makeRecogniser(tell) {
    /** @type {Map<number, Touch>} by pointers that are down and have not wandered, in the order they went down */
    const down = new Map();
    /** @type {Touch | null} complete, not told yet */
    let lifted = null;
    let timer = 0;

    function settle() {
      const touch = lifted;
      lifted = null;
      clearTimeout(timer);
      if (touch) {
        tell(touch);
      }
    }

    /** @param {number} id */
    function lift(id) {
      const touch = down.get(id);
      if (down.delete(id)) {
        settle();
        touch.moment = now();
        lifted = touch;
        timer = setTimeout(guarded(settle), SETTLE_MS);
      }
    }

    return {
      settle,

      /**
       * @param {PointerEvent} event
       * @param {Element} element
       */
      down(event, element) {
        settle();
        const point = { clickX: Math.round(event.clientX), clickY: Math.round(event.clientY) };
        down.set(event.pointerId, touchOf(element, event.pointerType || 'touch', point));
      },

      /** @param {PointerEvent} event */
      move(event) {
        const touch = down.get(event.pointerId);
        if (touch && Math.hypot(event.clientX - touch.data.clickX, event.clientY - touch.data.clickY) > WANDER_PX) {
          down.delete(event.pointerId);
        }
      },

      /** @param {PointerEvent} event */
      up(event) {
        this.move(event);
        lift(event.pointerId);
      },

      /**
       * The browser took the pointer for itself: it scrolls or zooms.
       * @param {PointerEvent} event
       */
      cancel(event) {
        down.delete(event.pointerId);
      },

      /** The page acts: where a finger just went down, that is what it acts on, and it is a touch already. */
      acted() {
        settle();
        const last = Array.from(down).pop();
        if (last && now() - last[1].moment < LED_TO_MS) {
          lift(last[0]);
          settle();
        }
      },
    };
  }

  // The surface: what the page calls, and what the browser tells.

  const session = sessionOf(settings.host, settings.key, settings.idleMs);

  /** @param {Touch} touch */
  function record(touch) {
    const { screen, lang } = touch.data;
    const typed = touch.isTyped();
    session.track(typed ? 'typing' : 'click', typed ? { screen, lang } : touch.data, {}, touch.moment);
  }

  const recogniser = makeRecogniser(record);
  let lastInput = -Infinity;

  /**
   * What a page may do with a session, whichever way it came by it.
   * @param {() => ReturnType<typeof makeSession>} current
   * @param {(...words: any[]) => void} log
   */
  const controls = (current, log) => ({
    trackEvent: guarded((action, data, options) => {
      log('trackEvent', action, data);
      if (options && options.passive) {
        recogniser.settle();
      } else {
        recogniser.acted();
      }
      current().track(String(action), data, options);
    }),

    /** Somebody has come: goes on with a session that is under way. */
    startSession: guarded(() => {
      log('startSession');
      current().activity();
    }),

    stopSession: guarded(reason => {
      log('stopSession', reason);
      recogniser.acted();
      current().stop(reason && String(reason));
      return sender.flush();
    }),
  });

  Object.assign(surface, controls(() => session, () => {}), {
    setScreen: guarded(name => {
      const before = screenNow();
      givenScreen = String(name || '');
      const screen = screenNow();
      if (screen !== before) {
        recogniser.acted();
        // Nobody led to it: the exhibit's own reset, an attract loop. Without autotrack that cannot be known.
        const auto = (settings.autotrack && now() - lastInput > LED_TO_MS) || undefined;
        session.track('screen', { screen, auto, lang: langNow() });
      }
    }),

    pauseIdle: guarded(session.pauseIdle),
    resumeIdle: guarded(session.resumeIdle),

    flush: guarded(() => {
      recogniser.settle();
      return sender.flush();
    }),

    /** A call as pages make it before this script has loaded: the name of a function and its arguments. */
    push: guarded(([name, ...words]) => surface[name](...words)),
  });

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
      this.host = host;
      this.consumerKey = consumerKey;
      this.debug = false;
      const current = () => sessionOf(folder(String(this.host)), String(this.consumerKey || ''), 0);
      const log = (...words) => this.debug && console.log('[Microticks]', ...words);
      Object.defineProperty(this, 'sessionToken', { get: () => current().token() });
      Object.assign(this, controls(current, log));
    }
  }

  /**
   * Somebody did something.
   * @param {boolean} begins whether this begins a session, or only keeps one going
   */
  function noticed(begins) {
    lastInput = now();
    if (begins || session.token()) {
      session.activity();
    }
  }

  /**
   * What visitors do, at which element, and whether the page wants that left out: then it only keeps a session going.
   * A finger begins a session when it goes down, not later, since the page may have ended it in between.
   * @type {Object<string, (event: any, element: Element, ignored: any) => void>}
   */
  const inputs = {
    pointerdown(event, element, ignored) {
      if (event.button <= 0) {
        noticed(!ignored);
        if (!ignored) {
          recogniser.down(event, element);
        }
      }
    },

    pointermove(event) {
      recogniser.move(event);
      if (event.buttons) {
        noticed(false);
      }
    },

    pointerup(event) {
      recogniser.up(event);
      noticed(false);
    },

    pointercancel: recogniser.cancel,
    click: recogniser.settle,
    wheel: (event, element, ignored) => noticed(!ignored),

    keydown(event, element, ignored) {
      if (!event.repeat && !isField(element)) {
        noticed(!ignored);
        if (!ignored && /^(Enter| )$/.test(event.key) && !element.matches('html,body')) {
          recogniser.settle();
          record(touchOf(element, 'key', {}));
        }
      }
    },
  };

  const observe = guarded(event => {
    const element = elementOf(event);
    inputs[event.type](event, element, nearest(element, '[data-mt-ignore]'));
  });

  if (settings.autotrack) {
    Object.keys(inputs).forEach(type => addEventListener(type, observe, { capture: true, passive: true }));
  }

  const leave = guarded(() => {
    leaving = true;
    recogniser.settle();
    sessions.forEach(each => each.save());
    sender.leave();
  });
  addEventListener('pagehide', leave);
  addEventListener('pageshow', () => {
    leaving = false;
  });

  /** @type {any} */
  const earlier = Array.isArray(page.microticks) ? page.microticks : [];
  surface.screenName = earlier.screenName || surface.screenName;
  page.microticks = surface;
  page.MicroticksService = page.MicroticksService || Object.assign(MicroticksService, { DUMMY_HOST });
  earlier.forEach(surface.push);
}());
