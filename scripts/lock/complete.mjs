/**
 * @typedef {{ version?: string, dev?: true, optional?: true, os?: string[], cpu?: string[], libc?: string[], resolved?: string, link?: true, optionalDependencies?: Record<string, string> }} Locked
 * @typedef {{ packages: Record<string, Locked> }} Lock
 */

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The optional packages that some entry names and that have no entry of their own: `[name, version, dev]`.
 * @param {Lock} lock
 * @returns {[name: string, version: string, dev: boolean][]}
 */
export function missingOptionals({ packages }) {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(
        ([name, version]) => /** @type {[string, string, boolean]} */ ([name, version, entry.dev === true]),
      ),
  );
}

/**
 * The same lock with an entry for every missing platform package. Such packages name their platform in their own
 * name and are pinned exactly by their parent; anything else that is missing is left missing, for npm to complain about.
 * @param {Lock} lock
 * @returns {Lock}
 */
export function completeLock(lock) {
  const packages = { ...lock.packages };
  for (const [name, version, dev] of missingOptionals(lock)) {
    const platform = platformOf(name);
    if (!platform || !/^\d+\.\d+\.\d+/.test(version)) continue;
    packages[`node_modules/${name}`] = { version, ...platform, ...(dev ? { dev } : {}), optional: true };
  }
  const inOrder = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(inOrder) };
}

/** @param {string} name such as `@oxc-parser/binding-linux-arm64-musl` */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (!os || !cpu) return undefined;
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.includes('gnu')
      ? ['glibc']
      : undefined;
  return { cpu: [cpu], os: [os], ...(libc ? { libc } : {}) };
}
