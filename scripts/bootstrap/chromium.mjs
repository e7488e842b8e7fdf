import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture } from './child.mjs';
import { Complaint } from './complaint.mjs';
import { note } from './note.mjs';

/** Names of the browser on the path, and where installers put it otherwise. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = process.env[name];
    return folder
      ? [
          join(folder, 'Google/Chrome/Application/chrome.exe'),
          join(folder, 'Microsoft/Edge/Application/msedge.exe'),
        ]
      : [];
  }),
];

/**
 * The path of a Chromium to test with; on Debian as root it is installed when missing.
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const found = findChromium(process.env);
  if (found) return found;
  const debian = process.platform === 'linux' && existsSync('/usr/bin/apt-get');
  if (debian && process.getuid?.() === 0) {
    await installOnDebian();
    const installed = findChromium(process.env);
    if (installed) return installed;
  }
  throw new Complaint(
    'the tests need Chromium or Chrome, and there is none here. ' +
      (debian ? 'Run `sudo apt-get install chromium fonts-noto-color-emoji`' : 'Install it') +
      ', or name the program in CHROMIUM_PATH, and run the same command again.',
  );
}

/**
 * A Chromium that is already here. One named by the person must exist: silently taking another would mislead.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findChromium(env) {
  for (const name of ['CHROMIUM_PATH', 'CHROME']) {
    const path = env[name];
    if (path && existsSync(path)) return path;
    if (path) throw new Complaint(`${name} names ${path}, and there is no such file.`);
  }
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find((path) => existsSync(path));
}

async function installOnDebian() {
  note('installing Chromium (once) …');
  const update = await capture('apt-get', ['-q', 'update'], { cwd: '/' });
  const packages = ['chromium', 'fonts-noto-color-emoji'];
  const install = await capture(
    'env',
    ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', 'install', ...packages],
    { cwd: '/' },
  );
  if (install.code === 0) return;
  const said = `${update.output}\n${install.output}`.split('\n').filter((line) => /^[EW]:/.test(line));
  throw new Complaint(
    'Chromium could not be installed; the network or the Debian mirror is likely at fault. apt-get said:\n' +
      said.slice(-5).join('\n'),
  );
}
