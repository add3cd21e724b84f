/** The text of the client, as it is written and as the server embeds it. */
import { readFileSync } from 'node:fs';

export const CLIENT = readFileSync(new URL('../../static/microticks.js', import.meta.url), 'utf8');

/** Without indentation, empty lines and whole-line comments, as `build.rs` embeds it. */
export function bareCode(source) {
  let inBlock = false;
  const keeps = text => {
    const comment = inBlock || text.startsWith('/*');
    inBlock = comment && !text.endsWith('*/');
    return !comment && text && !text.startsWith('//');
  };
  return source.split('\n').map(line => line.trim()).filter(keeps).join('\n');
}
