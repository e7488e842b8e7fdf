import { bool, oneOf, record } from '@aurora/protocol';
import type { Vault } from '../ports/vault.ts';
import { defaultPreferences, type Preferences } from '../view/contract.ts';

const shape = record({
  sounds: bool,
  theme: oneOf(['system', 'dark', 'light']),
  seen: bool,
  typing: bool,
  pictures: bool,
});
const KEY = 'preferences';

export async function loadPreferences(vault: Vault): Promise<Preferences> {
  const stored = await vault.read('account', KEY);
  return stored === undefined ? defaultPreferences : shape.fromWire(stored);
}

export async function savePreferences(vault: Vault, preferences: Preferences): Promise<void> {
  await vault.commit([{ put: 'account', key: KEY, value: shape.toWire({ ...preferences }) }]);
}
