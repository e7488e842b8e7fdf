// The one door of every command: `npm start`, `npm test`, `npm run check` and the rest come through here.
// Only syntax that an old Node can parse stands in this file and in version.mjs, so that a machine with too old
// a Node reads a sentence and not a stack trace; everything newer is imported after the version was judged.
import { judgeNode } from './bootstrap/version.mjs';

const verdict = judgeNode(process.versions.node);
if (verdict.kind === 'refuse') {
  process.stderr.write(`Aurora: ${verdict.sentence}\n`);
  process.exitCode = 1;
} else {
  import('./bootstrap/entry.mjs').then((entry) => entry.main(verdict, process.argv.slice(2)));
}
