/** The text of the client, as it is written and as the server embeds it. */
import { readFileSync } from 'node:fs';

export const CLIENT = readFileSync(new URL('../../static/microticks.js', import.meta.url), 'utf8');

/** Without empty lines and whole-line comments, as `build.rs` embeds it. */
export function withoutCommentLines(source) {
  let inBlock = false;
  const keeps = line => {
    const text = line.trim();
    const comment = inBlock || text.startsWith('/*');
    inBlock = comment && !text.endsWith('*/');
    return !comment && text && !text.startsWith('//');
  };
  return source.split('\n').filter(keeps).join('\n');
}
