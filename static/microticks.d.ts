/**
 * What a page sees of the Microticks client. Copy this file beside your sources, or refer to it:
 *
 *     /// <reference path="microticks.d.ts" />
 */

/** What `trackEvent` may be told beside action and data. */
interface MicroticksOptions {
  /**
   * Nobody may have caused it: it neither begins nor prolongs a session, is dropped without one, and is stored with
   * `passive: true` in its data.
   */
  passive?: boolean;
}

/** What both forms of the client can do. None of it ever throws. */
interface MicroticksCalls {
  /**
   * Records an event, and begins a session where none is under way; but `screen`, `media` and passive events are
   * dropped then.
   * @param action what happened, 1 to 256 bytes
   * @param data anything that JSON can hold; it is copied at once
   */
  trackEvent(action: string, data?: unknown, options?: MicroticksOptions): void;

  /** Somebody has come: begins a session, or goes on with the one under way. */
  startSession(): void;

  /**
   * Ends the session with an event `stopSession`. Done when what waits has been tried to send.
   * @param reason why, at most 128 bytes: `restart` for a home button
   */
  stopSession(reason?: string): Promise<unknown>;
}

/** `window.microticks` once the client has loaded. */
interface Microticks extends MicroticksCalls {
  /** Names the screen that is shown; an empty name gives the naming back to the page's elements and address. */
  setScreen(name: string): void;

  /** Gives the name of a screen for the path and hash of the page. Yours to replace. */
  screenName: (url: string) => string;

  /** Lets the idle clock stand still, say while a film plays that no touch started. */
  pauseIdle(): void;

  /** Lets the idle clock go on where it stood. */
  resumeIdle(): void;

  /**
   * Tries to send now. Done when nothing waits any more or a try has failed; it waits for the next one then. Where another
   * page of the origin is the one that sends, it is done at once.
   */
  flush(): Promise<unknown>;

  /** Calls a function by its name, as pages do before the client has loaded. */
  push(call: MicroticksCall): void;
}

/** A call as it is kept until the client has loaded: the name of a function and its arguments. */
type MicroticksCall =
  | ['trackEvent', string, unknown?, MicroticksOptions?]
  | ['startSession']
  | ['stopSession', string?]
  | ['setScreen', string]
  | ['pauseIdle']
  | ['resumeIdle']
  | ['flush'];

/** What `window.microticks` is before the client has loaded. */
interface MicroticksStub {
  push(call: MicroticksCall): void;
  screenName?: (url: string) => string;
}

/** The form that pages of the original service use. Its sessions end when the page says so. */
declare class MicroticksService implements MicroticksCalls {
  /** A host that keeps everything to itself, for trying a page out. */
  static readonly DUMMY_HOST: string;

  constructor(host: string, consumerKey: string);

  readonly host: string;
  readonly consumerKey: string;
  /** Whether calls are logged in the console. */
  debug: boolean;
  /** The token of the session under way, else `null`. */
  readonly sessionToken: string | null;

  trackEvent(action: string, data?: unknown, options?: MicroticksOptions): void;
  startSession(): void;
  stopSession(reason?: string): Promise<unknown>;
}

interface Window {
  microticks: Microticks | MicroticksStub;
  MicroticksService: typeof MicroticksService;
}

declare var microticks: Microticks;
